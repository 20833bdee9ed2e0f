"""Files that a file names: read where they stand in the same project, and nowhere else."""

from __future__ import annotations

import os

from dropcap.discover import read_bytes
from dropcap.project import real_path, root_of
from dropcap.source import Source, UndecodableError


class UnreachableError(Exception):
    """A file that is named cannot be read; the message says why, and whether that is by our own rule."""

    def __init__(self, message: str, *, is_outside: bool = False) -> None:
        """Keep the reason; `is_outside` where the file lies outside the project and is not to be read."""
        super().__init__(message)
        self.is_outside = is_outside


def project_root(path: str) -> str:
    """Give the real path of the folder that a file's project is taken to be; see :func:`dropcap.project.root_of`.

    Of a file in a `.devcontainer` it is the folder that holds that, where nothing else says how far it reaches.
    """
    folder = os.path.dirname(real_path(path))
    root = root_of(folder)
    outer, is_inside, _ = f"{folder}{os.sep}".partition(f"{os.sep}.devcontainer{os.sep}")
    return outer if is_inside and root == folder else root


def read_beside(path: str, name: str) -> Source:
    """Read the file that the file at `path` names, by a name relative to its folder.

    Raises:
        UnreachableError: it lies outside the project, or cannot be read.

    """
    wanted = os.path.normpath(os.path.join(os.path.dirname(path), name))
    if not _is_below(real_path(wanted), project_root(path)):
        raise UnreachableError(f"this file lies outside the project and is not read: {wanted}", is_outside=True)
    try:
        return Source.decode(wanted, read_bytes(wanted))
    except UndecodableError as error:
        raise UnreachableError(f"this file cannot be read: {error.reason} ({wanted})") from None
    except OSError as error:
        raise UnreachableError(f"this file cannot be read: {error.strerror or error} ({wanted})") from None


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(os.path.join(root, ""))
