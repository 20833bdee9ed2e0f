"""Images in folders: an OCI layout, and a root file system. A person named them; links in them are never followed.

Source: OCI image specification 1.1, `image-layout.md`.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat
import struct
from typing import IO, TYPE_CHECKING

from dropcap.images.contents import Contents, ImageError
from dropcap.images.facts import File, FileKind
from dropcap.images.readers.archive import read_parts
from dropcap.images.readers.layers import Reading, contents_of, file_capabilities, read_layer
from dropcap.images.readers.programs import LARGEST_PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.images.contents import Layer
    from dropcap.source import Source

__all__ = ["read_archive_file", "read_folder"]

_LARGEST_JSON = 8 * 1024 * 1024
_MOST_FILES = 1_000_000
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY"))
_CAPABILITY = "security.capability"
_KINDS = {
    stat.S_IFDIR: FileKind.FOLDER,
    stat.S_IFLNK: FileKind.LINK,
    stat.S_IFCHR: FileKind.DEVICE,
    stat.S_IFBLK: FileKind.DEVICE,
    stat.S_IFIFO: FileKind.FIFO,
    stat.S_IFSOCK: FileKind.SOCKET,
}


def read_archive_file(path: str, reading: Reading) -> list[Contents]:
    """Return the images of an archive file.

    Raises:
        ImageError: it cannot be read, or is no archive of images.

    """
    from dropcap.images.readers.archive import read_archive

    with _opened(path, path) as stream:
        return read_archive(stream, path, reading)


def read_folder(path: str, reading: Reading) -> list[Contents]:
    """Return the images of an OCI layout, or the one whose root file system a folder is; that one has no name.

    Raises:
        ImageError: it cannot be read.

    """
    try:
        names = set(os.listdir(path))
    except OSError as error:
        raise ImageError(f"{path}: cannot be read: {error.strerror}") from None
    if {"index.json", "blobs"} <= names or "manifest.json" in names:
        return _layout(path, reading)
    if not names & {"bin", "usr", "etc", "sbin"} and len(names) != 1:
        raise ImageError(f"{path}: it is neither an OCI layout nor a root file system")
    return [Contents((), "", (), {}, dict(_walk(path, reading)))]


def _layout(path: str, reading: Reading) -> list[Contents]:
    def text(part: str) -> bytes | None:
        try:
            with _opened(os.path.join(path, part), path) as stream:
                return stream.read(_LARGEST_JSON)
        except FileNotFoundError:
            return None

    def layer(part: str) -> Layer:
        try:
            with _opened(os.path.join(path, part), path) as stream:
                return read_layer(stream, f"{path}: {part}", reading)
        except FileNotFoundError:
            raise ImageError(f"{path}: its layer {part} is missing") from None

    return read_parts(path, text, layer)


def _opened(path: str, name: str) -> IO[bytes]:
    """Open a regular file.

    Raises:
        FileNotFoundError: there is none.
        ImageError: it cannot be read.

    """
    try:
        descriptor = os.open(path, _FLAGS if path != name else _FLAGS & ~getattr(os, "O_NOFOLLOW", 0))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise ImageError(f"{name}: {path} is not a regular file")
    except FileNotFoundError:
        if path == name:
            raise ImageError(f"{name}: there is no such file") from None
        raise
    except OSError as error:
        raise ImageError(f"{path}: cannot be read: {error.strerror}") from None
    return os.fdopen(descriptor, "rb")


def _walk(root: str, reading: Reading) -> Iterator[tuple[str, File]]:
    """Give each path of a root file system with what lies there."""
    left = _MOST_FILES
    waiting = ["/"]
    while waiting:
        folder = waiting.pop()
        real = root + folder if folder != "/" else root
        try:
            yield folder, _file(real, folder, os.lstat(real), reading)
            with os.scandir(real) as found:
                listed = sorted(found, key=lambda one: one.name)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EPERM}:
                raise ImageError(f"{real}: cannot be read: {error.strerror}; run dropcap as a user who may") from None
            raise ImageError(f"{real}: cannot be read: {error.strerror}") from None
        for one in listed:
            left -= 1
            if left < 0:
                raise ImageError(f"{root}: it has more files than dropcap reads")
            path = posixpath.join(folder, one.name)
            if one.is_dir(follow_symlinks=False):
                waiting.append(path)
            else:
                yield path, _file(one.path, path, one.stat(follow_symlinks=False), reading)


def _file(real: str, path: str, status: os.stat_result, reading: Reading) -> File:
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), FileKind.FILE)
    target = os.readlink(real) if kind is FileKind.LINK else ""
    names: tuple[str, ...] = ()
    is_effective, text, symbols = False, None, None
    if kind is FileKind.FILE:
        names, is_effective = _capabilities(real)
        text, symbols = _contents(real, path, status, reading)
    numbers = str(status.st_uid), str(status.st_gid), stat.S_IMODE(status.st_mode)
    return File(kind, *numbers, target, names, is_effective, text, symbols=symbols)


def _capabilities(real: str) -> tuple[tuple[str, ...], bool]:
    read = getattr(os, "getxattr", None)
    if read is None:
        return (), False
    try:
        return file_capabilities(read(real, _CAPABILITY, follow_symlinks=False))
    except (OSError, struct.error):  # it has none
        return (), False


def _contents(
    real: str, path: str, status: os.stat_result, reading: Reading
) -> tuple[Source | None, tuple[str, ...] | None]:
    if status.st_size > LARGEST_PROGRAM:
        return None, None
    try:
        with os.fdopen(os.open(real, _FLAGS), "rb") as file:
            return contents_of(file, path, status.st_size, reading)
    except OSError:
        return None, None
