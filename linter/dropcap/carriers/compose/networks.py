"""The networks that a service is attached to and that somebody else made, by the names that the engine knows.

Docker has networks of its own, `host` among them. `docker stack deploy` attaches a service to that one as to any other:
docker/cli 28f7560 `cli/command/stack/deploy_composefile.go` (validateExternalNetworks). Docker Compose asks for an
alias there, which the engine refuses of such networks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import child, entries, items, known_scalar
from dropcap.carriers.compose.yaml_types import truth
from dropcap.lang.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.yaml import Value


def external_networks(attached: Value | None, model: Mapping) -> Iterator[tuple[Scalar, str]]:
    """Give the external networks of a service: where the service names each, and the name that the engine knows.

    Args:
        attached: the service's `networks`.
        model: all of the project.

    """
    networks = child(model, "networks")
    keys = [entry.key for entry in entries(attached).values()] if isinstance(attached, Mapping) else items(attached)
    for key in keys:
        network = child(networks, key.text) if isinstance(key, Scalar) and key.unknown is None else None
        external = child(network, "external")
        if not isinstance(key, Scalar) or external is None:
            continue
        if isinstance(external, Scalar) and truth(external.text) is not True:
            continue
        written = child(network, "name") or child(external, "name")
        name = key.text if written is None else known_scalar(written)
        if name is not None:
            yield key, name
