"""What Docker's engine refuses of what a service mounts, and of its devices.

Sources: docker/compose f729794 `pkg/compose/create.go` (buildContainerVolumes, buildMount); moby b985e23
`daemon/volume/mounts/linux_parser.go`, and what :mod:`dropcap.docker_cli.start_refusals` names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.mounts import short_mount
from dropcap.carriers.compose.nodes import child, entries, items, known_scalar
from dropcap.carriers.compose.service_values import texts, value_of
from dropcap.docker_cli import engine_refusals, start_refusals
from dropcap.lang.yaml import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.compose.service_values import Check, Service, Wrong
    from dropcap.lang.yaml import Value

_PROPAGATIONS = frozenset(("", "private", "rprivate", "slave", "rslave", "shared", "rshared"))
_NO_COPY = 'invalid mount config for type "bind": field VolumeOptions must not be specified'


def _tmpfs(found: Service) -> Iterator[Wrong]:
    for value, text in texts(found, "tmpfs"):
        path, _, options = text.partition(":")
        wrong = engine_refusals.mount_target(path) if path else "invalid mount path: '' mount path must be absolute"
        if wrong := wrong or start_refusals.tmpfs_options(options):
            yield value, "tmpfs", wrong


def _devices(found: Service) -> Iterator[Wrong]:
    for value, text in texts(found, "devices"):
        parts = text.split(":")
        if not parts[0]:
            yield value, "devices", 'error gathering device information while adding custom device ""'
        elif len(parts) == len(("source", "target", "permissions")):
            yield from _permissions(value, parts[2])
    for one in items(value_of(found, "devices")):
        if isinstance(one, Mapping):
            device = entries(one)
            permissions = known_scalar(value_of(device, "permissions")) if "permissions" in device else ""
            if permissions is not None and "target" in device:
                yield from _permissions(one, permissions)


def _permissions(where: Value, permissions: str) -> Iterator[Wrong]:
    if not permissions:
        yield where, "devices", "device access field cannot be empty: add its permissions, such as rwm"


def _device_rules(found: Service) -> Iterator[Wrong]:
    for value, text in texts(found, "device_cgroup_rules"):
        if wrong := start_refusals.device_rule(text):
            yield value, "device_cgroup_rules", wrong


def _volumes(found: Service) -> Iterator[Wrong]:
    for item in items(value_of(found, "volumes")):
        if isinstance(item, Mapping):
            yield from _long_volume(item)
            continue
        text = known_scalar(item)
        try:
            mount = None if text is None else short_mount(text)
        except ValueError:
            continue
        if mount is not None and mount.type == "bind" and mount.no_copy:
            yield item, "volumes", _NO_COPY


def _long_volume(item: Mapping) -> Iterator[Wrong]:
    parts = {key: known_scalar(entry.value) for key, entry in entries(item).items()}
    kind, source = parts.get("type"), parts.get("source", "")
    propagation = child(child(item, "bind"), "propagation")
    if kind == "bind" and "source" not in parts:
        # Docker Compose says so itself where it makes paths whole.
        yield item, "volumes", 'invalid mount config for type "bind": field Source must not be empty'
    elif kind == "tmpfs" and source:
        yield item, "volumes", 'invalid mount config for type "tmpfs": field Source must not be specified'
    elif kind == "image" and source == "":
        yield item, "volumes", 'invalid mount config for type "image": field Source must not be empty'
    elif kind == "bind" and known_scalar(propagation) not in _PROPAGATIONS | {None}:
        text = f'invalid mount config for type "bind": invalid propagation mode: {known_scalar(propagation)}'
        yield item, "volumes", text
    elif kind == "bind" and known_scalar(child(child(item, "volume"), "nocopy")) == "true":
        yield item, "volumes", _NO_COPY


MOUNTS: tuple[Check, ...] = (
    (frozenset({"tmpfs"}), _tmpfs),
    (frozenset({"devices"}), _devices),
    (frozenset({"device_cgroup_rules"}), _device_rules),
    (frozenset({"volumes"}), _volumes),
)
