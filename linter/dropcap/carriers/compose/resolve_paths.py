"""Paths of a file in another folder, made relative to the project directory.

Source: compose-go 2.9.1, `paths/resolve.go`. What is absolute, remote, or begins with something unknown stays.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.mounts import clean_path, short_mount
from dropcap.carriers.compose.nodes import all_entries, entries
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.lang.yaml import Mapping, Pair, Scalar, Sequence, target

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.carriers.compose.entry import Entry
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.mounts import ShortMount
    from dropcap.lang.yaml import Value

    Change = Callable[[Value, "_Base"], Value]

_REMOTE_CONTEXT = ("https://", "http://", "git://", "ssh://", "github.com/", "git@", "service:")
_WINDOWS = r"[A-Za-z]:[\\/]|\\\\"


class _Base:
    """The folder that paths are to be put behind, and the user's own for a `~`."""

    __slots__ = ("folder", "has_defaults", "home", "scope")

    def __init__(self, folder: str, scope: LoadContext, *, has_defaults: bool) -> None:
        self.folder = folder
        self.has_defaults = has_defaults  # whether Docker Compose fills in what is left out before it does this
        home = scope.environment.lookup("HOME")
        self.home = home.value if home is not None else None
        self.scope = scope

    def join(self, path: str) -> str:
        """Put a path behind the folder."""
        if path.startswith("~") and self.home is not None:
            path = posixpath.normpath(posixpath.join(self.home, path[1:].lstrip("/")))
        if not path or path.startswith(("/", "~", "$")) or re.match(_WINDOWS, path):
            return path
        return posixpath.normpath(posixpath.join(self.folder, path))


def rebased_service(service: Mapping, folder: str, scope: LoadContext) -> Mapping:
    """Give a service with its paths put behind a folder that is relative to the project directory."""
    return _service(service, _Base(folder, scope, has_defaults=False))


def rebased_model(model: Mapping, folder: str, scope: LoadContext) -> Mapping:
    """Give all that a project holds with its paths put behind a folder."""
    base = _Base(folder, scope, has_defaults=True)
    return _changed(
        model,
        {
            "services": lambda value, base: _each(value, base, _service_value),
            "configs": lambda value, base: _each(value, base, _file_object),
            "secrets": lambda value, base: _each(value, base, _file_object),
            "volumes": lambda value, base: _each(value, base, _volume),
        },
        base,
    )


def _changed(mapping: Mapping, changes: dict[str, Change], base: _Base) -> Mapping:
    """Apply a change to the value of each key that has one."""
    found = all_entries(mapping, "", base.scope.log)
    if changes.keys().isdisjoint(found):
        return mapping
    pairs = (
        Pair(entry.key, changes[name](entry.value, base) if name in changes else entry.value)
        for name, entry in found.items()
    )
    return mapping._replace(pairs=tuple(pairs))


def _each(value: Value, base: _Base, change: Change) -> Value:
    """Apply a change to each value of a mapping, or each item of a list."""
    if isinstance(value, Mapping):
        found = all_entries(value, "", base.scope.log).values()
        return value._replace(pairs=tuple(Pair(entry.key, change(entry.value, base)) for entry in found))
    if isinstance(value, Sequence):
        return value._replace(items=tuple(change(target(item), base) for item in value.items))
    return value


def _service(service: Mapping, base: _Base) -> Mapping:
    return _changed(
        service,
        {
            "build": _build,
            "develop": _develop,
            "env_file": _env_file,
            "label_file": _path_or_paths,
            "volumes": lambda value, base: _each(value, base, _mount),
        },
        base,
    )


def _service_value(value: Value, base: _Base) -> Value:
    return _service(value, base) if isinstance(value, Mapping) else value


def _path(value: Value, base: _Base) -> Value:
    if not isinstance(value, Scalar) or scalar_type(value) != "text":
        return value
    path = base.join(value.text)
    return value if path == value.text else value._replace(text=path)


def _path_or_paths(value: Value, base: _Base) -> Value:
    return _each(value, base, _path) if isinstance(value, Sequence) else _path(value, base)


def _context(value: Value, base: _Base) -> Value:
    if isinstance(value, Scalar) and ("://" in value.text or value.text.startswith(_REMOTE_CONTEXT)):
        return value
    return _path(value, base)


