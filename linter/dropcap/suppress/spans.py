"""Stretches of a text, of which those around a place are found without a look at all."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dropcap.source import Span

T = TypeVar("T")


class Spans(Generic[T]):
    """Stretches, each with what belongs to it; most lie inside one another or apart."""

    def __init__(self, spans: Mapping[Span, T]) -> None:
        """Take the stretches; their ends count as inside."""
        ordered = sorted(spans.items(), key=lambda one: (one[0].start, -one[0].end))
        self._starts = [span.start for span, _ in ordered]
        self._nodes: list[tuple[int, int, T]] = []  # the end, the number of the one that was open before, what belongs
        open_ones: list[int] = []
        for number, (span, value) in enumerate(ordered):
            while open_ones and self._nodes[open_ones[-1]][0] < span.start:
                open_ones.pop()
            self._nodes.append((span.end, open_ones[-1] if open_ones else -1, value))
            open_ones.append(number)

    def around(self, offset: int) -> Iterator[T]:
        """Give what belongs to the stretches around a place, the innermost first."""
        at = bisect_right(self._starts, offset) - 1
        while at >= 0:
            end, before, value = self._nodes[at]
            if offset <= end:
                yield value
            at = before
