"""Containers in a pod of Podman's: what the pod has of namespaces they have, as far as it shares them.

A container that says itself which namespace it has keeps it. A pod is followed within the file that makes it.

Source: containers/podman c6580b4 `pkg/specgen/generate/namespaces.go` (GetDefaultNamespaceMode, GetNamespaceOptions)
and `cmd/podman/containers/create.go` (createPodIfNecessary).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.model import Container, Kind, Related, Route, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dropcap.model import Located

_NEW = "new:"
_BY_DEFAULT = ("ipc", "network_mode", "uts")
_DECIDED = ("network_mode", "pid", "ipc", "uts", "cgroup")
# What is the container's own where the pod says nothing of it; a pod that is made for it has what its line says.
_OWN = ("userns", "ports", "limits")
_NOTHING: Mapping[str, Any] = dict.fromkeys(("pid", "ipc", "uts", "userns"))
_TITLES = {
    "network_mode": "network",
    "pid": "process ids",
    "ipc": "shared memory",
    "uts": "host name",
    "cgroup": "control groups",
}


def in_pods(containers: Iterable[Container], pods: Mapping[str, Container] | None = None) -> tuple[Container, ...]:
    """Return containers with what they have by being in a pod.

    Args:
        containers: those of a file, pods among them.
        pods: further pods, by the name by which a container may call them.

    """
    found = tuple(containers)
    known = dict(pods or {})
    for one in found:
        pod = one.pod.value if one.pod is not None else ""
        if one.kind is Kind.POD and one.given_name:
            known.setdefault(one.given_name, one)
        elif pod.startswith(_NEW) and len(pod) > len(_NEW):
            # Of what the line says the network is the pod's.
            hidden = tuple(each for each in one.unknowns if not _is_of_pod(each, one))
            made = one._replace(kind=Kind.POD, shares=_BY_DEFAULT, unknowns=hidden, **_NOTHING)
            known.setdefault(pod.removeprefix(_NEW), made)
    return tuple(_in_pod(one, known) for one in found)


def _in_pod(container: Container, pods: Mapping[str, Container]) -> Container:
    where = container.pod
    if where is None:
        return container
    is_new = where.value.startswith(_NEW)
    pod = None if is_new else pods.get(where.value)
    if not is_new and pod is None:
        return container
    decided = {field for field in _DECIDED if is_new or _is_decided(container, pod, field)}
    decided.update(field for field in _OWN if is_new or (pod and not getattr(pod, field) and not pod.may_be_set(field)))
    hidden = (_less(one, decided) if _is_of_pod(one, container) else one for one in container.unknowns)
    changed = container._replace(unknowns=tuple(one for one in hidden if one is not None))
    for field in _DECIDED:
        if pod is not None and field in decided and field in pod.shares and getattr(container, field) is None:
            changed = _with(changed, field, pod, where)
    return changed


def _is_decided(container: Container, pod: Container | None, field: str) -> bool:
    """Whether a container's field is known: by itself, since the pod does not share it, or by the pod."""
    if getattr(container, field) is not None:
        return True
    return pod is not None and not pod.may_be_set("shares") and (field not in pod.shares or not pod.may_be_set(field))


def _is_of_pod(unknown: Unknown, container: Container) -> bool:
    """Whether something is unknown because the container's pod decides it."""
    where = container.pod
    return where is not None and unknown.span == where.span and unknown.source is where.source


def _less(unknown: Unknown, decided: set[str]) -> Unknown | None:
    """Take fields out of what the pod was to decide; None where nothing is left of it."""
    fields = tuple(field for field in unknown.fields if field not in decided)
    return Unknown(unknown.text, unknown.reason, unknown.source, unknown.span, fields) if fields else None


def _with(container: Container, field: str, pod: Container, where: Located[str]) -> Container:
    value: Located[str] | None = getattr(pod, field)
    if value is None:
        return container
    source, span = value.source.to_root(value.span)
    route = Route(source, span, (Related(f"it is in this pod, which shares its {_TITLES[field]}", where),))
    values: dict[str, Any] = {field: value}
    return container._replace(**values, routes=(*container.routes, route))
