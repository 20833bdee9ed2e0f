"""What `COPY --from` brings of another stage.

Source: BuildKit, `solver/llbsolver/file/backend.go` (`docopy`): files belong to root, or to whom `--chown` names; modes
and file capabilities stay. A folder brings what lies in it and not itself.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.facts import File, FileKind

if TYPE_CHECKING:
    from dropcap.images.tree import FileTree

__all__ = ["copy_between"]

_MOST = 2_000


def copy_between(origin: FileTree, tree: FileTree, source: str, place: str, made: File, *, is_folder: bool) -> bool:
    """Copy a file or a folder of another stage; gives whether all of it was known.

    Args:
        origin: the files of the other stage.
        tree: where they are put.
        source: the path there.
        place: the path here.
        made: owner, group, mode where one is given, and place of what is made.
        is_folder: whether the place is one to put files into.

    """
    if any(mark in source for mark in "*?["):
        return False
    path = posixpath.normpath("/" + source.lstrip("/"))
    found = origin.look(path)
    if isinstance(found, File) and found.kind is FileKind.LINK:  # a link that is named is followed
        path = origin.end(path)
        found = origin.look(path)
    if not isinstance(found, File):
        return False
    if found.kind is FileKind.FILE:
        here = tree.look(place)
        goes_into = is_folder or (isinstance(here, File) and here.kind is FileKind.FOLDER)
        tree.put(posixpath.join(place, posixpath.basename(path)) if goes_into else place, _like(found, made))
        return True
    inner = origin.below(path)
    if origin.hidden_below(path) is not None or len(inner) > _MOST:
        return False
    if not isinstance(tree.look(place), File):
        tree.put(place, made._replace(kind=FileKind.FOLDER, mode=made.mode or 0o755), is_new=True)
    start = len(path.rstrip("/"))
    for name, file in inner:
        tree.put(
            posixpath.join(place, name[start:].lstrip("/")), _like(file, made), is_new=file.kind is FileKind.FOLDER
        )
    return True


def _like(file: File, made: File) -> File:
    mode = made.mode if made.mode is not None and file.kind is not FileKind.LINK else file.mode
    return file._replace(owner=made.owner, group=made.group, mode=mode, where=made.where, package="")
