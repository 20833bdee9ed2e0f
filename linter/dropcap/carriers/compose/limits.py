"""What a service may use at most: keys of its own, and `deploy.resources.limits`.

What Compose refuses of these is told where the model is checked, also where two of them differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import child, entries
from dropcap.carriers.compose.yaml_types import to_string
from dropcap.lang.yaml import Mapping, Scalar
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Dictionary

    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value

_OWN = {
    "cgroup_parent": "cgroup-parent",
    "cpu_quota": "cpu-quota",
    "cpus": "cpus",
    "cpuset": "cpuset-cpus",
    "mem_limit": "memory",
    "pids_limit": "pids-limit",
}
_OF_DEPLOY = {"cpus": "cpus", "memory": "memory", "pids": "pids-limit"}


def limits(found: Dictionary[str, Entry]) -> tuple[Located[str], ...]:
    """Read the limits of a service's entries, by the names of Docker's options; without a value that is not known."""
    return tuple(_limits(found))


def _limits(found: Dictionary[str, Entry]) -> Iterator[Located[str]]:
    for key, name in _OWN.items():
        if key in found:
            yield from _limit(name, found[key].value)
    for name, entry in entries(found["ulimits"].value).items() if "ulimits" in found else ():
        yield from _ulimit(name, entry.value)
    deploy = found["deploy"].value if "deploy" in found else None
    deployed = child(child(deploy, "resources"), "limits")
    for key, entry in entries(deployed).items() if isinstance(deployed, Mapping) else ():
        if key in _OF_DEPLOY:
            yield from _limit(_OF_DEPLOY[key], entry.value)


def _ulimit(name: str, value: Value) -> Iterator[Located[str]]:
    """Read a limit of `ulimits`: a number, or a soft and a hard one."""
    if isinstance(value, Mapping):
        parts = [child(value, key) for key in ("soft", "hard")]
        texts = [to_string(one) if isinstance(one, Scalar) and one.unknown is None else "" for one in parts]
        yield Located(f"ulimit={name}={':'.join(texts)}", value.source, value.span)
    elif isinstance(value, Scalar):
        yield from _limit(f"ulimit={name}", value)


def _limit(name: str, value: Value) -> Iterator[Located[str]]:
    if isinstance(value, Scalar):
        text = to_string(value) if value.unknown is None else ""
        yield Located(f"{name}={text}", value.source, value.span)
