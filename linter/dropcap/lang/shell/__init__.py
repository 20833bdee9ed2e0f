"""Shell scripts: what their commands are, as far as the script itself says so.

The tree of a script comes from tree-sitter, which recovers from what it does not understand; the words of a command
are read here, by bash's rules. `lexer` reads words, `evaluator` follows what the script fixes (variables, lists,
functions, branches, loops, and scripts in strings). Nothing is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.depth import MAX_DEPTH, unreadable_at
from dropcap.model import Failure, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["MAX_DEPTH", "check_readable", "simple_commands"]


def simple_commands(source: Source) -> Iterator[tuple[Word, ...]]:
    """Give the words of every simple command of a script, whatever program it names, in the script's order.

    Variables that are set before a command are not among its words, nor are redirections.

    Raises:
        UnreadableError: the script is no text that a shell reads, or nests too deeply.

    """
    check_readable(source)
    from dropcap.lang.shell.script import Script

    yield from Script(source).commands()


def check_readable(source: Source) -> None:
    """Refuse a script that no shell reads.

    Raises:
        UnreadableError: it is not UTF-8, or nests too deeply to be parsed.

    """
    if source.encoding != "utf-8":
        message = f"no shell reads {source.encoding.upper()}; save the script as UTF-8"
        raise UnreadableError(Failure(source.path, message))
    found = unreadable_at(source.text)
    if found is not None:
        from dropcap.model import Level
        from dropcap.source import Span

        at, message = found
        raise UnreadableError(Failure(source.path, message, Level.ERROR, source, Span(at, at + 1)))
