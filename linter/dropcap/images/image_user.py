"""Whom an image starts as, by its name alone: the lock says it, or the catalogue, whose lines are looked at.

A parser of TOML takes longer than all else that is done for most files, and this is asked of each image: the lines of
an entry above its first table say it.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.images.catalogue_index import entry_name, parted
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from dropcap.workspace import Workspace

__all__ = ["image_user"]

ROOT = "0"
_MOST_EXTENDED = 5


def image_user(reference: str, workspace: Workspace | None = None) -> str | None:
    """Return whom an image's containers start as where their file names nobody; None where that is not known.

    Args:
        reference: the image's name.
        workspace: the door to the project's files, which may have a lock.

    """
    if "$" in reference or not reference:
        return None
    if workspace is not None and workspace.has_lock:
        from dropcap.images.lock import locked_tree  # few projects have one

        locked = locked_tree(reference, workspace)
        if locked is not None:
            return locked.config.user.value if locked.config.user is not None else ROOT
    repository, tag = parted(reference)
    name = entry_name(repository)
    return _listed(name, tag) if name is not None and tag else None


@lru_cache(maxsize=1024)  # a tag may be any
def _listed(name: str, tag: str) -> str | None:
    """Return the user of an entry of the catalogue, for a tag that somebody has looked at."""
    keys: dict[str, str] = {}
    for _ in range(_MOST_EXTENDED):
        text = package_text("images", "catalogue", f"{name}.toml")
        head, _, tables = text.partition("\n[")
        if "\nuser = " in tables:
            return None  # it differs by variant
        for line in head.splitlines():
            key, _, value = line.partition(" = ")
            if key in {"user", "tags", "extends"}:
                keys.setdefault(key, value)
        family = keys.pop("extends", "")
        if not family:
            break
        name = family.strip('"')
    patterns = keys.get("tags", "").split('"')[1::2]
    if not any(fnmatchcase(tag, pattern) for pattern in patterns):
        return None
    return keys.get("user", "").strip('"') or ROOT
