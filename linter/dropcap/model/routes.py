"""How values came to the container that has them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from dropcap.model.located import Located
    from dropcap.source import Source, Span


class Related(NamedTuple):
    """Another place that a problem speaks of."""

    message: str
    where: Located[Any]


SET_HERE = "is set here"
"""How the message of a step ends that leads to where a variable, which a value is made of, gets its own value."""


class Route(NamedTuple):
    """How the values of a stretch of text come to a container that stands elsewhere.

    Attributes:
        source: the text, a whole file or an entry of one that is being edited.
        span: the stretch: a service that is extended, a file that is included, a value that a variable sets.
        steps: the places that lead from there to the container.

    """

    source: Source
    span: Span
    steps: tuple[Related, ...]

    def holds(self, source: Source, span: Span) -> bool:
        """Whether a span of a text lies in the stretch."""
        return self.source is source and self.span.start <= span.start and span.end <= self.span.end


MAX_ALIKE = 20
"""How many ways by which one stretch of text comes to a container are told."""


class SharedRoutes:
    """The routes that all containers of a project share, found by place without a look at each.

    The stretches of one text lie inside one another or apart, as the nodes of a tree do: those around a place are the
    last one that starts before it, and what that lies in.
    """

    __slots__ = ("_by_source", "routes")

    def __init__(self, routes: Sequence[Route]) -> None:
        """Take the routes in the order in which they are told."""
        self.routes = tuple(routes)
        by_source: dict[int, list[tuple[int, int, int]]] = {}
        for number, route in enumerate(self.routes):
            by_source.setdefault(id(route.source), []).append((route.span.start, -route.span.end, number))
        self._by_source = {source: _nested(sorted(places)) for source, places in by_source.items()}

    def __eq__(self, other: object) -> bool:
        """Whether they are the same routes."""
        return self is other or (isinstance(other, SharedRoutes) and self.routes == other.routes)

    def __hash__(self) -> int:
        """Return a number that equal ones share."""
        return hash(len(self.routes))

    def around(self, places: Iterable[tuple[Source, Span]]) -> list[Route]:
        """Return the routes whose stretch holds one of some spans, in their order."""
        found: set[int] = set()
        for source, span in places:
            nested = self._by_source.get(id(source), [])
            at = bisect_right(nested, (span.start, _AFTER_ALL)) - 1
            while at >= 0:
                _, end, number, at = nested[at]
                if span.end <= -end:
                    found.add(number)
        return [self.routes[number] for number in sorted(found)]


_AFTER_ALL = 1


def _nested(places: list[tuple[int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Add to each stretch, given by start, end times -1 and number, the position of the one that it lies in, or -1."""
    nested: list[tuple[int, int, int, int]] = []
    around: list[int] = []
    alike = 0
    for start, end, number in places:
        alike = alike + 1 if nested and nested[-1][:2] == (start, end) else 0
        if alike >= MAX_ALIKE:
            continue
        while around and nested[around[-1]][1] > end:
            around.pop()
        nested.append((start, end, number, around[-1] if around else -1))
        around.append(len(nested) - 1)
    return nested
