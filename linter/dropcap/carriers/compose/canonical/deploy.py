"""The section `deploy` of a service: the names and types of compose-go 2.9.1, `types/types.go`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.canonical.field_types import (
    count,
    decimal,
    fields,
    integer,
    listed,
    mapping,
    record,
    size,
    span,
    strings,
    text,
    wait,
    word,
)
from dropcap.carriers.compose.canonical.irregular_fields import requests
from dropcap.carriers.compose.canonical.tree import Leaf
from dropcap.lang.yaml import Mapping

if TYPE_CHECKING:
    from dropcap.carriers.compose.canonical.field_types import Form
    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value


def deploy(value: Value, scope: LoadContext) -> Tree | None:
    """Give how a service is to be deployed."""
    if not isinstance(value, Mapping):
        return None
    found = fields(value, _DEPLOY, scope)
    found.setdefault("resources", {})
    found.setdefault("placement", {})
    return found


def _discrete(value: Value, scope: LoadContext) -> Tree | None:
    if not isinstance(value, Mapping):
        return None
    found = fields(value, {"kind": word, "value": count}, scope)
    found.setdefault("kind", Leaf("", None, "json"))
    found.setdefault("value", Leaf(0, None, "json"))
    return found


_RESOURCE: dict[str, Form] = {
    "cpus": decimal,
    "memory": size,
    "pids": integer,
    "devices": requests,
    "generic_resources": listed(record({"discrete_resource_spec": _discrete})),
}
_UPDATE: dict[str, Form] = {
    "parallelism": count,
    "delay": wait,
    "failure_action": text,
    "monitor": wait,
    "max_failure_ratio": decimal,
    "order": text,
}
_DEPLOY: dict[str, Form] = {
    "mode": text,
    "replicas": count,
    "labels": mapping,
    "update_config": record(_UPDATE),
    "rollback_config": record(_UPDATE),
    "resources": record({"limits": record(_RESOURCE), "reservations": record(_RESOURCE)}),
    "restart_policy": record({"condition": text, "delay": span, "max_attempts": count, "window": span}),
    "placement": record(
        {
            "constraints": strings,
            "preferences": listed(record({"spread": text})),
            "max_replicas_per_node": integer,
        }
    ),
    "endpoint_mode": text,
}
