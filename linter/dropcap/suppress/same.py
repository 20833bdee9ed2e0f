"""What a container is, without where that stands: equal before and after an edit that changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Container, Failure, Located, SharedRoutes
from dropcap.model.routes import Route
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from typing import Any


def meaning(container: Container) -> Any:  # noqa: ANN401  # what a record holds, all the way down
    """Return all that a container's record says, without places."""
    return _without_places(container, {})


def _without_places(value: Any, seen: dict[int, Any]) -> Any:  # noqa: ANN401  # as above
    if isinstance(value, (Source, Span, SharedRoutes, Route, Failure)):
        return None
    if isinstance(value, Located):
        return _without_places(value.value, seen)
    if isinstance(value, (tuple, list)):
        known = seen.get(id(value))
        if known is None:
            known = seen[id(value)] = tuple(_without_places(one, seen) for one in value)
        return known
    if isinstance(value, dict):
        return {key: _without_places(one, seen) for key, one in value.items()}
    return value
