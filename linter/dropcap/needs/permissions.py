"""Whether the kernel lets a process at a file without a capability, by owner, group and mode.

Source: Linux `fs/namei.c`, `generic_permission` and `may_delete`; `fs/attr.c`, `setattr_prepare`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.facts import Absent, File, FileKind, UnknownFact
from dropcap.namedtuple import NamedTuple
from dropcap.needs.credentials import is_same_group, is_same_user
from dropcap.needs.model import Access

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.images.facts import ImageFacts
    from dropcap.needs.credentials import Credentials

__all__ = [
    "Barrier",
    "barriers_on_the_way",
    "barriers_to_entry",
    "barriers_to_file",
    "folders_to",
    "is_allowed",
    "resolved",
    "resolved_path",
]

_BITS = {Access.READ: 4, Access.WRITE: 2, Access.SEARCH: 1}
_EACH_CLASS = 0o111
_MOST_FOLDERS = 64


class Barrier(NamedTuple):
    """What keeps a process from a file.

    Attributes:
        path: the folder or file whose owner and mode count.
        access: what is refused there.
        file: what lies there; None where nobody knows.
        unknown: why nobody knows whether it is refused; None where it is refused for certain.

    """

    path: str
    access: Access
    file: File | None
    unknown: UnknownFact | None = None


def is_allowed(facts: ImageFacts, who: Credentials, file: File, access: Access) -> bool | None:
    """Return whether the permission bits of a file let a process at it; None where nobody knows."""
    bit = _BITS[access]
    if file.mode is None:
        return True if is_same_user(facts, who.user, file.owner) else None  # nobody takes his own rights away
    of_all = bit * _EACH_CLASS
    let = file.mode & of_all
    if let == of_all or not let:
        return bool(let)
    is_owner = is_same_user(facts, who.user, file.owner)
    classes = {6: bool(let >> 6 & bit), 3: bool(let >> 3 & bit), 0: bool(let & bit)}
    if is_owner:
        return classes[6]
    groups = {is_same_group(facts, one, file.group) for one in {who.group, *who.groups}}
    others = classes[3] if True in groups else classes[0] if groups == {False} else None
    if is_owner is False:
        return others
    return None if others is None or others is not classes[6] else others


def folders_to(path: str) -> Iterator[str]:
    """Give the folders above a path, the root first."""
    parts = [part for part in path.split("/") if part][:-1]
    yield "/"
    for number in range(1, min(len(parts), _MOST_FOLDERS) + 1):
        yield "/" + "/".join(parts[:number])


def barriers_to_file(facts: ImageFacts, who: Credentials, path: str, access: Access) -> list[Barrier]:
    """Return what keeps a process from reading, writing or searching what lies at a path; nothing where it may.

    A file that is not there is no barrier: the process fails for another reason, or makes it.
    """
    found = _on_the_way(facts, who, path)
    file = resolved(facts, path)
    if isinstance(file, File):
        found += _asked(facts, who, path, file, access)
    elif isinstance(file, UnknownFact) and not (file.roots and who.is_root):
        found.append(Barrier(path, access, None, file))
    return found


def barriers_on_the_way(facts: ImageFacts, who: Credentials, path: str) -> list[Barrier]:
    """Return what keeps a process from getting to what lies at a path, whatever it wants of it."""
    return _on_the_way(facts, who, path)


def barriers_to_entry(facts: ImageFacts, who: Credentials, path: str) -> list[Barrier]:
    """Return what keeps a process from making, replacing or removing the entry at a path."""
    found = _on_the_way(facts, who, path)
    folder = posixpath.dirname(path) or "/"
    file = resolved(facts, folder)
    if isinstance(file, File):
        found += _asked(facts, who, folder, file, Access.WRITE)
    elif isinstance(file, UnknownFact) and not (file.roots and who.is_root):
        found.append(Barrier(folder, Access.WRITE, None, file))
    return found


def _on_the_way(facts: ImageFacts, who: Credentials, path: str) -> list[Barrier]:
    found: list[Barrier] = []
    for folder in folders_to(path):
        file = resolved(facts, folder)
        if not isinstance(file, File):
            break  # nothing is there, or the file itself says why that is not known
        if file.kind is FileKind.FOLDER and is_allowed(facts, who, file, Access.SEARCH) is False:
            found.append(Barrier(folder, Access.SEARCH, file))
    return found


def _asked(facts: ImageFacts, who: Credentials, path: str, file: File, access: Access) -> list[Barrier]:
    allowed = is_allowed(facts, who, file, access)
    if allowed:
        return []
    reason = (
        None if allowed is False else UnknownFact(f"the owner or the mode of {path} is not known", where=file.where)
    )
    return [Barrier(path, access, file, reason)]


def resolved(facts: ImageFacts, path: str) -> File | Absent | UnknownFact:
    """Return what lies at a path, a link at its end followed."""
    found = facts.look(path)
    if not isinstance(found, File) or found.kind is not FileKind.LINK:
        return found
    return facts.look(resolved_path(facts, path))


def resolved_path(facts: ImageFacts, path: str) -> str:
    """Return where a path leads, a link at its end followed."""
    for _ in range(_MOST_LINKS):
        file = facts.look(path)
        if not isinstance(file, File) or file.kind is not FileKind.LINK:
            break
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), file.target))
    return path


_MOST_LINKS = 40
