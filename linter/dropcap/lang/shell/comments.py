"""The comments of a shell's script, and which of its lines are one command: those that nothing can come between."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.comments import Lines, joined, placed
from dropcap.lang.shell import check_readable
from dropcap.lang.shell.syntax import INLINE_COMMENT, nodes_of, syntax_of
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dropcap.lang.comments import Block, Comment
    from dropcap.lang.shell.syntax import Syntax
    from dropcap.source import Source

_WHOLE = ("string", "raw_string", "ansi_c_string", "translated_string", "heredoc_redirect", "heredoc_body", "word")
"""What a comment cannot stand in."""
_JOINT = re.compile(r"(?<!\\)(?:\\\\)*\\(?=\r?\n)")
_SHEBANG = re.compile(r"(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))*")


def comments(source: Source) -> list[Comment]:
    """Return the comments that speak to dropcap.

    Raises:
        UnreadableError: no shell reads the script.

    """
    spans, block_of, lines = anatomy(source)
    first = _SHEBANG.match(source.text)
    return placed(source, spans, block_of, first.end() if first else 0, lines)


def anatomy(source: Source) -> tuple[list[Span], Callable[[int], Block], Lines]:
    """Return where all comments stand, what gives the lines that are one command with a line, and the lines.

    Raises:
        UnreadableError: no shell reads the script.

    """
    check_readable(source)
    syntax = syntax_of(source)
    found = nodes_of(syntax.root, "comment", *_WHOLE)
    spans = {kind: [Span(*one) for one in places] for kind, places in _by_kind(syntax, found).items()}
    whole = [span for kind in _WHOLE for span in spans.get(kind, ())]
    ends = sorted([*spans.get("comment", ()), *_inline(syntax, sorted(whole))])
    lines = Lines(source.text)
    pairs = [(lines.of(start), lines.of(max(start, end - 1))) for start, end in whole]
    pairs += [(line, line + 1) for line in _continued(source.text, lines, ends)]
    return ends, joined(pairs), lines


def _by_kind(syntax: Syntax, found: list[tuple[str, int, int]]) -> dict[str, list[tuple[int, int]]]:
    places: dict[str, list[tuple[int, int]]] = {}
    for kind, start, end in found:
        places.setdefault(kind, []).append((syntax.to_offset(start), syntax.to_offset(end)))
    return places


def _inline(syntax: Syntax, whole: list[Span]) -> Iterator[Span]:
    """Give the comments between backquotes, which people put between the lines of a command."""
    for match in re.compile(INLINE_COMMENT.pattern.decode()).finditer(syntax.text):
        if not any(start <= match.start() < end for start, end in _around(whole, match.start())):
            yield Span(*match.span())


def _around(whole: list[Span], offset: int) -> list[Span]:
    from bisect import bisect_right

    at = bisect_right(whole, (offset, len(whole) + (1 << 62)))
    return whole[max(0, at - 8) : at]


def _continued(text: str, lines: Lines, comments: list[Span]) -> Iterator[int]:
    """Give the lines that go on behind a backslash."""
    ends = {lines.of(span.start): span for span in comments}
    for match in _JOINT.finditer(text):
        line = lines.of(match.start())
        comment = ends.get(line)
        if comment is None or not comment.start <= match.end() - 1 < comment.end:
            yield line
