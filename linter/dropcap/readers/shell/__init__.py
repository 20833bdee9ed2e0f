"""Shell scripts: the containers that their commands start.

The tree of the script comes from tree-sitter, which recovers from what it does not understand; the words of a
command are read here, by bash's rules. What the script itself fixes is followed (see `evaluate`): variables, lists,
functions, branches, loops, and scripts in strings. Nothing is run.

A command whose words differ by branch or by round is one container for each set of words, up to eight; the same
finding in several of them is one finding. Of more, one container stands for the rest, and what differs in it is
not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Container, Document, Failure, UnreadableError
from dropcap.readers.commands import VERBS
from dropcap.readers.shell.depth import MAX_DEPTH, too_deep_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.readers.flags import Word
    from dropcap.readers.shell.taken import Taken
    from dropcap.source import Source

__all__ = ["MAX_DEPTH", "commands", "read"]

_PROGRAM = re.compile(r"\b(?:docker|podman|nerdctl)\b")
_COMMAND = re.compile(rf"\b(?:{'|'.join(VERBS)})\b")


def read(source: Source, taken: Sequence[Taken] = ()) -> Document:
    """Read a script: every `docker run` and its like that stands where a command stands.

    Args:
        source: the script.
        taken: the parts of it that something else fills in first, and that are not known.

    Raises:
        UnreadableError: the script names such a command, and is no text that a shell reads, or nests too
            deeply.

    """
    empty = Document(source, "shell", ())
    if not _PROGRAM.search(source.text) or not _COMMAND.search(source.text):
        return empty
    _check(source)
    from dropcap.readers.shell.whole import containers as found_in

    results = found_in(source, taken)
    containers = tuple(result for result in results if isinstance(result, Container))
    failures = tuple(result for result in results if isinstance(result, Failure))
    return empty._replace(containers=containers, failures=failures)


def commands(source: Source) -> Iterator[tuple[Word, ...]]:
    """Give the words of every simple command of a script, whatever program it names, in the script's order.

    Variables that are set before a command are not among its words, nor are redirections.

    Raises:
        UnreadableError: as :func:`read`.

    """
    _check(source)
    from dropcap.readers.shell.script import Script

    yield from Script(source).commands()


def _check(source: Source) -> None:
    if source.encoding != "utf-8":
        message = f"no shell reads a script in {source.encoding.upper()}; save it as UTF-8"
        raise UnreadableError(Failure(source.path, message))
    at = too_deep_at(source.text)
    if at is not None:
        from dropcap.model import Level
        from dropcap.source import Span

        message = f"more than {MAX_DEPTH} parentheses stand in one another; take the script apart"
        raise UnreadableError(Failure(source.path, message, Level.ERROR, source, Span(at, at + 1)))
