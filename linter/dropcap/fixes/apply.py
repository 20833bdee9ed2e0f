"""Edits become the bytes of files: what lies outside of them stays as it is, byte for byte."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dropcap.model.changes import Edit
    from dropcap.source import Source

_BREAK = re.compile(r"\r\n|\n|\r")
_BOMS = {"utf-8": (b"\xef\xbb\xbf",), "utf-16-le": (b"\xff\xfe",), "utf-16-be": (b"\xfe\xff",)}


class Taken:
    """The stretches of files that edits change, each once."""

    def __init__(self) -> None:
        """Start with none."""
        self._by_path: dict[str, list[tuple[int, int]]] = {}

    def take(self, edits: Iterable[Edit]) -> bool:
        """Take the stretches of edits, all or none; give whether no other has any of them.

        What is added at one place by two is in the way of each other, and what ends where another begins is not.
        """
        found = [(self._by_path.setdefault(one.source.path, []), (one.span.start, one.span.end)) for one in edits]
        if not all(_is_free(taken, stretch) for taken, stretch in found):
            return False
        for taken, stretch in found:
            insort(taken, stretch)
        return True


def _is_free(taken: Sequence[tuple[int, int]], stretch: tuple[int, int]) -> bool:
    """Whether a stretch meets none of others, which lie apart and are sorted."""
    start, end = stretch
    at = bisect_left(taken, stretch)
    before = taken[at - 1] if at else (-1, -1)
    after = taken[at] if at < len(taken) else (end + 1, end + 1)
    return before[1] <= start and after[0] >= end and stretch not in (before, after)


def applied(source: Source, data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return a file's bytes with edits made.

    Args:
        source: the file's text.
        data: the bytes that it was made of.
        edits: what to change in it; none overlaps another.

    Raises:
        RefusedError: the bytes are not those of the text, or two edits overlap.

    """
    text, encoding = source.text, source.encoding
    bom = next((one for one in _BOMS[encoding] if data.startswith(one)), b"")
    if bom + text.encode(encoding) != data:
        raise RefusedError(f"{source.path} was changed since it was read")
    found = _BREAK.search(text)
    line_break = found[0] if found else "\n"
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda one: (one.span.start, one.span.end, one.text)):
        start, end = edit.span
        if start < at or end < start or end > len(text):
            raise RefusedError("two of its edits overlap")
        parts += (text[at:start], edit.text.replace("\n", line_break))
        at = end
    parts.append(text[at:])
    return bom + "".join(parts).encode(encoding)
