"""What stands between the words of a command line: blanks, or a line that goes on in the next one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

FARTHEST = 20_000
"""A longer line is not looked through."""
MOST = 400
"""A gap is not longer: what is looked at before and behind a word."""
_BREAK = r"(?:\r\n|\n|\r)"
# A backslash within a text of Groovy or JSON is written twice; Markdown shows the prompt of the next line.
_GAP = rf"[ \t]*\\{{0,2}}{_BREAK}[ \t]*(?:>[ \t]+)?|[ \t]+"
_BEFORE = re.compile(rf"(?:{_GAP})\Z")
_BEHIND = re.compile(_GAP)
_COMMENT = re.compile(r"[ \t]*#")
_STATEMENT = re.compile(rf"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\{{1,2}}{_BREAK}|\\.|({_BREAK}|[;|&])", re.DOTALL)


def gap_before(text: str, at: int) -> str:
    """Return the gap that ends at an offset; empty where there is none."""
    found = _BEFORE.search(text, max(0, at - MOST), at)
    return found[0] if found else ""


def gap_behind(text: str, at: int) -> str:
    """Return the gap that starts at an offset; empty where there is none."""
    found = _BEHIND.match(text, at, at + MOST)
    return found[0] if found else ""


def has_break(gap: str) -> bool:
    """Whether a gap goes on in another line."""
    return "\n" in gap or "\r" in gap


@lru_cache(maxsize=64)
def statement_end(text: str, start: int) -> int:
    """Return where the command that goes on at an offset ends, or where it is looked at no further."""
    end = min(start + FARTHEST, len(text))
    return next((found.start() for found in _STATEMENT.finditer(text, start, end) if found[1]), end)


def as_written(gap: str) -> str:
    """Return a gap as the text of an edit."""
    return gap.replace("\r\n", "\n").replace("\r", "\n") if has_break(gap) else " "


def joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """Make one stretch of those between which nothing but a gap stands, and of those that overlap."""
    found: list[Span] = []
    for span in sorted(spans):
        last = found[-1] if found else None
        if last is not None and (span.start <= last.end or gap_behind(text, last.end) == text[last.end : span.start]):
            found[-1] = Span(last.start, max(last.end, span.end))
        else:
            found.append(span)
    return found


def without(text: str, span: Span) -> Span:
    """Return what is to go for words to go: with the gap before them, or the one behind where a line starts with them.

    A comment behind them stays on the line.
    """
    before, behind = gap_before(text, span.start), gap_behind(text, span.end)
    if has_break(before) and _COMMENT.match(text, span.end):
        return Span(span.start, span.end + len(behind))
    if before and (not has_break(before) or has_break(behind) or _stands_last(text, span, before, behind)):
        return Span(span.start - len(before), span.end)
    if before and not behind:
        return span
    return Span(span.start, span.end + len(behind))


def _stands_last(text: str, span: Span, before: str, behind: str) -> bool:
    """Whether what stands before words may be joined with what follows them at once: a bracket, the end of a text."""
    if behind:
        return False
    first = max(text.rfind("\n", 0, span.start - len(before)), text.rfind("\r", 0, span.start - len(before))) + 1
    return "#" not in text[first : span.start - len(before)]
