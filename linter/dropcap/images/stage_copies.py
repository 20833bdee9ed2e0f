"""What `COPY --from` brings of another stage.

Source: BuildKit, `solver/llbsolver/file/backend.go` (`docopy`) and `backend_unix.go` (`mapUserToChowner`): owner,
group, mode and file capabilities stay, but for whom `--chown` names; a folder that is newly made for it is root's. A
folder brings what lies in it and not itself.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.facts import Account, File, FileKind, Group

if TYPE_CHECKING:
    from dropcap.images.facts import Absent, UnknownFact
    from dropcap.images.tree import FileTree

__all__ = ["copy_between"]

_MOST = 2_000


def copy_between(origin: FileTree, tree: FileTree, source: str, place: str, made: File, *, keeps_owner: bool) -> bool:
    """Copy a file or a folder of another stage; gives whether all of it was known.

    Args:
        origin: the files of the other stage.
        tree: where they are put.
        source: the path there.
        place: the path here; with a slash at its end it is a folder to put files into.
        made: owner, group, mode where one is given, and place of what is made.
        keeps_owner: whether files keep the owner and the group that they have there.

    """
    is_folder, place = place.endswith("/"), place.rstrip("/") or "/"
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
        tree.put(
            posixpath.join(place, posixpath.basename(path)) if goes_into else place,
            _like(found, made, origin if keeps_owner else None),
        )
        return True
    inner = origin.below(path)
    if origin.hidden_below(path) is not None or len(inner) > _MOST:
        return False
    if not isinstance(tree.look(place), File):
        tree.put(place, made._replace(kind=FileKind.FOLDER, mode=made.mode or 0o755), is_new=True)
    start = len(path.rstrip("/"))
    for name, file in inner:
        copied = _like(file, made, origin if keeps_owner else None)
        tree.put(posixpath.join(place, name[start:].lstrip("/")), copied, is_new=file.kind is FileKind.FOLDER)
    return True


def _like(file: File, made: File, origin: FileTree | None) -> File:
    """Return a copy of a file; it keeps its owner where the other stage is given, whose names they are."""
    mode = made.mode if made.mode is not None and file.kind is not FileKind.LINK else file.mode
    owner, group = made.owner, made.group
    if origin is not None:
        owner = _number(file.owner, origin.account(file.owner)) if file.owner else None
        group = _number(file.group, origin.group(file.group)) if file.group else None
    return file._replace(owner=owner, group=group, mode=mode, where=made.where, package="")


def _number(written: str, found: Account | Group | Absent | UnknownFact) -> str | None:
    """Return the number of a user or a group: by the same name another stage may mean another one."""
    if written.isdecimal():
        return written
    if isinstance(found, Account):
        return found.uid
    return found.gid if isinstance(found, Group) else None
