"""The files that git tracks, as its index lists them: a file that is tracked counts, whatever `.gitignore` says.

The index is read here and git is not asked: in a repository that somebody else wrote, git may run what its
configuration names. Source: git, `Documentation/gitformat-index.txt`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.workspace import Workspace

_HEADER, _FIXED = 12, 62  # bytes before the first entry; of an entry before its name, with a hash of 20
_EXTENDED = 0x4000
_LONGEST_CONFIG = 64 * 1024
_LONGEST_NAME = 4096  # as long as a path of Linux; the names of version 4 share their beginnings
_MOST = 30  # times as much as the index has bytes may be in the names of its files and folders


class IndexUnknownError(ValueError):
    """Which files git tracks cannot be found out; says why."""


def tracked_files(top: str, workspace: Workspace) -> frozenset[str]:
    """Return the paths that git tracks, relative to the top of the repository, with slashes, and their folders.

    Args:
        top: the real path of the top of the repository.
        workspace: the door to it.

    Raises:
        IndexUnknownError: the index lies elsewhere, is split, or is of a form that is not known here.

    """
    git = os.path.join(top, ".git")
    if not workspace.is_folder(git):
        raise IndexUnknownError("its index is elsewhere")
    try:
        data = workspace.read(os.path.join(git, "index"))
        config = (
            workspace.read(os.path.join(git, "config"), _LONGEST_CONFIG) if workspace.is_file(f"{git}/config") else b""
        )
    except NotReadError as error:
        if not workspace.is_file(os.path.join(git, "index")):
            return frozenset()
        raise IndexUnknownError(f"its index {error.reason}") from None
    hash_size = 32 if b"sha256" in config.lower() else 20
    found: set[str] = set()
    left = _MOST * len(data)
    try:
        for name in _names(data, hash_size):
            text = os.fsdecode(name)
            while text and text not in found:
                found.add(text)
                left -= len(text)
                text = text.rpartition("/")[0]
            if left < 0:
                raise ValueError("names that multiply")  # noqa: TRY301  # one error for all that is wrong
    except (IndexError, ValueError):
        raise IndexUnknownError("its index has a form that dropcap does not know") from None
    return frozenset(found)


def _names(data: bytes, hash_size: int) -> Iterator[bytes]:
    if data[:4] != b"DIRC":
        raise ValueError("no index")
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if version not in {2, 3, 4} or count > len(data) // _FIXED:
        raise ValueError("no index that is known")
    fixed = _FIXED - 20 + hash_size
    at, previous = _HEADER, b""
    for _ in range(count):
        flags = int.from_bytes(data[at + fixed - 2 : at + fixed], "big")
        start = at + fixed + (2 if version > 2 and flags & _EXTENDED else 0)  # noqa: PLR2004  # a version's number
        kept = 0
        if version == 4:  # noqa: PLR2004  # as above
            cut, start = _varint(data, start)
            kept = len(previous) - cut
            if not 0 <= kept <= _LONGEST_NAME:
                raise ValueError("no prefix of a name")
        end = data.index(b"\0", start)
        name = previous[:kept] + data[start:end]
        at = end + 1 if version == 4 else at + ((end - at) // 8 + 1) * 8  # noqa: PLR2004  # as above
        yield name
        previous = name
    if data[at : at + 4] == b"link":
        raise ValueError("a split index")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        if value > len(data):
            raise ValueError("no length")
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1
