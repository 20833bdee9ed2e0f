"""The files of a repository as a revision has them, in the place of those on the disk.

What git tracks now, or does not know yet, is not there unless the revision has it. Files of variables (`.env`,
`web.env`) that git does not track stay as they are: no revision tells how they were. So do the files of submodules,
which are other repositories.
"""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from dropcap.baseline.objects import GitError, Objects
from dropcap.git_index import IndexUnknownError, tracked_files
from dropcap.namedtuple import NamedTuple
from dropcap.real_paths import from_folder, is_below
from dropcap.workspace import MAX_BYTES, Entry, NotReadError, State, What, Why, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_MOST_LINKS = 20
_FOLDER, _LINK, _SUBMODULE = 0o040000, 0o120000, 0o160000
_KIND = 0o170000


class _Item(NamedTuple):
    """What a tree has by a name: of which kind, and the name of its object."""

    kind: int
    object: str


class Past(State):
    """The files of a repository at a revision."""

    def __init__(self, top: str, tree: str, objects: Objects) -> None:
        """Take a repository.

        Args:
            top: the real path of its top.
            tree: the name of the revision's tree.
            objects: gives its objects.

        """
        self._top = top
        self._tree = tree
        self._objects = objects
        self._trees: dict[str, dict[str, _Item]] = {}
        self._found: dict[str, _Item | None] = {}
        self._tracked: Collection[str] | None = None

    @classmethod
    def at(cls, top: str, revision: str) -> Past:
        """Return the state of a repository at a revision.

        Raises:
            GitError: it cannot be read.

        """
        objects = Objects(top)
        try:
            return cls(top, objects.tree_of(revision), objects)
        except GitError:
            objects.close()
            raise

    def __reduce__(self) -> tuple[type[Past], tuple[str, str, Objects]]:
        """Let another process read it."""
        return Past, (self._top, self._tree, self._objects)

    def close(self) -> None:
        """End what gives the objects."""
        self._objects.close()

    def what(self, real: str) -> What | None:
        """Say what a real path was; None where it is as it is on the disk."""
        if not is_below(real, self._top):
            return None
        path = self._path(real)
        if path == ".":
            return What.FOLDER
        if ".git" in path.split("/"):
            return None
        item = self._item(path)
        if item is None:
            return None if self._stays(path) else What.MISSING
        if item.kind == _SUBMODULE:
            return None
        return What.FOLDER if item.kind == _FOLDER else What.FILE

    def listed(self, real: str) -> list[Entry] | None:
        """Return what a folder held, by name, and the files that stay as they are; None where all of it does."""
        what = self.what(real)
        if what is None:
            return None
        item = self._item(self._path(real)) if what is What.FOLDER else None
        if item is None:
            return []
        items = self._items(item.object)
        entries = [Entry(name, one.kind in {_FOLDER, _SUBMODULE}, one.kind == _LINK) for name, one in items.items()]
        try:
            now = Workspace(self._top).entries(real)
        except NotReadError:
            now = []
        path = self._path(real)
        entries += [one for one in now if one.name not in items and self._stays(posixpath.join(path, one.name))]
        return sorted(entries)

    def __contains__(self, real: object) -> bool:
        """Whether a real path was that of a file."""
        return isinstance(real, str) and self.what(real) is What.FILE

    def __getitem__(self, real: str) -> bytes:
        """Return a file's bytes.

        Raises:
            NotReadError: it was larger than what is read, or is not in the clone.

        """
        item = self._item(self._path(real))
        if item is None:
            raise KeyError(real)
        data = self._objects.read(item.object)
        if data is None:
            reason = f"is larger than {MAX_BYTES // 1024 // 1024} MiB there, or not in the clone"
            raise NotReadError(real, reason, Why.UNREADABLE)
        return data

    def __iter__(self) -> Iterator[str]:
        """Name no files: all of them are never asked for."""
        return iter(())

    def __len__(self) -> int:
        """Count no files, as they are not named."""
        return 0

    def _path(self, real: str) -> str:
        return from_folder(real, self._top).replace(os.sep, "/")

    def _item(self, path: str) -> _Item | None:
        """Return what the tree has at a path from its top, links followed; None where that is nothing."""
        if path not in self._found:
            self._found[path] = self._resolved(path)
        return self._found[path]

    def _resolved(self, path: str) -> _Item | None:
        top = item = _Item(_FOLDER, self._tree)
        waiting = _parts(path)
        at: list[str] = []
        links = 0
        while waiting:
            if item.kind != _FOLDER:
                return None
            name = waiting.pop()
            found = self._items(item.object).get(name)
            if found is None or found.kind == _SUBMODULE:
                return found
            item = found
            if item.kind != _LINK:
                at.append(name)
                continue
            links += 1
            target = self._target(item, at) if links <= _MOST_LINKS else None
            if target is None:
                return None
            waiting += _parts(target)
            item, at = top, []
        return item

    def _target(self, link: _Item, folder: list[str]) -> str | None:
        """Return where a link in a folder leads; None for out of the repository."""
        text = os.fsdecode(self._objects.read(link.object) or b"/")
        path = posixpath.normpath("/".join([*folder, text]))
        return None if text.startswith("/") or path == ".." or path.startswith("../") else path

    def _items(self, tree: str) -> dict[str, _Item]:
        """Return what a tree has, by name."""
        found = self._trees.get(tree)
        if found is None:
            found = self._trees[tree] = _parsed(self._objects.read(tree), len(tree) // 2)
        return found

    def _stays(self, path: str) -> bool:
        """Return whether a file that the revision has not is there all the same: one of variables, not tracked."""
        name = path.rpartition("/")[2]
        if not (name.endswith(".env") or name.startswith(".env.")):
            return False
        if self._tracked is None:
            try:
                self._tracked = tracked_files(self._top, Workspace(self._top))
            except IndexUnknownError:
                self._tracked = ()
        return posixpath.normpath(path) not in self._tracked


def _parts(path: str) -> list[str]:
    """Return the names of a path, the last one first."""
    return [part for part in path.split("/") if part != "."][::-1]


def _parsed(data: bytes | None, size: int) -> dict[str, _Item]:
    """Return the items of a tree object; `size` is that of a hash.

    Raises:
        GitError: it is not one, or it is not there.

    """
    if data is None:
        raise GitError("a folder of the revision is not in the clone; fetch all of it")
    found: dict[str, _Item] = {}
    at = 0
    try:
        while at < len(data):
            space = data.index(b" ", at)
            end = data.index(b"\0", space)
            kind = int(data[at:space], 8) & _KIND
            at = end + 1 + size
            found[os.fsdecode(data[space + 1 : end])] = _Item(kind, data[end + 1 : at].hex())
    except ValueError:
        raise GitError("a folder of the revision has a form that dropcap does not know") from None
    return found
