"""The volumes of other units that a Quadlet unit mounts, where such a volume is a path of the host by another name.

containers/podman c6580b4 pkg/systemd/quadlet/quadlet.go, ConvertVolume: `Device=`, `Type=` and `Options=` become
options of the local driver, which mounts the device as they say.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.quadlet.keys import Keys
from dropcap.lang.unitfile import read_unit
from dropcap.model import Located, UnreadableError
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from dropcap.model import Container, Mount
    from dropcap.workspace import Workspace

_SUFFIX = ".volume"
_BINDS = frozenset({"bind", "rbind"})


def with_volumes(container: Container, path: str, workspace: Workspace) -> Container:
    """Put in which paths of the host the volumes of other units are; `path` is the unit's own."""
    if not any(mount.value.source.endswith(_SUFFIX) for mount in container.mounts):
        return container
    folder = os.path.dirname(path)
    return container._replace(mounts=tuple(_followed(mount, folder, workspace) for mount in container.mounts))


def _followed(mount: Located[Mount], folder: str, workspace: Workspace) -> Located[Mount]:
    name = mount.value.source
    if not name.endswith(_SUFFIX) or "/" in name:
        return mount
    try:
        section = read_unit(workspace.source(os.path.join(folder, name))).get("Volume")
    except (NotReadError, UnreadableError):
        return mount  # that it is missing is told already
    if section is None:
        return mount
    keys = Keys(section.entries, lambda _entry, _message: None)
    device, kind, options = (keys.last(key) for key in ("Device", "Type", "Options"))
    words = set(options.value.split(",")) if options is not None else set()
    is_bind = not _BINDS.isdisjoint(words) or (kind is not None and kind.value in _BINDS)
    if device is None or not device.value or not is_bind:
        return mount
    read_only = mount.value.read_only or "ro" in words
    return Located(mount.value._replace(device=device.value, read_only=read_only), mount.source, mount.span)
