"""The files of a running container: those of its image, with the mounts over them.

A new volume takes what the image has at its place, owner and mode included (moby `daemon/create_unix.go`,
`populateVolume`); a folder that the engine makes belongs to root. Whom a mounted folder of the host belongs to, no file
says.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.facts import ABSENT, File, FileKind, UnknownFact
from dropcap.source import Source

if TYPE_CHECKING:
    from dropcap.images.facts import Absent
    from dropcap.images.tree import FileTree
    from dropcap.model import Container, Located, Mount
    from dropcap.workspace import Workspace

__all__ = ["mounted"]

_VOLUME_KINDS = frozenset({"volume", ""})


def mounted(tree: FileTree, container: Container, workspace: Workspace) -> FileTree:
    """Return the files of a container before its first process starts."""
    tree = tree.copy()
    _put_engines(tree)
    texts = dict(container.process.texts) if container.process is not None else {}
    for mount in container.mounts:
        target = "/" + posixpath.normpath(mount.value.target).lstrip("/") if mount.value.target else ""
        if len(target) > 1:
            _mount(tree, mount, target)
    for volume in tree.config.volumes:  # of an image that was read, its folder need not be there
        if volume.value.startswith("/"):
            tree.make_volume(posixpath.normpath(volume.value), volume)
    for target, origin in texts.items():
        if target.startswith("/"):
            _put_text(tree, posixpath.normpath(target), origin, workspace)
    return tree


# Engines mount the first three and make the link. Sources: moby daemon/container_operations_unix.go
# and daemon/initlayer/setup_unix.go, podman libpod/container_internal_common.go.
_OF_ENGINE = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf")
_MARKS = ("/.dockerenv", "/run/.containerenv")


def _put_engines(tree: FileTree) -> None:
    """Put the files there that an engine makes for a container, each if it is not there."""
    for path in _OF_ENGINE:
        if not isinstance(tree.look(path), File):
            tree.put(path, File(FileKind.FILE, "0", "0", 0o644))
    if tree.look("/etc/mtab") is ABSENT:
        tree.put("/etc/mtab", File(FileKind.LINK, "0", "0", 0o777, target="/proc/mounts"))
    for path in _MARKS:
        if tree.look(path) is ABSENT:
            tree.spoil(path, UnknownFact(f"it is not known which engine makes {path}", roots=True))


# The engine makes it as root, for a group. Source: docker/go-connections sockets/unix_socket.go.
_ENGINES_SOCKET = frozenset({"/var/run/docker.sock", "/run/docker.sock"})


def _mount(tree: FileTree, mount: Located[Mount], target: str) -> None:
    kind = mount.value.type
    if kind in _VOLUME_KINDS:
        if tree.look(target) is ABSENT:
            tree.put(target, File(FileKind.FOLDER, "0", "0", 0o755, where=mount))
    elif kind == "tmpfs":
        made = _temporary(mount, tree.look(target))
        tree.remove(target)
        tree.put(target, made)
    elif mount.value.source in _ENGINES_SOCKET:
        tree.remove(target)
        tree.put(target, File(FileKind.SOCKET, "0", None, 0o660, where=mount))
    else:
        reason = f"{target} is mounted from the host, and no file says who owns it there"
        resolve = "look at its owner on the host"
        tree.remove(target)
        tree.spoil(target, UnknownFact(reason, resolve, mount))


def _temporary(mount: Located[Mount], below: File | Absent | UnknownFact) -> File:
    """Return the top folder of a temporary file system: root's, with the mode of the image's folder at its place.

    Where that has another mode than is told, releases of runc differ in which one counts: nobody knows then. Sources:
    Linux mm/shmem.c shmem_parse_one() and shmem_fill_super(); runc libcontainer/rootfs_linux.go mountToRootfs().
    """
    told = dict(_OPTION.findall(mount.value.options))
    mode: int | None = 0o1777
    if isinstance(below, File) and below.kind is FileKind.FOLDER:
        mode = below.mode
    elif below is not ABSENT:
        mode = None
    if re.fullmatch(r"[0-7]{1,4}", told.get("mode", "")):
        wanted = int(told["mode"], 8)
        mode = wanted if below is ABSENT or mode == wanted else None
    elif "mode" in told:
        mode = None
    owner, group = (told.get(name, "0") for name in ("uid", "gid"))
    return File(
        FileKind.FOLDER,
        owner if owner.isdecimal() else None,
        group if group.isdecimal() else None,
        mode,
        where=mount,
    )


_OPTION = re.compile(r"(?:^|,)\s*(uid|gid|mode)=([^,]*)")


def _put_text(tree: FileTree, target: str, origin: str | Source, workspace: Workspace) -> None:
    """Put a file of the project where it is mounted; who owns it there is not known."""
    from dropcap.model import UnreadableError
    from dropcap.workspace import NotReadError

    if isinstance(origin, Source):
        tree.put(target, File(FileKind.FILE, "0", "0", 0o444, content=origin))
        return
    try:
        source = workspace.source(origin)
    except (NotReadError, UnreadableError):
        return
    tree.put(target, File(FileKind.FILE, None, None, None, content=source))
