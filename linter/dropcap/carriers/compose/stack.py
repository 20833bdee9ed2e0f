"""What `docker stack deploy` does not look at in a Compose file.

Source: docker/cli, `cli/compose/types/types.go`, UnsupportedProperties and ForbiddenProperties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Failure, Kind, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dropcap.model import Container

_IGNORED = {
    "security_opt": "security_opt",
    "devices": "devices",
    "network_mode": "network_mode",
    "pid": "pid",
    "ipc": "ipc",
    "userns": "userns_mode",
}
"""By a container's field the service's key; those that bear on privileges. Of `privileged` a rule speaks."""


def ignored_by_stack(containers: Iterable[Container]) -> Iterator[Failure]:
    """Say which of the services' settings a stack is deployed without; each is a word, once a place."""
    for container in containers:
        if container.kind is not Kind.SERVICE:
            continue
        for field, key in _IGNORED.items():
            value = getattr(container, field)
            first = value[0] if isinstance(value, tuple) and field in ("security_opt", "devices") and value else value
            if first:
                message = f"docker stack deploy ignores {key}, so {container.name} runs without it"
                yield Failure(first.source.path, message, Level.NOTE, first.source, first.span)
