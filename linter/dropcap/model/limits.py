"""What a container may use of the machine's memory, processes and processors at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropcap.model.containers import Container
    from dropcap.model.located import Located

_OPTIONS = {
    "memory": frozenset({"memory"}),
    "processes": frozenset({"pids-limit"}),
    "cpu": frozenset({"cpus", "cpu-quota", "cpuset-cpus"}),
}
"""By what is limited the options that limit it; `cpu-shares` only weighs one container against others."""

_ELSEWHERE = "cgroup-parent"
_NO_LIMIT = frozenset({"infinity", "max"})


def is_limited(container: Container, resource: str, *, by_default: bool = False) -> bool | None:
    """Return whether `memory`, `processes` or `cpu` is limited; None where that cannot be seen.

    Of the same option the last one counts. Zero, and less, is no limit. A set of processors is one, whichever they are.

    Args:
        container: the container.
        resource: what may be limited.
        by_default: whether its engine limits it where nothing is written.

    """
    if container.may_be_set("limits"):
        return None
    names = _OPTIONS[resource]
    values: dict[str, str] = {}
    for entry in container.limits:
        name, _, value = entry.value.partition("=")
        if name == _ELSEWHERE:
            return None  # what it belongs to may be limited
        if name in names:
            values[name] = value
    if resource == "cpu" and values.pop("cpuset-cpus", ""):
        return True
    if "" in values.values():
        return None
    return any(map(_is_limit, values.values())) if values else by_default


def limit_entry(container: Container, resource: str) -> Located[str] | None:
    """Return the last entry that speaks of a limit of `memory`, `processes` or `cpu`, whatever it says."""
    names = _OPTIONS[resource]
    return next((one for one in reversed(container.limits) if one.value.partition("=")[0] in names), None)


def _is_limit(value: str) -> bool:
    return not value.startswith("-") and value not in _NO_LIMIT and not {*"123456789"}.isdisjoint(value)
