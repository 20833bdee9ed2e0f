"""Files that a person wrote, with edits made: each is replaced whole, or left as it was."""

from __future__ import annotations

import os
import stat


class NotWrittenError(Exception):
    """A file is not written.

    Attributes:
        path: the file, as it is to be printed.
        reason: why, in words to follow the path.

    """

    def __init__(self, path: str, reason: str) -> None:
        """Keep the path and the reason."""
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason


def write_edited(path: str, before: bytes, after: bytes) -> None:
    """Put other bytes in the place of a file's, which keeps its mode and its owner.

    Args:
        path: the file.
        before: what it held when it was read; where it holds anything else now, it is left alone.
        after: what it is to hold.

    Raises:
        NotWrittenError: it is a link or no regular file, it was changed meanwhile, or it cannot be written.

    """
    try:
        status = os.lstat(path)
        _check_kind(path, status)
        _check_unchanged(path, before)
        if before != after:
            _replace(path, after, status)
    except OSError as error:
        raise NotWrittenError(path, f"cannot be written: {error.strerror or error}") from None


def _check_kind(path: str, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise NotWrittenError(path, "is a link; name the file that it leads to")
    if not stat.S_ISREG(status.st_mode):
        raise NotWrittenError(path, "is not a regular file")
    if status.st_nlink > 1:
        raise NotWrittenError(path, "has further names (hard links), which would keep the old text")


def _check_unchanged(path: str, before: bytes) -> None:
    # As in :mod:`dropcap.workspace`: a link or a pipe that was put there since is not opened.
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
    with open(os.open(path, flags), "rb") as file:
        if file.read(len(before) + 1) != before:
            raise NotWrittenError(path, "was changed since it was read; run the command again")


def _check_same(path: str, status: os.stat_result) -> None:
    now = os.lstat(path)
    if (now.st_ino, now.st_mtime_ns, now.st_size) != (status.st_ino, status.st_mtime_ns, status.st_size):
        raise NotWrittenError(path, "was changed since it was read; run the command again")


def _replace(path: str, data: bytes, status: os.stat_result) -> None:
    from tempfile import mkstemp

    folder, name = os.path.split(path)
    descriptor, temporary = mkstemp(prefix=f".{name[:100]}.", dir=folder or os.curdir)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if hasattr(os, "chown") and (status.st_uid, status.st_gid) != _owner(temporary):
            os.chown(temporary, status.st_uid, status.st_gid)
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
        _check_same(path, status)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _owner(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_uid, status.st_gid
