"""Where paths really lead, links followed, and where the project ends that a folder belongs to.

Nothing is read here. Where the links of a folder lead is kept: the files of a project have their folders in common.
"""

from __future__ import annotations

import os
from functools import lru_cache

_MOST_FOLDERS = 100  # of a path that is resolved one by one, each by a call in the call before


def is_path(path: str) -> bool:
    """Whether a text can be a path at all: it has no NUL, and no half of a surrogate pair that no name has."""
    if path.isascii():
        return "\0" not in path
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; both real paths."""
    return path == folder or path.startswith(folder if folder[-1:] in ("", os.sep) else folder + os.sep)


def from_folder(path: str, folder: str) -> str:
    """Return a path from a folder that it lies in; both real paths."""
    return path[len(folder) :].lstrip(os.sep) or os.curdir


def real_path(path: str) -> str:
    """Return a file's path without links and detours; `os.path.realpath` looks at every folder above it each time."""
    whole = os.path.abspath(path)
    folder, name = os.path.split(whole)
    real_above = real_folder(folder)
    plain = whole if real_above == folder else os.path.join(real_above, name)
    return _real(plain) if os.path.islink(plain) else plain


@lru_cache(maxsize=4096)
def real_folder(folder: str) -> str:
    """Return a folder's path without links, by that of the folder above it, which most others have in common."""
    above, name = os.path.split(folder)
    if above == folder or folder.count(os.sep) > _MOST_FOLDERS:
        return _real(folder)
    real_above = real_folder(above)
    plain = folder if real_above == above else os.path.join(real_above, name)
    return _real(plain) if os.path.islink(plain) else plain


def _real(path: str) -> str:
    """Return a path without links; one that may not even be looked at, as some in /proc, stays, and is not followed."""
    try:
        return os.path.realpath(path)
    except OSError:
        return path


def real_folder_of(path: str) -> str:
    """Return a folder's path without links and detours."""
    return _of_absolute(path) if path.startswith(os.sep) else real_folder(os.path.abspath(path))


@lru_cache(maxsize=4096)  # the root of each file of a run is the same
def _of_absolute(path: str) -> str:
    return real_folder(os.path.abspath(path))


def look_again() -> None:
    """Forget where the links of folders lead, for a process that runs while they change."""
    real_folder.cache_clear()
    _of_absolute.cache_clear()


def root_of(folder: str, known: dict[str, str | None] | None = None) -> str:
    """Return where the project that a folder belongs to ends: its repository, or else the current folder, or itself.

    Of a folder in a `.devcontainer` it is the folder that holds that, where nothing else says how far it reaches.
    What is known of other folders is that of :func:`repository_top`.
    """
    real = real_folder(os.path.abspath(folder))
    top = repository_top(real, known)
    if top is not None:
        return top
    here = real_folder(os.getcwd())
    if is_below(real, here):
        return here
    outer, is_within, _ = f"{real}{os.sep}".partition(f"{os.sep}.devcontainer{os.sep}")
    return outer if is_within else real


def repository_top(folder: str, known: dict[str, str | None] | None = None) -> str | None:
    """Return the top of the repository that a folder lies in, both without links; None where there is none.

    Args:
        folder: the folder.
        known: the tops of folders that were asked for already, which those on the way are added to. It is not to be
            kept for long, since a repository may be made.

    """
    known = {} if known is None else known
    passed: list[str] = []
    at, above = folder, os.path.dirname(folder)
    while at not in known and at != above and not _is_top(at):
        passed.append(at)
        at, above = above, os.path.dirname(above)
    if at not in known:
        known[at] = at if _is_top(at) else None
    known.update(dict.fromkeys(passed, known[at]))
    return known[at]


def _is_top(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, ".git"))
