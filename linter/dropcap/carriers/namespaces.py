"""Containers that join a namespace of another one: `network_mode: service:web`, `--pid container:db`.

What the other one has is what they have. Only containers of the same file are followed.

Sources: moby `daemon/container_operations_unix.go`; Docker Compose `pkg/compose/create.go`; containers/podman
`pkg/specgen/namespaces.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.model import Kind, Related, Route, Unknown

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
    return tuple(_followed(container, by_name) for container in containers)


def _joins(container: Container, field: str) -> Located[str] | None:
    value: Located[str] | None = getattr(container, field)
    is_other = value is not None and value.value.startswith(("service:", "container:"))
    return value if is_other else None


def _followed(container: Container, by_name: Mapping[str, Container]) -> Container:
    for field, what in _FIELDS.items():
        steps: list[Related] = []
        seen = [container]
        while (value := _joins(seen[-1], field)) is not None and (other := by_name.get(value.value)) is not None:
            if any(other is one for one in seen):
                break
            steps.insert(0, Related(f"the {what} of {other.name} is shared here", value))
            seen.append(other)
        if len(seen) > 1 and _joins(seen[-1], field) is None:
            container = _with(container, field, seen[-1], steps)
    return container


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
