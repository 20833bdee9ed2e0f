"""What of an image is worth keeping: what the startups of its containers ask for, and what gives privileges."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.facts import FileKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dropcap.images.facts import File
    from dropcap.images.full_tree import FullTree

__all__ = ["Kept", "kept"]

_MOST_LISTED = 2_000
_SETS_IDS = 0o6000
_EXECUTED = 0o111
_MOST_LINKS = 40

Kept = tuple[dict[str, "File | None"], list[str]]
"""What lies at the paths that matter, None where nothing does; the folders whose whole content is among them."""


def kept(tree: FullTree, files: Mapping[str, File]) -> Kept:
    """Choose what is kept.

    Args:
        tree: the picture, of which all has been asked that the project's containers ask for.
        files: all that the image holds.

    """
    wanted: dict[str, None] = {}
    listed: list[str] = []
    paths = (*tree.asked.paths, *(one.value for one in tree.config.volumes), tree.config.working_folder)
    for path in paths:
        if path.startswith("/"):
            wanted.update(dict.fromkeys(_on_the_way(files, posixpath.normpath(path))))
    for folder in tree.asked.folders:
        real = tree.end(folder)
        if real != "/" and _is_folder(files, real):
            inside = [path for path, _ in tree.below(real)]
            if len(inside) <= _MOST_LISTED:
                listed.append(real)
                wanted.update(dict.fromkeys(inside))
    for path, file in files.items():
        sets_ids = file.kind is FileKind.FILE and (file.mode or 0) & _SETS_IDS and (file.mode or 0) & _EXECUTED
        if sets_ids or file.capabilities:
            wanted.update(dict.fromkeys(_on_the_way(files, path)))
    found = {path: files.get(path) for path in wanted if _is_writable_text(path)}
    return found, [one for one in listed if one in found]


def _is_writable_text(path: str) -> bool:
    """Return whether a path can stand in a text file: names of files may be any bytes."""
    return not any("\ud800" <= one <= "\udfff" for one in path)


def _is_folder(files: Mapping[str, File], path: str) -> bool:
    found = files.get(path)
    return found is not None and found.kind is FileKind.FOLDER


def _on_the_way(files: Mapping[str, File], path: str) -> Iterator[str]:
    """Give a path and the folders above it, and where links among them lead."""
    for _ in range(_MOST_LINKS):
        whole = path
        at = whole.find("/", 1)
        while at > 0:
            folder = whole[:at]
            yield folder
            found = files.get(folder)
            if found is not None and found.kind is FileKind.LINK:
                target = posixpath.join(posixpath.dirname(folder), found.target)
                path = "/" + posixpath.normpath(posixpath.join(target, whole[at + 1 :])).lstrip("/")
                break
            at = whole.find("/", at + 1)
        else:
            yield path
            found = files.get(path)
            if found is None or found.kind is not FileKind.LINK:
                return
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), found.target))
