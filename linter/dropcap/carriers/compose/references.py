"""What the parts of a project say of each other: services, networks and volumes that are named and not there.

Docker Compose refuses such a project when it starts it; each service is read all the same, so these are words and no
errors. Source: compose-go 2.9.1, `loader/validate.go` and `loader/normalize.go`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.files import join
from dropcap.carriers.compose.mounts import short_mount
from dropcap.carriers.compose.nodes import child, entries, items, known_text
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value

OF_SERVICE = "service:"
_PATH_STARTS = frozenset("./~")
NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")
# What services name under the key that it is defined under at the top, in a list of names, by name, or in long forms.
_KINDS = ("networks", "configs", "secrets", "models")


def check_references(model: Mapping, scope: LoadContext) -> None:
    """Tell what a project's services name that is not in the project, or not to be read."""
    top = {kind: entries(child(model, kind)) for kind in ("services", "volumes", *_KINDS)}
    for name, entry in top["services"].items():
        found = entries(entry.value)
        for kind, where, text in _named(found):
            if text not in top[kind] and not (kind == "networks" and text == "default"):
                missing = f"{kind.rstrip('s')} {text}"
                scope.log.note(where, f"services.{name} names the {missing}, which is not in the project")
        for where, path in _files(found):
            if scope.files.is_outside(join(scope.directory, path)):
                scope.log.note(where, f"{path} lies outside the project: dropcap reads nothing there")


def _named(found: dict[str, Entry]) -> Iterator[tuple[str, Value, str]]:
    """Give what a service names: the kind, the place and the name."""
    for where, text in _services(found):
        yield "services", where, text
    for kind in _KINDS:
        for where, text in _listed(found[kind], "source") if kind in found else ():
            yield kind, where, text
    for where, text in _volumes(found):
        yield "volumes", where, text


def _services(found: dict[str, Entry]) -> Iterator[tuple[Value, str]]:
    """Give the services that must be there: those depended on, and those whose namespaces are shared."""
    for key in NAMESPACES:
        value = found[key].value if key in found else None
        if isinstance(value, Scalar) and value.unknown is None and value.text.startswith(OF_SERVICE):
            yield value, value.text[len(OF_SERVICE) :]
    depends_on = found.get("depends_on")
    if depends_on is None:
        return
    if not isinstance(depends_on.value, Mapping):
        yield from _listed(depends_on, "")
    for name, entry in entries(depends_on.value).items():
        required = child(entry.value, "required")
        if not (isinstance(required, Scalar) and required.text.lower() == "false"):
            yield entry.key, name


def _listed(entry: Entry, part: str) -> Iterator[tuple[Value, str]]:
    """Give names: the keys of a mapping, the texts of a list, or one part of each of its long forms."""
    yield from ((one.key, name) for name, one in entries(entry.value).items())
    for item in items(entry.value):
        scalar = child(item, part) or item
        text = known_text(scalar)
        if text is not None:
            yield scalar, text


def _files(found: dict[str, Entry]) -> Iterator[tuple[Value, str]]:
    """Give the files of variables that a service names."""
    value = found["env_file"].value if "env_file" in found else None
    for item in items(value) if isinstance(value, Sequence) else [] if value is None else [value]:
        scalar = child(item, "path") or item
        if isinstance(scalar, Scalar) and scalar.unknown is None and scalar.text != os.devnull:
            yield scalar, scalar.text


def _volumes(found: dict[str, Entry]) -> Iterator[tuple[Value, str]]:
    """Give the volumes that a service mounts by their names."""
    for item in items(found["volumes"].value) if "volumes" in found else ():
        if isinstance(item, Mapping):
            parts = entries(item)
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
