"""Comments that speak to dropcap, and what each of them speaks of, whatever the language.

A language's own module finds its comments and says which lines belong together: a command with its continuation
lines, a key with all that it holds. Here a comment is given the lines that it speaks of: those that it ends, or where
it stands alone, those below it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.source import MARK, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dropcap.source import Source

MOST_COMMENTS = 10_000
"""How many such comments of a text are looked at."""
_TOO_MANY = f"more than {MOST_COMMENTS:,} comments to dropcap stand before this: from here on none counts"
_NO_COMMENT = "at the end of a line this is no comment here; write it on a line of its own, above"
_BREAKS = "\r\n\x85\u2028\u2029"


class Comment(NamedTuple):
    """A comment.

    Attributes:
        text: what it says, without the signs that make it one.
        source: the text that it stands in.
        span: where, signs included.
        covers: the lines that it speaks of, in the file; empty where it speaks of none.
        narrow: the first of them, up to where the others may hold things of their own.
        is_first: whether it stands before all that means something.
        wrong: why it counts for nothing where it stands, and what to do; empty for most.

    """

    text: str
    source: Source
    span: Span
    covers: Span
    narrow: Span
    is_first: bool = False
    wrong: str = ""


class Lines:
    """The lines of a text, counted from 0, by the language's own line breaks."""

    def __init__(self, text: str, breaks: str = r"\r\n|\n|\r") -> None:
        """Split a text."""
        self.text = text
        self.starts = [0, *(match.end() for match in re.compile(breaks).finditer(text))]

    def of(self, offset: int) -> int:
        """Return the line that an offset stands on."""
        from bisect import bisect_right

        return bisect_right(self.starts, offset) - 1

    def span(self, first: int, last: int) -> Span:
        """Return where lines stand, without the last one's break."""
        end = self.starts[last + 1] if last + 1 < len(self.starts) else len(self.text)
        while end > self.starts[first] and self.text[end - 1] in _BREAKS:
            end -= 1
        return Span(self.starts[first], end)

    def is_blank(self, line: int) -> bool:
        """Return whether nothing stands on a line, or there is no such line."""
        return line >= len(self.starts) or not self.text[slice(*self.span(line, line))].strip()


class Block(NamedTuple):
    """Lines that belong together.

    Attributes:
        first: the first of them.
        last: the last.
        own: the last one of what is one thing; those behind it may hold things of their own. None where all is one.

    """

    first: int
    last: int
    own: int | None = None


def joined(pairs: Iterable[tuple[int, int]]) -> Callable[[int], Block]:
    """Return what gives the lines that belong to a line, of pairs of a first and a last line; those may overlap."""
    from bisect import bisect_right

    firsts: list[int] = []
    lasts: list[int] = []
    for first, last in sorted(pairs):
        if lasts and first <= lasts[-1]:
            lasts[-1] = max(lasts[-1], last)
        else:
            firsts.append(first)
            lasts.append(last)

    def block(line: int) -> Block:
        at = bisect_right(firsts, line) - 1
        return Block(firsts[at], lasts[at]) if at >= 0 and line <= lasts[at] else Block(line, line)

    return block


def placed(
    source: Source,
    spans: Sequence[Span],
    block_of: Callable[[int], Block],
    content: int,
    lines: Lines | None = None,
    *,
    skips_blank: bool = False,
) -> list[Comment]:
    """Give those of a text's comments that speak to dropcap, each with what it speaks of.

    Args:
        source: the text.
        spans: all of its comments, in their order.
        block_of: gives the lines that belong to a line.
        content: where the first thing stands that means something.
        lines: the text's lines, where they end at other breaks than usual.
        skips_blank: whether a comment speaks of what is below it across blank lines too.

    """
    text = source.text
    lines = lines or Lines(text)
    alone: dict[int, int] = {}  # the lines that hold nothing but a comment, and the line behind each
    for span in spans:
        first, last = lines.of(span.start), lines.of(max(span.start, span.end - 1))
        is_alone = not text[lines.starts[first] : span.start].strip()
        if is_alone and not text[span.end : lines.span(last, last).end].strip():
            alone.update(dict.fromkeys(range(first, last + 1), last + 1))
    below: dict[int, int] = {}
    for line in sorted(alone, reverse=True):
        below[line] = below.get(alone[line], alone[line])
    found: list[Comment] = []
    for span in spans:
        if MARK not in text[span.start : span.end]:
            continue
        if len(found) == MOST_COMMENTS:
            nowhere = _in_file(source, Span(span.start, span.start))
            found.append(Comment(text[slice(*span)], source, span, nowhere, nowhere, wrong=_TOO_MANY))
            break
        line = lines.of(span.start)
        target = below.get(line, line)
        is_idle = lines.is_blank(target) and not (skips_blank and target < len(lines.starts))
        block = Block(line, line) if is_idle else block_of(target)
        covers = lines.span(block.first, block.last)
        narrow = covers if block.own is None else lines.span(block.first, block.own)
        if is_idle:
            covers = narrow = Span(covers.start, covers.start)
        covers, narrow = _in_file(source, covers), _in_file(source, narrow)
        says = text[span.start : span.end]
        is_first = source.parent is None and span.start < content
        found.append(Comment(says, source, span, covers, narrow, is_first))
    return found


def mistaken(text: Source, signs: str = "#") -> list[Comment]:
    """Give what somebody took for a comment at the end of a line that has none, so that it can be told.

    Args:
        text: what the line says, which is all of one thing for its language.
        signs: what begins a comment there on a line of its own.

    """
    if MARK not in text.text:
        return []
    found = re.compile(rf"(?<=\s)[{signs}]+\s*{MARK}[^\n]*").search(text.text)
    if found is None or any(text.text.count(quote, 0, found.start()) % 2 for quote in "\"'"):
        return []
    at = text.to_root(Span(found.start(), found.start() + 1))[1].start
    return [Comment(found[0], text, Span(*found.span()), Span(at, at), Span(at, at), wrong=_NO_COMMENT)]


def _in_file(source: Source, span: Span) -> Span:
    """Give a span of a text as one of the file that the text is a part of."""
    if source.parent is None:
        return span
    if span.start == span.end:
        start = source.to_root(span)[1].start
        return Span(start, start)
    start = source.to_root(Span(span.start, span.start + 1))[1].start
    end = source.to_root(Span(span.end - 1, span.end))[1].end
    return Span(min(start, end), max(start, end))
