"""The line that a finding stands on, as a terminal can show it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.masking import without_secrets
from dropcap.namedtuple import NamedTuple
from dropcap.printable import printable_character
from dropcap.writers.wrapping import columns as columns_of

if TYPE_CHECKING:
    from dropcap.source import Source, Span

_WIDTH = 100
_BEFORE = 0.4  # of the width, what stands before a place on a long line
_TAB = 4
_CUT = "..."
_SIGNS = " \t-\"',[]:"


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


def excerpt(source: Source, span: Span, width: int = _WIDTH) -> Excerpt:
    """Show the first line of a span in no more columns than `width`."""
    root, at = source.to_root(span)
    first, last = root.position(at.start), root.position(max(at.start, at.end - 1))
    line = root.line(first.line)
    start = min(first.column - 1, len(line))
    end = max(min(start + at.end - at.start, len(line)), start)
    if _holds_more(line[:start], line[end:]):
        line = _masked_line(root, first.line)
    left, right = _window(line, start, width)
    end = min(end, right)
    before = _Cells("", 0).then(_CUT if left else "").then(line[left:start])
    marked = before.then(line[start:end])
    whole = marked.then(line[end:right]).then(_CUT if right < len(line) else "")
    return Excerpt(first.line, whole.text.rstrip(), before.columns, max(marked.columns - before.columns, 1), last.line)


def _holds_more(before: str, after: str) -> bool:
    """Whether a line holds, besides the place, more than a key before it."""
    key = before.strip(_SIGNS)
    is_key = not key or key.replace("_", "").replace("-", "").replace(".", "").isalnum()
    return not is_key or bool(after.strip(_SIGNS))


def _window(line: str, start: int, width: int) -> tuple[int, int]:
    """Choose which part of a line to show in `width` columns, so that a place stands well inside it."""
    length = len(line)
    # A character takes a column or more, but for the few that stand above another.
    if length <= width and ((line.isascii() and line.isprintable()) or sum(map(_most_columns, line)) <= width):
        return 0, length
    room = max(width - 2 * len(_CUT), 1)
    left = _back(line, start, int(room * _BEFORE))
    if left == 0:
        room += len(_CUT)
    right, used = left, 0
    while right < length and (used := used + _most_columns(line[right])) <= room:
        right += 1
    if right == length:  # the end is there: what is left of the room shows more of the beginning
        left = _back(line, left, room - used)
    return left, max(right, min(start + 1, length))


def _back(line: str, start: int, room: int) -> int:
    """Return where to begin, so that no more than `room` columns stand before a place."""
    while start and (room := room - _most_columns(line[start - 1])) >= 0:
        start -= 1
    return start


def _most_columns(character: str) -> int:
    """Count the columns of a character as it is shown, a tab at its widest; none takes less than one."""
    return _TAB if character == "\t" else max(columns_of(printable_character(character)), 1)


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
            columns += columns_of(cell)
        return _Cells("".join(shown), columns)
