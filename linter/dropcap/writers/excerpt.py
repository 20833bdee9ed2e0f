"""The line that a finding stands on, as a terminal can show it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.masking import without_secrets
from dropcap.namedtuple import NamedTuple
from dropcap.printable import printable_character

if TYPE_CHECKING:
    from dropcap.source import Source, Span

_WIDTH = 100
_BEFORE = 40
_TAB = 4
_CUT = "..."


class Excerpt(NamedTuple):
    """A line and the place on it, in terminal columns.

    Attributes:
        number: the line's number, from 1.
        text: the line: secrets hidden, tabs expanded, control characters escaped, cut when it is long.
        indent: how many columns stand before the place.
        width: how many columns the place takes, at least one.
        last: the number of the line that the place ends on.

    """

    number: int
    text: str
    indent: int
    width: int
    last: int


def excerpt(source: Source, span: Span) -> Excerpt:
    """Show the first line of a span."""
    root, at = source.to_root(span)
    first, last = root.position(at.start), root.position(max(at.start, at.end - 1))
    line = root.line(first.line)
    start = min(first.column - 1, len(line))
    end = max(min(start + at.end - at.start, len(line)), start)
    if _holds_more(line[:start] + line[end:]):
        line = _masked_line(root, first.line)
    left, right = _window(len(line), start)
    end = min(end, right)
    before = _Cells("", 0).then(_CUT if left else "").then(line[left:start])
    marked = before.then(line[start:end])
    whole = marked.then(line[end:right]).then(_CUT if right < len(line) else "")
    width = max(marked.columns - before.columns, 1)
    return Excerpt(first.line, whole.text.rstrip(), before.columns, width, last.line)


def _holds_more(outside: str) -> bool:
    """Whether a line holds, besides the place, more than a key."""
    key = outside.strip(" \t-\"',[]:")
    return bool(key) and not key.replace("_", "").replace("-", "").replace(".", "").isalnum()


def _window(length: int, start: int) -> tuple[int, int]:
    """Choose which part of a line to show, so that a place stands well inside it."""
    if length <= _WIDTH:
        return 0, length
    left = max(0, min(start - _BEFORE, length - _WIDTH))
    return left, left + _WIDTH


# Findings come in the order of their places, and a whole file may be one line: it is masked once.
@lru_cache(maxsize=4)
def _masked_line(source: Source, number: int) -> str:
    """Give a line with its secrets hidden; the line before says whether it starts inside of one."""
    from dropcap.hidden import without_values  # few lines hold more than what they are shown for

    shown = without_values(source)
    before = f"{shown.line(number - 1)}\n" if number > 1 else ""
    return without_secrets(before + shown.line(number))[len(before) :]


class _Cells(NamedTuple):
    """Text as it is shown, and the terminal columns that it takes."""

    text: str
    columns: int

    def then(self, text: str) -> _Cells:
        """Show more text behind."""
        if not text:
            return self
        columns = self.columns
        if text.isascii() and text.isprintable():
            return _Cells(self.text + text, columns + len(text))
        shown = [self.text]
        for character in text:
            cell = " " * (_TAB - columns % _TAB) if character == "\t" else printable_character(character)
            shown.append(cell)
            columns += _columns(cell)
        return _Cells("".join(shown), columns)


def _columns(cell: str) -> int:
    """Count the columns of one character's cell: East Asian wide ones take two, combining ones none."""
    if cell.isascii():
        return len(cell)
    from unicodedata import category, east_asian_width

    if category(cell) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(cell) in "WF" else 1
