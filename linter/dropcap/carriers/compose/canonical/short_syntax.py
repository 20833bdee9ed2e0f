"""The fields whose items have a short and a long form: all become the long one, and each thing stands there once.

An item in the short form that depends on an unknown variable stays as it is written: nobody knows its parts.
Sources: compose-go 2.9.1, `transform/ports.go`, `volume.go`, `device.go`, `secrets.go`, `override/uncity.go`,
`format/volume.go`; docker/go-connections, `nat/nat.go`.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from dropcap.carriers.compose.canonical.field_types import of_fields, of_value, record, text, word
from dropcap.carriers.compose.canonical.tree import Leaf, is_unknown
from dropcap.carriers.compose.dedupe import OF_LONG, known_part, once
from dropcap.carriers.compose.field_table import LIST
from dropcap.carriers.compose.mounts import clean_path, short_mount
from dropcap.carriers.compose.nodes import items
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.field_table import Field
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


@of_fields
def ports(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give ports; a range of them is a port each."""
    found: list[Tree] = []
    is_full = False
    for item in items(value):
        if isinstance(item, Mapping):
            port = record(item, scope, field.below[LIST])
            found.append({"mode": Leaf("ingress", None), **port, "protocol": port.get("protocol", Leaf("tcp", None))})
        elif isinstance(item, Scalar):
            left = max(MAX_PORTS - len(found), 0)
            written: list[Tree] = [] if is_full or item.unknown else [*islice(_short_ports(item), left + 1)]
            if len(written) > left:
                scope.log.error(item, f"dropcap does not list more than {MAX_PORTS:,} ports of a service one by one")
                is_full = True
            found += [Leaf(item.text, item)] if is_full or item.unknown else written
    return _once(found, "port") or None


@of_fields
def volumes(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give mounts."""
    found = _either(items(value), scope, field, _short_volume, "mount")
    for tree in found:
        target = tree.get("target") if isinstance(tree, dict) else None
        if isinstance(tree, dict) and isinstance(target, Leaf) and not is_unknown(target):
            tree["target"] = target._replace(value=clean_path(str(target.value)), only="")
        bind = tree.get("bind") if isinstance(tree, dict) else None
        if isinstance(bind, dict) and scope.version.creates_host_paths:
            creates = bind.get("create_host_path", Leaf(value=True, at=None))
            if isinstance(creates, Leaf) and not is_unknown(creates):
                bind["create_host_path"] = creates._replace(only="text" if creates.value else "")
    return found or None


@of_fields
def devices(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give devices."""
    return _either(items(value), scope, field, _short_device, "device") or None


@of_fields
def build_secrets(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give the secrets of a build."""
    return _either(items(value), scope, field, _short_file, "") or None


@of_fields
def configs(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give the configs of a service."""
    return _either(items(value), scope, field, _short_file, "config") or None


@of_fields
def secrets(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give the secrets of a service, each with the path of its file."""
    found = _either(items(value), scope, field, _short_file, "secret")
    for tree in found:
        source = tree.get("source") if isinstance(tree, dict) else None
        if isinstance(tree, dict) and "target" not in tree and isinstance(source, Leaf):
            tree["target"] = Leaf(f"/run/secrets/{source.value}", None if not is_unknown(source) else source.at)
    return found or None


@of_fields
def env_files(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give the files of variables: a path, or what more is said of one."""
    return _either(items(value) if isinstance(value, Sequence) else [value], scope, field, text, "path") or None


@of_value
def mode(value: Value) -> Leaf | None:
    """Give the permissions of a file, which are octal in a text and a number otherwise."""
    if not isinstance(value, Scalar):
        return None
    if value.unknown:
        return word(value)
    try:
        number = int(value.text, 8) if scalar_type(value) == "text" else int(to_string(value))
    except ValueError:
        return None
    return Leaf(f"0{number:o}", value)


def _either(
    listed: Iterable[Value], scope: LoadContext, field: Field, short: Callable[[Value], Tree | None], known_by: str
) -> list[Tree]:
    """Give the items of a list in their long forms, each thing once."""
    found = (record(item, scope, field.below[LIST]) if isinstance(item, Mapping) else short(item) for item in listed)
    return _once((tree for tree in found if tree is not None), known_by)


def _once(trees: Iterable[Tree], known_by: str) -> list[Tree]:
    """Keep each thing once; what stays as it is written is known by all of it."""
    of_long = OF_LONG.get(known_by)

    def identity(tree: Tree) -> str | None:
        return str(tree.value) if isinstance(tree, Leaf) else of_long(partial(_part, tree)) if of_long else None

    return once(trees, identity)


def _short_file(item: Value) -> Tree | None:
    leaf = text(item)
    return {"source": leaf} if leaf is not None else None


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


def _part(tree: Tree, name: str) -> str | None:
    leaf = tree.get(name) if isinstance(tree, dict) else None
    return known_part(name, str(leaf.value), leaf.at) if isinstance(leaf, Leaf) else None
