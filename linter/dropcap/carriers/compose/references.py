"""What the parts of a project say of each other: services, networks and volumes that are named and not there.

Docker Compose refuses such a project when it starts it; each service is read all the same, so these are words and no
errors. Source: compose-go 2.9.1, `loader/validate.go` and `loader/normalize.go`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.files import join
from dropcap.carriers.compose.mounts import short_mount
from dropcap.carriers.compose.nodes import entries, items
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.entry import Entry
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value

_SERVICE = "service:"
_PATH_STARTS = frozenset("./~")
_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")
# What services name under the key that it is defined under at the top, in a list of names, by name, or in long forms.
_KINDS = ("networks", "configs", "secrets", "models")


def check_references(model: Mapping, scope: LoadContext) -> None:
    """Tell what a project's services name that is not in the project, or not to be read."""
    log = scope.log
    top = entries(model, "", log)
    services = _names(top, "services", log)
    for name, entry in services.items():
        if not isinstance(entry.value, Mapping):
            continue
        found = entries(entry.value, f"services.{name}", log)
        for kind, where, missing in _missing(found, top, log):
            log.note(where, f"services.{name} names the {kind} {missing}, which is not in the project")
        for key in ("env_file", "label_file"):
            for where, path in _files(found.get(key), log):
                reason = scope.files.why_not_read(join(scope.directory, path))
                if reason is not None:
                    log.note(where, f"{path} {reason}")


def _missing(found: dict[str, Entry], top: dict[str, Entry], log: Diagnostics) -> Iterator[tuple[str, Value, str]]:
    for where, text in _services_named(found, log):
        if text not in _names(top, "services", log):
            yield "service", where, text
    for kind in _KINDS:
        for where, text in _listed(found[kind], "source", log) if kind in found else ():
            if text not in _names(top, kind, log) and not (kind == "networks" and text == "default"):
                yield kind.rstrip("s"), where, text
    for where, text in _volumes(found["volumes"], log) if "volumes" in found else ():
        if text not in _names(top, "volumes", log):
            yield "volume", where, text


def _names(top: dict[str, Entry], kind: str, log: Diagnostics) -> dict[str, Entry]:
    value = top[kind].value if kind in top else None
    return entries(value, kind, log) if isinstance(value, Mapping) else {}


def _services_named(found: dict[str, Entry], log: Diagnostics) -> Iterator[tuple[Value, str]]:
    """Give the services that must be there: those depended on, and those whose namespaces are shared."""
    for key in _NAMESPACES:
        if key not in found:
            continue
        value = found[key].value
        if isinstance(value, Scalar) and value.unknown is None and value.text.startswith(_SERVICE):
            yield value, value.text[len(_SERVICE) :]
    depends_on = found.get("depends_on")
    if depends_on is None:
        return
    if isinstance(depends_on.value, Mapping):
        for name, entry in entries(depends_on.value, "depends_on", log).items():
            if not (isinstance(entry.value, Mapping) and _is_optional(entry.value, log)):
                yield entry.key, name
    else:
        yield from _listed(depends_on, "", log)


def _is_optional(condition: Mapping, log: Diagnostics) -> bool:
    required = entries(condition, "depends_on", log).get("required")
    return required is not None and isinstance(required.value, Scalar) and required.value.text.lower() == "false"


def _listed(entry: Entry, part: str, log: Diagnostics) -> Iterator[tuple[Value, str]]:
    """Give names: the keys of a mapping, the texts of a list, or one part of each of its long forms."""
    value = entry.value
    if isinstance(value, Mapping):
        yield from ((one.key, name) for name, one in entries(value, "", log).items())
    for item in items(value) if isinstance(value, Sequence) else ():
        named = entries(item, "", log).get(part) if isinstance(item, Mapping) else None
        scalar = item if named is None else named.value
        if isinstance(scalar, Scalar) and scalar.unknown is None and scalar_type(scalar) == "text":
            yield scalar, scalar.text


def _files(entry: Entry | None, log: Diagnostics) -> Iterator[tuple[Value, str]]:
    """Give the files of variables or labels that a service names."""
    value = entry.value if entry is not None else None
    for item in items(value) if isinstance(value, Sequence) else [] if value is None else [value]:
        named = entries(item, "", log).get("path") if isinstance(item, Mapping) else None
        scalar = item if named is None else named.value
        if isinstance(scalar, Scalar) and scalar.unknown is None and scalar.text != os.devnull:
            yield scalar, scalar.text


def _volumes(entry: Entry, log: Diagnostics) -> Iterator[tuple[Value, str]]:
    """Give the named volumes that are mounted."""
    for item in items(entry.value) if isinstance(entry.value, Sequence) else ():
        if isinstance(item, Mapping):
            parts = entries(item, "", log)
            texts = {key: one.value.text for key, one in parts.items() if isinstance(one.value, Scalar)}
            is_known = all(one.value.unknown is None for one in parts.values() if isinstance(one.value, Scalar))
            if is_known and texts.get("type") == "volume" and texts.get("source"):
                yield parts["source"].value, texts["source"]
        elif isinstance(item, Scalar) and item.unknown is None and item.text[:1] not in _PATH_STARTS:
            try:
                mount = short_mount(item.text)
            except ValueError:
                continue
            if mount.type == "volume" and mount.source:
                yield item, mount.source
