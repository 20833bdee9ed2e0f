"""Shell scripts: the containers that their commands start.

The tree of the script comes from tree-sitter, which recovers from what it does not understand; the words of a
command are read here, by bash's rules. Nothing is run, and no variable is followed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Container, Document, Failure, UnreadableError
from dropcap.readers.command_line import read_command
from dropcap.readers.shell.wrappers import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.readers.flags import Word
    from dropcap.source import Source

__all__ = ["commands", "read"]

MAX_DEPTH = 200
"""How deeply substitutions and subshells may nest; people write three."""

_PROGRAM = re.compile(r"\b(?:docker|podman|nerdctl)\b")
_COMMAND = re.compile(r"\b(?:run|create|exec)\b")
_PARENTHESIS = re.compile(r"[()]")


def read(source: Source) -> Document:
    """Read a script: every `docker run` and its like that stands where a command stands.

    Raises:
        UnreadableError: the script names such a command, and is no text that a shell reads, or nests too
            deeply.

    """
    empty = Document(source, "shell", ())
    places = [match.start() for match in _PROGRAM.finditer(source.text)]
    if not places or not _COMMAND.search(source.text):
        return empty
    _check(source)
    from dropcap.readers.shell.script import Script

    script = Script(source)
    found = (read_command(unwrapped(words)) for words in script.commands_at(places))
    results = [result for result in found if result is not None]
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
    depth = 0
    for match in _PARENTHESIS.finditer(source.text):
        # What is quoted counts as well: this has to be quick, and it errs far beyond what people write.
        depth = depth + 1 if match[0] == "(" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            from dropcap.model import Level
            from dropcap.source import Span

            message = f"more than {MAX_DEPTH} parentheses stand in one another; take the script apart"
            where = Span(*match.span())
            raise UnreadableError(Failure(source.path, message, Level.ERROR, source, where))
