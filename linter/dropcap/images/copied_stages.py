"""What `COPY --from` brings of another stage.

Source: BuildKit, `solver/llbsolver/file/backend.go` (`docopy`) and `backend_unix.go` (`mapUserToChowner`): owner,
group, mode and file capabilities stay, but for whom `--chown` names; a folder that is newly made for it is root's. A
folder brings what lies in it and not itself.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, UnknownFact
from dropcap.images.path_patterns import BadPatternError, fits_name, has_wildcard

if TYPE_CHECKING:
    from dropcap.images.facts import Absent
    from dropcap.images.tree import FileTree

__all__ = ["copy_between"]

_MOST = 2_000


def copy_between(origin: FileTree, tree: FileTree, source: str, place: str, made: File, *, keeps_owner: bool) -> bool:
    """Copy a file or a folder of another stage; gives whether it was known what that is.

    Args:
        origin: the files of the other stage.
        tree: where they are put.
        source: the path there.
        place: the path here; with a slash at its end it is a folder to put files into.
        made: owner, group, mode where one is given, and place of what is made.
        keeps_owner: whether files keep the owner and the group that they have there.

    """
    is_folder, place = place.endswith("/"), place.rstrip("/") or "/"
    if has_wildcard(source):
        found = _matching(origin, source)
        for one in found or ():
            if not copy_between(origin, tree, one, f"{place}/", made, keeps_owner=keeps_owner):
                return False
        return found is not None
    path = posixpath.normpath("/" + source.lstrip("/"))
    found_file = origin.look(path)
    if isinstance(found_file, File) and found_file.kind is FileKind.LINK:  # a link that is named is followed
        end = origin.end(path)
        found_file = origin.look(end)
    else:
        end = path
    if not isinstance(found_file, File):
        return False
    if found_file.kind is not FileKind.FOLDER:
        here = tree.look(place)
        goes_into = is_folder or (isinstance(here, File) and here.kind is FileKind.FOLDER)
        target = posixpath.join(place, posixpath.basename(path)) if goes_into else place
        _make_parents(tree, target, made)
        tree.put(target, _like(found_file, made, origin if keeps_owner else None))
        return True
    return _copy_folder(origin, tree, end, place, made, keeps_owner=keeps_owner)


def _matching(origin: FileTree, pattern: str) -> list[str] | None:
    """Return the paths that a name with wildcards means; None where that is not known."""
    *folders, last = posixpath.normpath("/" + pattern.lstrip("/")).strip("/").split("/")
    folder = "/" + "/".join(folders)
    found = origin.look(origin.end(folder))
    if has_wildcard(folder) or not isinstance(found, File) or origin.areas_below(folder)[0][1] is not None:
        return None
    start = len(origin.end(folder).rstrip("/")) + 1
    names = {path[start:].partition("/")[0] for path, _ in origin.below(origin.end(folder))}
    try:
        return [posixpath.join(folder, name) for name in sorted(names) if fits_name(last, name)]
    except BadPatternError:
        return None


def _make_parents(tree: FileTree, path: str, made: File) -> None:
    """Make the folders above a path; they belong to whom `--chown` names."""
    folder, missing = posixpath.dirname(path), list[str]()
    while folder != "/" and tree.look(folder) is ABSENT:
        missing.append(folder)
        folder = posixpath.dirname(folder)
    for one in reversed(missing):
        mode = None if made.mode is not None else 0o755  # newer builders give them the mode as well
        tree.put(one, made._replace(kind=FileKind.FOLDER, mode=mode), is_new=True)


def _copy_folder(origin: FileTree, tree: FileTree, path: str, place: str, made: File, *, keeps_owner: bool) -> bool:
    """Copy what lies in a folder, as far as it is known; what is not stays so."""
    inner = origin.below(path)
    if len(inner) > _MOST:
        return False
    here = tree.look(place)
    if not isinstance(here, File):
        _make_parents(tree, place, made)
        mode = None if made.mode is not None or here is not ABSENT else 0o755
        tree.put(place, made._replace(kind=FileKind.FOLDER, mode=mode), is_new=here is ABSENT)
    start = len(path.rstrip("/"))
    kept = origin if keeps_owner else None
    for name, file in inner:
        target = posixpath.join(place, name[start:].lstrip("/"))
        is_new = file.kind is FileKind.FOLDER and not isinstance(tree.look(target), File)
        tree.put(target, _like(file, made, kept), is_new=is_new)
    for name, unknown in origin.areas_below(path):
        if unknown is not None:
            target = posixpath.join(place, name[start:].lstrip("/"))
            is_roots = unknown.roots if keeps_owner else made.owner == "0"
            tree.open_below(target.rstrip("/") or "/", unknown._replace(roots=is_roots, where=made.where))
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