def _build(value: Value, base: _Base) -> Value:
    if not isinstance(value, Mapping):
        return _context(value, base)
    if base.has_defaults and "context" not in all_entries(value, "", base.scope.log):
        here = Scalar("context", "", None, value.source, value.span)
        value = value._replace(pairs=(*value.pairs, Pair(here, here._replace(text=".", style='"'))))
    return _changed(value, {"context": _context, "additional_contexts": _contexts}, base)


def _contexts(value: Value, base: _Base) -> Value:
    """Rebase `name: path`, or `name=path` in a list."""
    if isinstance(value, Mapping):
        return _each(value, base, _context)
    return _each(value, base, _named_context)


def _named_context(value: Value, base: _Base) -> Value:
    if not isinstance(value, Scalar) or "=" not in value.text:
        return value
    name, _, path = value.text.partition("=")
    context = _context(value._replace(text=path, style='"'), base)
    return value._replace(text=f"{name}={context.text}") if isinstance(context, Scalar) else value


def _env_file(value: Value, base: _Base) -> Value:
    if isinstance(value, Sequence):
        return _each(value, base, _env_file)
    if isinstance(value, Mapping):
        return _changed(value, {"path": _path}, base)
    return _path(value, base)


def _develop(value: Value, base: _Base) -> Value:
    def watch(value: Value, base: _Base) -> Value:
        return _changed(value, {"path": _path}, base) if isinstance(value, Mapping) else value

    if not isinstance(value, Mapping):
        return value
    return _changed(value, {"watch": lambda watched, base: _each(watched, base, watch)}, base)


def _mount(value: Value, base: _Base) -> Value:
    if isinstance(value, Mapping):
        kind = entries(value, "", base.scope.log).get("type")
        is_bind = kind is not None and isinstance(kind.value, Scalar) and kind.value.text == "bind"
        return _changed(value, {"source": _path}, base) if is_bind else value
    if not isinstance(value, Scalar) or scalar_type(value) != "text":
        return value
    try:
        mount = short_mount(value.text)
    except ValueError:
        return value
    path = base.join(mount.source) if mount.type == "bind" else mount.source
    return value if path == mount.source else _long_mount(value, mount._replace(source=path))


def _long_mount(written: Scalar, mount: ShortMount) -> Mapping:
    """Write a mount in the long form: in the short one a path like `data` would be taken for a volume's name."""

    def text(text: str) -> Scalar:
        unknown = written.unknown
        return written._replace(text=text, style='"', unknown=unknown if unknown and unknown.text in text else None)

    def known(text: str) -> Scalar:
        return written._replace(text=text, style="", unknown=None)

    bind = [Pair(text("create_host_path"), known("true"))]
    if mount.propagation:
        bind.append(Pair(text("propagation"), text(mount.propagation)))
    if mount.selinux:
        bind.append(Pair(text("selinux"), text(mount.selinux)))
    pairs = [
        Pair(text("type"), text(mount.type)),
        Pair(text("source"), text(mount.source)),
        Pair(text("target"), text(clean_path(mount.target))),
        Pair(text("bind"), Mapping(tuple(bind), None, written.source, written.span)),
    ]
    if mount.read_only:
        pairs.append(Pair(text("read_only"), known("true")))
    if mount.no_copy:
        copy = Mapping((Pair(text("nocopy"), known("true")),), None, written.source, written.span)
        pairs.append(Pair(text("volume"), copy))
    return Mapping(tuple(pairs), None, written.source, written.span)


def _file_object(value: Value, base: _Base) -> Value:
    return _changed(value, {"file": _path}, base) if isinstance(value, Mapping) else value


def _volume(value: Value, base: _Base) -> Value:
    """Rebase the device of a local volume that is a bind mount."""
    if not isinstance(value, Mapping):
        return value
    found = entries(value, "", base.scope.log)
    options = found["driver_opts"].value if "driver_opts" in found else None
    if not isinstance(options, Mapping) or not _says(found, "driver", "local"):
        return value
    if not _says(entries(options, "", base.scope.log), "o", "bind"):
        return value
    return _changed(value, {"driver_opts": lambda _, base: _changed(options, {"device": _path}, base)}, base)


def _says(found: dict[str, Entry], name: str, text: str) -> bool:
    entry = found.get(name)
    return entry is not None and isinstance(entry.value, Scalar) and entry.value.text == text
