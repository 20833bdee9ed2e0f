"""Containers that join a namespace of another one: `network_mode: service:web`, `--pid container:db`.

What the other one has is what they have. Only containers of the same file are followed.

Sources: moby `daemon/container_operations_unix.go`; Docker Compose `pkg/compose/create.go`; containers/podman
`pkg/specgen/namespaces.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.model import Kind, Related, Route, Unknown
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dropcap.model import Container, Located

_FIELDS = {
    "network_mode": "network",
    "pid": "process ids",
    "ipc": "shared memory",
    "uts": "host name",
    "userns": "user namespace",
    "cgroup": "control groups",
}
"""The fields that may name another container, with what is shared by them; of Docker's the first three alone."""
MOST_STEPS = 20
"""How many steps of a chain are told; who stands far from its end is told the first ones and his own."""
_NAMED = frozenset({Kind.SERVICE, Kind.RUN, Kind.CREATE, Kind.INSPECT, Kind.QUADLET})


def joined(containers: tuple[Container, ...]) -> tuple[Container, ...]:
    """Return containers with what they have by joining others of them; a chain is followed, a circle is not.

    A value that comes from another container keeps its place there, with the way from it.
    """
    by_name: dict[str, Container] = {}
    for container in containers:
        if container.kind is Kind.SERVICE:
            by_name.setdefault(f"service:{container.name}", container)
        if container.given_name and container.kind in _NAMED:
            by_name.setdefault(f"container:{container.given_name}", container)
    ends = {field: _Ends(field, by_name) for field in _FIELDS}
    return tuple(_followed(container, ends) for container in containers)


def _joins(container: Container, field: str) -> Located[str] | None:
    value: Located[str] | None = getattr(container, field)
    is_other = value is not None and value.value.startswith(("service:", "container:"))
    return value if is_other else None


class _End(NamedTuple):
    """The container whose namespace another one has, and the steps from that to this, those next to it first."""

    container: Container
    steps: tuple[Related, ...]


class _Ends:
    """Whose namespace of one kind each container has; each step of a chain is taken once."""

    def __init__(self, field: str, by_name: Mapping[str, Container]) -> None:
        self._field = field
        self._by_name = by_name
        self._known: dict[int, _End | None] = {}

    def of(self, container: Container) -> _End | None:
        """Return whose it has; None where it joins nobody who is known, and on a circle or before one."""
        path: list[tuple[Container, Located[str], Container]] = []
        at = container
        while id(at) not in self._known:
            self._known[id(at)] = None  # so that a circle ends
            value = _joins(at, self._field)
            other = self._by_name.get(value.value) if value is not None else None
            if value is None or other is None:
                break
            path.append((at, value, other))
            at = other
        for one, value, other in reversed(path):
            end = self._known[id(other)]
            if end is None and _joins(other, self._field) is None:
                end = _End(other, ())
            if end is not None:
                step = Related(f"this shares the {_FIELDS[self._field]} of {other.name}", value)
                self._known[id(one)] = end._replace(steps=(*end.steps[: MOST_STEPS - 1], step))
        return self._known[id(container)]


def _followed(container: Container, ends: Mapping[str, _Ends]) -> Container:
    found = container
    for field in _FIELDS:
        if _joins(container, field) is not None and (end := ends[field].of(container)) is not None:
            found = _with(found, field, end.container, end.steps)
    return found


def _with(container: Container, field: str, other: Container, steps: Iterable[Related]) -> Container:
    """Give a container what another one has in a field, known or not."""
    hidden = tuple(
        Unknown(one.text, one.reason, one.source, one.span, (field,))
        for one in other.unknowns
        if not one.fields or field in one.fields
    )
    container = container._replace(unknowns=(*container.unknowns, *hidden))
    value: Located[str] | None = getattr(other, field)
    if value is None:
        return container
    source, span = value.source.to_root(value.span)
    route = Route(source, span, tuple(steps))
    values: dict[str, Any] = {field: value}
    return container._replace(**values, routes=(*container.routes, route))
