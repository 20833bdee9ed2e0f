"""The texts that one reading joins, each with a range of addresses of its own.

A word may be put together of what a script says, what a variable was given elsewhere, and what a script says that
it reads: one number tells where a character is written.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.source import Source

__all__ = ["Texts"]


class Texts:
    """Texts, by address; the first one's addresses are its offsets."""

    def __init__(self, first: Source) -> None:
        """Begin with one text."""
        self._sources = [first]
        self._starts = [0]
        self._end = len(first.text) + 1

    def add(self, source: Source) -> int:
        """Return the address of a text's first character; the text is added if it is not known."""
        for known, start in zip(self._sources, self._starts, strict=True):
            if known is source:
                return start
        start = self._end
        self._sources.append(source)
        self._starts.append(start)
        self._end += len(source.text) + 1
        return start

    def locate(self, address: int) -> tuple[Source, int]:
        """Return the text that an address is in, and the offset there."""
        index = bisect_right(self._starts, address) - 1
        return self._sources[index], address - self._starts[index]

    def piece(self, text: str, segments: Sequence[tuple[int, int]]) -> Source:
        """Make a source of a text whose parts are written at some addresses, as :meth:`Source.piece` does.

        What is written in another text than the first part stands where the part before it ends.
        """
        source, at = self.locate(segments[0][1])
        shift = segments[0][1] - at
        found: list[tuple[int, int]] = []
        for offset, address in segments:
            if 0 <= address - shift <= len(source.text):
                found.append((offset, address - shift))
            else:
                here, there = found[-1]
                found.append((offset, min(there + offset - here, len(source.text))))
        return source.piece(text, found, is_scattered=True)
