"""Paths of a file in another folder, made relative to the project directory.

Source: compose-go 2.9.1, `paths/resolve.go`. What is absolute, remote, or begins with something unknown stays. Which
fields hold paths is in the column `path` of the table of fields.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.field_table import Walk, column
from dropcap.carriers.compose.files import REMOTE
from dropcap.carriers.compose.mounts import clean_path, short_mount
from dropcap.carriers.compose.nodes import Entry, all_entries, child, entries, with_value
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.lang.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from dropcap.carriers.compose.field_table import Field
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.mounts import ShortMount
    from dropcap.carriers.compose.nodes import Path
    from dropcap.lang.yaml import Value

_REMOTE_CONTEXT = (*REMOTE, "service:")
_WINDOWS = r"[A-Za-z]:[\\/]|\\\\"


def rebased_service(service: Mapping, folder: str, scope: LoadContext) -> Mapping:
    """Return a service with its paths put behind a folder that is relative to the project directory."""
    return _rebased(service, column("path").below["services"].below["*"], _Base(folder, scope, has_defaults=False))


def rebased_model(model: Mapping, folder: str, scope: LoadContext) -> Mapping:
    """Return all that a project holds with its paths put behind a folder."""
    return _rebased(model, column("path"), _Base(folder, scope, has_defaults=True))


def _rebased(mapping: Mapping, field: Field, base: _Base) -> Mapping:
    walked = Walk(base.change).inside(mapping, field)
    return walked if isinstance(walked, Mapping) else mapping


class _Base:
    """The folder that paths are to be put behind, and the user's own for a `~`."""

    def __init__(self, folder: str, scope: LoadContext, *, has_defaults: bool) -> None:
        self._folder = folder
        self._has_defaults = has_defaults  # whether Docker Compose fills in what is left out before it does this
        home = scope.environment.lookup("HOME")
        self._home = home.value if home is not None else None

    def change(self, value: Value, kind: str, _path: Path) -> Value:
        """Put the path of a field behind the folder; the kind is what the table says of the field."""
        if isinstance(value, Mapping):
            return self._mapping(value, kind)
        if not isinstance(value, Scalar) or (kind != "named_context" and scalar_type(value) != "text"):
            return value
        if kind == "mount":
            return self._short_mount(value)
        name, equals, path = value.text.partition("=") if kind == "named_context" else ("", "", value.text)
        if kind != "path" and ("://" in path or path.startswith(_REMOTE_CONTEXT)):
            return value
        text = f"{name}{equals}{self._join(path)}"
        return value if text == value.text else value._replace(text=text)

    def _join(self, path: str) -> str:
        """Put a path behind the folder."""
        if path.startswith("~") and self._home is not None:
            path = posixpath.normpath(posixpath.join(self._home, path[1:].lstrip("/")))
        if not path or path.startswith(("/", "~", "$")) or re.match(_WINDOWS, path):
            return path
        return posixpath.normpath(posixpath.join(self._folder, path))

    def _inner(self, mapping: Mapping, name: str) -> Mapping:
        """Put the path that a mapping has under a name behind the folder."""
        entry = entries(mapping).get(name)
        if entry is None:
            return mapping
        return with_value(mapping, entry.key, self.change(entry.value, "path", None))

    def _mapping(self, value: Mapping, kind: str) -> Mapping:
        """Put what a long form names behind the folder, where no row of the table says so by itself."""
        if kind == "build" and self._has_defaults and "context" not in all_entries(value):
            here = Scalar("context", "", None, value.source, value.span)
            return with_value(value, here, here._replace(text=".", style='"'))
        if kind == "mount" and _says(value, "type", "bind"):
            return self._inner(value, "source")
        options = entries(value).get("driver_opts") if kind == "volume" and _says(value, "driver", "local") else None
        if options is None or not isinstance(options.value, Mapping) or not _says(options.value, "o", "bind"):
            return value
        # A local volume that is a bind mount.
        return with_value(value, options.key, self._inner(options.value, "device"))

    def _short_mount(self, value: Scalar) -> Value:
        try:
            mount = short_mount(value.text)
        except ValueError:
            return value
        path = self._join(mount.source) if mount.type == "bind" else mount.source
        return value if path == mount.source else _long_mount(value, mount._replace(source=path))


def _says(value: Value | None, name: str, text: str) -> bool:
    written = child(value, name)
    return isinstance(written, Scalar) and written.text == text


def _long_mount(written: Scalar, mount: ShortMount) -> Mapping:
    """Write a mount in the long form: in the short one a path like `data` would be taken for a volume's name."""

    def text(text: str) -> Scalar:
        unknown = written.unknown
        return written._replace(text=text, style='"', unknown=unknown if unknown and unknown.text in text else None)

    def known(text: str) -> Scalar:
        return written._replace(text=text, style="", unknown=None)

    bind = [Entry(text("create_host_path"), known("true"))]
    if mount.propagation:
        bind.append(Entry(text("propagation"), text(mount.propagation)))
    if mount.selinux:
        bind.append(Entry(text("selinux"), text(mount.selinux)))
    pairs = [
        Entry(text("type"), text(mount.type)),
        Entry(text("source"), text(mount.source)),
        Entry(text("target"), text(clean_path(mount.target))),
        Entry(text("bind"), Mapping(tuple(bind), None, written.source, written.span)),
    ]
    if mount.read_only:
        pairs.append(Entry(text("read_only"), known("true")))
    if mount.no_copy:
        copy = Mapping((Entry(text("nocopy"), known("true")),), None, written.source, written.span)
        pairs.append(Entry(text("volume"), copy))
    return Mapping(tuple(pairs), None, written.source, written.span)
