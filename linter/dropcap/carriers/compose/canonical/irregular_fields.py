"""The forms of single fields that have no like: commands, hosts, builds, health checks, hooks, dependencies.

Sources: compose-go 2.9.1, `types/command.go`, `hostList.go`, `healthcheck.go`, `ssh.go`, `device.go`, and
`transform/build.go`, `dependson.go` and `gpus.go`.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from dropcap.carriers.compose.canonical.field_types import (
    completed,
    flag,
    integer,
    of_fields,
    of_value,
    one_or_strings,
    record,
    strings,
    text,
)
from dropcap.carriers.compose.canonical.tree import Leaf
from dropcap.carriers.compose.field_table import LIST
from dropcap.carriers.compose.nodes import entries, is_nothing, items
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Sequence as List

    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.field_table import Field
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value

_NULL = Leaf(None, None, "json")
_EMPTY = Leaf("", None, "json")
_STARTED = Leaf("service_started", None)


@of_fields
def service(value: Value, scope: LoadContext, field: Field) -> dict[str, Tree] | None:
    """Give a service, defaults that concern it alone included."""
    return completed(value, scope, field, command=_NULL, entrypoint=_NULL)


@of_fields
def build(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give how a service is built; a text is the context."""
    context = text(value)
    found = {"context": context} if context is not None else record(value, scope, field)
    if context is None and not isinstance(value, Mapping):
        return None
    found.setdefault("context", Leaf(".", None))
    if "dockerfile_inline" not in found:
        found.setdefault("dockerfile", Leaf("Dockerfile", None))
    return {**found}


@of_fields
def deploy(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give how a service is to be deployed."""
    return completed(value, scope, field, resources={}, placement={})


@of_fields
def discrete(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give how many things of a kind are needed."""
    return completed(value, scope, field, kind=_EMPTY, value=Leaf(0, None, "json"))


@of_fields
def hook(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give a process that is started beside the service's own."""
    return completed(value, scope, field, command=_NULL)


@of_fields
def trigger(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give what is done when a file changes."""
    return completed(value, scope, field, path=_EMPTY, action=_EMPTY, exec={"command": _NULL})


@of_fields
def device_limit(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Write a device's path and its limit as Go does where their JSON has no names of its own; neither is left out."""
    given = record(value, scope, field)
    zeros: dict[str, str | int] = {"path": "", "weight": 0, "rate": "0"}
    found: dict[str, Tree] = {}
    for name in field.below:
        leaf = given.get(name, Leaf(zeros[name], None))
        found[name.capitalize()] = leaf._replace(only="") if isinstance(leaf, Leaf) else leaf
    return found


@of_value
def words(value: Value) -> Tree | None:
    """Give a command: a list of words, or a text that is split into them."""
    if not isinstance(value, Scalar):
        return [*(strings(value) or ())] if isinstance(value, Sequence) else None
    if is_nothing(value):
        return None
    if value.unknown:
        return Leaf(value.text, value)
    from dropcap.carriers.compose.shellwords import NotWordsError, split  # few files have a command in one text

    try:
        return [Leaf(one.text, value) for one in split(value.text)]
    except NotWordsError:
        return None


@of_value
def hosts(value: Value) -> Tree | None:
    """Give the addresses of hosts as `name=address`, sorted."""
    found: list[tuple[str, str, Value]] = []
    for name, entry in entries(value).items():
        addresses = items(entry.value) if isinstance(entry.value, Sequence) else [entry.value]
        found += ((name, to_string(one), one) for one in addresses if isinstance(one, Scalar))
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


@of_value
def test(value: Value) -> List[Leaf] | None:
    """Give the command of a health check; a text is one for the shell."""
    if isinstance(value, Scalar) and not is_nothing(value):
        return [Leaf("CMD-SHELL", None), Leaf(value.text, value)]
    return strings(value)


@of_fields
def limit(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give a resource limit: one number, or a soft and a hard one."""
    if isinstance(value, Mapping):
        return record(value, scope, field)
    leaf = integer(value)
    return {} if leaf is not None and leaf.value == 0 else leaf


@of_fields
def external(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give whether a resource is made elsewhere; the old form is a mapping with its name."""
    return record(value, scope, field) if isinstance(value, Mapping) else flag(value)


@of_fields
def depends_on(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give the services that have to be there first, each with the state it has to be in."""
    found = record(value, scope, field)
    for item in items(value):
        if isinstance(item, Scalar):
            found[item.text] = {"condition": _STARTED, "required": Leaf(value=True, at=item)}
    return found or None


@of_fields
def dependency(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give the state that a service has to be in."""
    return completed(value, scope, field, condition=_STARTED, required=Leaf(value=True, at=None))


@of_value
def servers(value: Value) -> List[Leaf] | None:
    """Give the addresses of name servers, without empty ones (`loader/omitEmpty.go`)."""
    return [leaf for leaf in one_or_strings(value) or () if leaf.value] or None


@of_fields
def requests(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give requests for devices such as graphics cards; all of them where the number is not said."""
    if isinstance(value, Scalar):
        return [{"count": Leaf(-1, value)}] if scalar_type(value) == "text" else None
    found: list[Tree] = []
    for item in items(value):
        if isinstance(item, Mapping):
            request = record(item, scope, field.below[LIST])
            if entries(item).keys().isdisjoint(("count", "device_ids")):
                request["count"] = Leaf(-1, None)
            found.append(request)
    return found or None


@of_value
def how_many(value: Value) -> Leaf | None:
    """Give a number of devices."""
    return Leaf(-1, value) if isinstance(value, Scalar) and value.text.lower() == "all" else integer(value)


@of_value
def keys(value: Value) -> Tree | None:
    """Give the names of SSH agents and keys; Compose itself prints no others."""
    found: list[tuple[str, str, Value]] = []
    for name, entry in entries(value).items():
        found.append((name, to_string(entry.value) if isinstance(entry.value, Scalar) else "", entry.value))
    for item in items(value):
        if isinstance(item, Scalar):
            name, _, path = item.text.partition("=")
            found.append((name, path, item))
    return [Leaf(f"{name}: {path}" if path else name, at) for name, path, at in found] or None


@of_value
def options(value: Value) -> Tree | None:
    """Give options that may be repeated."""
    found = ((name, one_or_strings(entry.value)) for name, entry in entries(value).items())
    return {name: [*leaves] for name, leaves in found if leaves is not None} or None
