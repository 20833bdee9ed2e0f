"""The fields whose items have a short and a long form: all become the long one, and each thing stands there once.

An item in the short form that depends on an unknown variable stays as it is written: nobody knows its parts.
Sources: compose-go 2.9.1, `transform/ports.go`, `volume.go`, `device.go`, `secrets.go`, `override/uncity.go`,
`format/volume.go`; docker/go-connections, `nat/nat.go`.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from dropcap.carriers.compose.canonical.field_types import (
    choice,
    fields,
    flag,
    integer,
    mapping,
    record,
    size,
    text,
    word,
)
from dropcap.carriers.compose.canonical.tree import Leaf, is_unknown
from dropcap.carriers.compose.mounts import clean_path, short_mount
from dropcap.carriers.compose.nodes import items
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dropcap.carriers.compose.canonical.field_types import Form
    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.mounts import ShortMount
    from dropcap.lang.yaml import Value

_PORT = r"(?s)(?:(?P<ip>.*):)?(?P<published>[^:]*):(?P<target>[^:]*)|(?P<alone>[^:]*)"
_RANGE = r"([0-9]{1,5})(?:-([0-9]{1,5}))?"
_HIGHEST = 65535
MAX_PORTS = 20_000
"""How many ports a service may publish by ranges that are written out one by one."""
_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})
_MOST_DEVICE_PARTS = 3
_SHORTEST = 3  # bytes of a short volume that is taken apart


def ports(value: Value, scope: LoadContext) -> Tree | None:
    """Give ports; a range of them is a port each."""
    if not isinstance(value, Sequence):
        return None
    found: list[Tree] = []
    is_full = False
    for item in items(value):
        if isinstance(item, Mapping):
            port = fields(item, _PORT_FIELDS, scope)
            found.append({"mode": Leaf("ingress", None), **port, "protocol": port.get("protocol", Leaf("tcp", None))})
        elif isinstance(item, Scalar):
            left = max(MAX_PORTS - len(found), 0)
            written: list[Tree] = [] if is_full or item.unknown else [*islice(_short_ports(item), left + 1)]
            if len(written) > left:
                scope.log.error(item, f"more than {MAX_PORTS:,} ports of a service are not written out one by one")
                is_full = True
            found += [Leaf(item.text, item)] if is_full or item.unknown else written
    return _once(found, _port_identity) or None


def volumes(value: Value, scope: LoadContext) -> Tree | None:
    """Give mounts."""
    if not isinstance(value, Sequence):
        return None
    found: list[Tree] = []
    for item in items(value):
        tree = fields(item, _VOLUME_FIELDS, scope) if isinstance(item, Mapping) else _short_volume(item)
        if tree is not None:
            found.append(tree)
    unique = _once(found, lambda tree: _part(tree, "target"))
    for tree in unique:
        target = tree.get("target") if isinstance(tree, dict) else None
        if isinstance(tree, dict) and isinstance(target, Leaf) and not is_unknown(target):
            tree["target"] = target._replace(value=clean_path(str(target.value)), only="")
    return unique or None


def devices(value: Value, scope: LoadContext) -> Tree | None:
    """Give devices."""
    if not isinstance(value, Sequence):
        return None
    found: list[Tree] = []
    for item in items(value):
        tree = fields(item, _DEVICE_FIELDS, scope) if isinstance(item, Mapping) else _short_device(item)
        if tree is not None:
            found.append(tree)
    return _once(found, lambda tree: _part(tree, "target")) or None


def secrets(value: Value, scope: LoadContext) -> Tree | None:
    """Give the secrets of a service, each with the path of its file."""
    found = _files(value, scope, "/run/secrets")
    for tree in found:
        source = tree.get("source") if isinstance(tree, dict) else None
        if isinstance(tree, dict) and "target" not in tree and isinstance(source, Leaf):
            tree["target"] = Leaf(f"/run/secrets/{source.value}", None if not is_unknown(source) else source.at)
    return found or None


def build_secrets(value: Value, scope: LoadContext) -> Tree | None:
    """Give the secrets of a build."""
    return _files(value, scope, None) or None


def configs(value: Value, scope: LoadContext) -> Tree | None:
    """Give the configs of a service."""
    return _files(value, scope, "") or None


def variable_files(value: Value, scope: LoadContext) -> Tree | None:
    """Give the files of variables: a path, or what more is said of one."""
    found: list[Tree] = []
    for item in items(value) if isinstance(value, Sequence) else [value]:
        tree = fields(item, _VARIABLE_FILE, scope) if isinstance(item, Mapping) else text(item)
        if tree is not None:
            found.append(tree)
    return _once(found, lambda tree: _part(tree, "path")) or None


def _mode(value: Value, scope: LoadContext) -> Leaf | None:
    """Give the permissions of a file, which are octal in a text and a number otherwise."""
    del scope
    if not isinstance(value, Scalar):
        return None
    if value.unknown:
        return word(value)
    try:
        number = int(value.text, 8) if scalar_type(value) == "text" else int(to_string(value))
    except ValueError:
        return None
    return Leaf(f"0{number:o}", value)


def _files(value: Value, scope: LoadContext, folder: str | None) -> list[Tree]:
    found: list[Tree] = []
    for item in items(value) if isinstance(value, Sequence) else ():
        if isinstance(item, Mapping):
            found.append(fields(item, _FILE_FIELDS, scope))
        elif isinstance(item, Scalar) and (leaf := text(item)) is not None:
            found.append({"source": leaf})
    if folder is None:
        return found
    return _once(found, lambda tree: _part(tree, "target") or f"{folder}/{_part(tree, 'source')}")


def _short_ports(item: Scalar) -> Iterator[Tree]:
    """Read `[address:][published:]target[/protocol]`, each port or a range of them."""
    match = re.fullmatch(_PORT, to_string(item))
    if match is None:
        return
    address = match["ip"] or ""
    target, _, protocol = (match["alone"] if match["target"] is None else match["target"]).partition("/")
    targets, published = _range(target), _range(match["published"] or "")
    protocol = protocol.lower() or "tcp"
    if targets is None or protocol not in _PROTOCOLS or (match["published"] and published is None):
        return
    size = targets[1] - targets[0]
    if published is not None and published[1] - published[0] != size and size:
        return
    for number in sorted(range(targets[0], targets[1] + 1), key=lambda one: f"{one}/"):
        port: dict[str, Tree] = {"mode": Leaf("ingress", None)}
        if address:
            port["host_ip"] = Leaf(address[1:-1] if address.startswith("[") else address, item)
        port["target"] = Leaf(number, item)
        if published is not None:
            first = published[0] + number - targets[0]
            is_choice = not size and published[0] != published[1]
            port["published"] = Leaf(f"{first}-{published[1]}" if is_choice else str(first), item)
        port["protocol"] = Leaf(protocol, item)
        yield port


def _range(written: str) -> tuple[int, int] | None:
    match = re.fullmatch(_RANGE, written)
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    return (first, last) if first <= last <= _HIGHEST else None


def _short_volume(item: Value) -> Tree | None:
    if not isinstance(item, Scalar):
        return None
    if item.unknown:
        return Leaf(item.text, item)
    try:
        mount = short_mount(item.text)
    except ValueError:
        return None
    given: dict[str, Tree | None] = {
        "type": Leaf(mount.type, item),
        "source": Leaf(mount.source, item) if mount.source else None,
        "target": Leaf(clean_path(mount.target), item),
        "read_only": Leaf(value=True, at=item) if mount.read_only else None,
        "bind": _bind_options(mount, item) or None,
        "volume": _volume_options(mount, item),
    }
    return {name: tree for name, tree in given.items() if tree is not None}


def _volume_options(mount: ShortMount, item: Scalar) -> dict[str, Tree] | None:
    if mount.no_copy:
        return {"nocopy": Leaf(value=True, at=item)}
    # Of a text that is too short to have parts Compose says less.
    return {} if mount.type == "volume" and len(item.text.encode(errors="replace")) >= _SHORTEST else None


def _bind_options(mount: ShortMount, item: Scalar) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    if mount.selinux:
        found["selinux"] = Leaf(mount.selinux, item)
    if mount.propagation:
        found["propagation"] = Leaf(mount.propagation, item)
    if mount.type == "bind":
        found["create_host_path"] = Leaf(value=True, at=None)
    return found


def _short_device(item: Value) -> Tree | None:
    if not isinstance(item, Scalar):
        return None
    if item.unknown:
        return Leaf(item.text, item)
    parts = item.text.split(":")
    if len(parts) > _MOST_DEVICE_PARTS:
        return None
    source, target, permissions = (*parts, "", "")[:_MOST_DEVICE_PARTS]
    given = {
        "source": Leaf(source, item),
        "target": Leaf(target or source, item),
        "permissions": Leaf(permissions, item) if len(parts) == _MOST_DEVICE_PARTS else Leaf("rwm", None),
    }
    return {name: leaf for name, leaf in given.items() if leaf.value}


def _once(trees: list[Tree], identity: Callable[[Tree], str | None]) -> list[Tree]:
    """Keep of things with one identity the last one, at the place of the first."""
    found: dict[object, Tree] = {}
    for tree in trees:
        known = identity(tree)
        found[id(tree) if known is None else known] = tree
    return list(found.values())


def _part(tree: Tree, name: str) -> str | None:
    """Give a part of a long form; what stays as it is written is known by all of it."""
    leaf = tree.get(name) if isinstance(tree, dict) else tree
    return str(leaf.value) if isinstance(leaf, Leaf) else None


def _port_identity(tree: Tree) -> str | None:
    if isinstance(tree, Leaf):
        return str(tree.value)
    host, published, target, protocol = (_part(tree, name) for name in ("host_ip", "published", "target", "protocol"))
    return f"{host or '0.0.0.0'}:{published}:{target}/{protocol or 'tcp'}"  # noqa: S104  # what Compose compares


_PORT_FIELDS: dict[str, Form] = {
    "name": text,
    "mode": text,
    "host_ip": text,
    "target": integer,
    "published": text,
    "protocol": text,
    "app_protocol": text,
}
_VOLUME_FIELDS: dict[str, Form] = {
    "type": text,
    "source": text,
    "target": text,
    "read_only": flag,
    "consistency": text,
    "bind": record({"selinux": text, "propagation": text, "create_host_path": flag, "recursive": text}),
    "volume": record({"labels": mapping, "nocopy": flag, "subpath": text}),
    "tmpfs": record({"size": size, "mode": integer}),
    "image": record({"subpath": text}),
}
_DEVICE_FIELDS: dict[str, Form] = {"source": text, "target": text, "permissions": text}
_FILE_FIELDS: dict[str, Form] = {"source": text, "target": text, "uid": text, "gid": text, "mode": _mode}
_VARIABLE_FILE: dict[str, Form] = {"path": text, "required": choice, "format": text}
