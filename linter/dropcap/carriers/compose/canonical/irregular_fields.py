"""The forms of single fields of a service that have no like: commands, hosts, health checks, dependencies.

Sources: compose-go 2.9.1, `types/command.go`, `hostList.go`, `healthcheck.go`, `ssh.go`, `device.go`, and
`transform/dependson.go` and `gpus.go`.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from dropcap.carriers.compose.canonical.field_types import (
    choice,
    fields,
    flag,
    integer,
    mapping,
    one_or_strings,
    strings,
    text,
)
from dropcap.carriers.compose.canonical.tree import Leaf
from dropcap.carriers.compose.nodes import entries, items
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from dropcap.carriers.compose.canonical.field_types import Form
    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value


def words(value: Value, scope: LoadContext) -> Tree | None:
    """Give a command: a list of words, or a text that is split into them."""
    if not isinstance(value, Scalar):
        found = strings(value, scope)
        return [] if found is None and isinstance(value, Sequence) else found
    if scalar_type(value) == "nothing":
        return None
    if value.unknown:
        return Leaf(value.text, value)
    from dropcap.carriers.compose.shellwords import NotWordsError, split  # few files have a command in one text

    try:
        return [Leaf(one.text, value) for one in split(value.text)]
    except NotWordsError:
        return None


def hosts(value: Value, scope: LoadContext) -> Tree | None:
    """Give the addresses of hosts as `name=address`, sorted."""
    del scope
    found: list[tuple[str, str, Value]] = []
    if isinstance(value, Mapping):
        for name, entry in entries(value).items():
            addresses = items(entry.value) if isinstance(entry.value, Sequence) else [entry.value]
            found += ((name, to_string(one), one) for one in addresses if isinstance(one, Scalar))
    elif isinstance(value, Sequence):
        for item in items(value):
            if isinstance(item, Scalar):
                line = to_string(item)
                name, _, rest = line.partition("=" if "=" in line else ":")
                found += ((name, address, item) for address in rest.split(","))
    written = sorted(((f"{name}={_unbracketed(address)}", at) for name, address, at in found), key=itemgetter(0))
    return [Leaf(line, at) for line, at in written] or None


def _unbracketed(address: str) -> str:
    is_in_brackets = address.startswith("[") and address.endswith("]") and address != "[]"
    return address[1:-1] if is_in_brackets else address


def test(value: Value, scope: LoadContext) -> Tree | None:
    """Give the command of a health check; a text is one for the shell."""
    if isinstance(value, Scalar) and scalar_type(value) != "nothing":
        return [Leaf("CMD-SHELL", None), Leaf(value.text, value)]
    return strings(value, scope)


def limit(value: Value, scope: LoadContext) -> Tree | None:
    """Give a resource limit: one number, or a soft and a hard one."""
    if isinstance(value, Mapping):
        return fields(value, {"single": integer, "soft": integer, "hard": integer}, scope)
    leaf = integer(value, scope)
    return {} if leaf is not None and leaf.value == 0 else leaf


def depends_on(value: Value, scope: LoadContext) -> Tree | None:
    """Give the services that have to be there first, each with the state it has to be in."""
    found: dict[str, Tree] = {}
    if isinstance(value, Sequence):
        for item in items(value):
            if isinstance(item, Scalar):
                found[item.text] = {
                    "condition": Leaf("service_started", None),
                    "required": Leaf(value=True, at=item),
                }
    elif isinstance(value, Mapping):
        for name, entry in entries(value).items():
            if isinstance(entry.value, Mapping):
                given = fields(entry.value, {"condition": text, "restart": flag, "required": choice}, scope)
                given.setdefault("condition", Leaf("service_started", None))
                given.setdefault("required", Leaf(value=True, at=None))
                found[name] = given
    return found or None


def servers(value: Value, scope: LoadContext) -> Tree | None:
    """Give the addresses of name servers, without empty ones (`loader/omitEmpty.go`)."""
    found = one_or_strings(value, scope)
    return [leaf for leaf in found if isinstance(leaf, Leaf) and leaf.value] or None if type(found) is list else found


def requests(value: Value, scope: LoadContext) -> Tree | None:
    """Give requests for devices such as graphics cards; all of them where the number is not said."""
    if isinstance(value, Scalar):
        return [{"count": Leaf(-1, value)}] if scalar_type(value) == "text" else None
    found: list[Tree] = []
    for item in items(value) if isinstance(value, Sequence) else ():
        if isinstance(item, Mapping):
            request = fields(item, _REQUEST, scope)
            names = entries(item)
            if "count" not in names and "device_ids" not in names:
                request["count"] = Leaf(-1, None)
            found.append(request)
    return found or None


def _how_many(value: Value, scope: LoadContext) -> Leaf | None:
    if isinstance(value, Scalar) and value.text.lower() == "all":
        return Leaf(-1, value)
    return integer(value, scope)


def keys(value: Value, scope: LoadContext) -> Tree | None:
    """Give the names of SSH agents and keys; Compose itself prints no others."""
    del scope
    found: list[Tree] = []
    if isinstance(value, Mapping):
        for name, entry in entries(value).items():
            path = to_string(entry.value) if isinstance(entry.value, Scalar) else ""
            found.append(Leaf(f"{name}: {path}" if path else name, entry.value))
    elif isinstance(value, Sequence):
        for item in items(value):
            if isinstance(item, Scalar):
                name, _, path = item.text.partition("=")
                found.append(Leaf(f"{name}: {path}" if path else name, item))
    return found or None


def options(value: Value, scope: LoadContext) -> Tree | None:
    """Give options that may be repeated."""
    found: dict[str, Tree] = {}
    for name, entry in entries(value).items() if isinstance(value, Mapping) else ():
        tree = one_or_strings(entry.value, scope)
        if tree is not None:
            found[name] = tree
    return found or None


_REQUEST: dict[str, Form] = {
    "capabilities": strings,
    "driver": text,
    "count": _how_many,
    "device_ids": strings,
    "options": mapping,
}
