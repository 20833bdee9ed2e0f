"""What Docker's engine refuses of the networks and volumes of a project, where a service has them.

Sources: moby b985e23 `daemon/container_operations.go` (validateEndpointSettings) and `volume/local/local_unix.go`
(validateOpts); docker/compose f729794 `pkg/compose/create.go`, where each endpoint has an alias. Docker 20.10 says the
same of a network when the container starts. A file that is named after a stack is none of Docker Compose's.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.mounts import short_mount
from dropcap.carriers.compose.networks import external_networks
from dropcap.carriers.compose.nodes import child, entries, items, known_scalar
from dropcap.carriers.compose.yaml_types import truth
from dropcap.lang.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.model import Level

_PREDEFINED = frozenset({"bridge", "default", "host", "none"})
_ALIAS = "network-scoped alias is supported only for containers in user defined networks"


def check_resources(services: Mapping, model: Mapping, scope: LoadContext, level: Level) -> None:
    """Tell the log, at a level, what the engine refuses."""
    used: set[str] = set()
    for name, service in entries(services).items():
        for where, network in external_networks(child(service.value, "networks"), model):
            if network in _PREDEFINED and "stack" not in os.path.basename(where.source.path).lower():
                path = f"services.{name}.networks"
                advice = "attach it to a network of the project"
                message = f"{path} is refused by Docker's engine: {_ALIAS}; {advice}"
                scope.log.tell(where, message, level)
        used.update(_volumes(service))
    for name, volume in entries(child(model, "volumes")).items():
        options = child(volume.value, "driver_opts")
        driver = known_scalar(child(volume.value, "driver"))
        is_local = child(volume.value, "driver") is None or driver == "local"
        if name in used and is_local and isinstance(options, Mapping) and not _is_external(volume):
            given = entries(options)
            if "device" in given and "type" not in given:
                message = f'volumes.{name} is refused by Docker\'s engine: missing required option: "type"'
                scope.log.tell(given["device"].key, message, level)


def _is_external(volume: Entry) -> bool:
    external = child(volume.value, "external")
    return external is not None and not (isinstance(external, Scalar) and truth(external.text) is False)


def _volumes(service: Entry) -> Iterator[str]:
    """Give the names of the volumes of a service."""
    for item in items(child(service.value, "volumes")):
        if isinstance(item, Mapping):
            name = known_scalar(child(item, "source"))
        else:
            try:
                name = short_mount(known_scalar(item) or "").source
            except ValueError:
                continue
        if name:
            yield name
