"""The files that the builds of a Dockerfile ask for, with all that they were asked and what the answer was.

What a build makes is decided by its Dockerfile and by these answers. So a build that was followed for one Compose file
need not be followed for another one, as long as the same questions have the same answers there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import UnreadableError
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.source import Source
    from dropcap.workspace import Entry, Workspace

__all__ = ["BuildFiles"]


class BuildFiles:
    """The door to the files of a build, which can be put into another workspace.

    Attributes:
        is_open: whether a question could not be answered, for a reason that may be another one the next time.
        asked: the texts that somebody asked for since this was emptied, by path.

    """

    def __init__(self, workspace: Workspace) -> None:
        """Begin with no question."""
        self._workspace = workspace
        self._files: dict[str, bool] = {}
        self._folders: dict[str, list[Entry]] = {}
        self._heads: dict[tuple[str, int], bytes | None] = {}
        self._texts: dict[str, Source | None] = {}
        self._later: dict[str, Source | None] = {}
        self._is_built = False
        self.is_open = False
        self.asked: dict[str, Source | None] = {}

    def is_file(self, path: str) -> bool:
        """Do what :meth:`Workspace.is_file` does."""
        found = self._files.get(path)
        if found is None:
            found = self._files[path] = self._workspace.is_file(path)
        return found

    def entries(self, folder: str) -> list[Entry]:
        """Do what :meth:`Workspace.entries` does."""
        found = self._folders.get(folder)
        if found is None:
            try:
                found = self._folders[folder] = self._workspace.entries(folder)
            except NotReadError:
                self.is_open = True
                raise
        return found

    def head(self, path: str, size: int) -> bytes | None:
        """Return the first bytes of a file; None where it cannot be read."""
        key = path, size
        if key not in self._heads:
            self._heads[key] = _head(self._workspace, path, size)
        return self._heads[key]

    def source(self, path: str) -> Source:
        """Do what :meth:`Workspace.source` does."""
        try:
            found = self._texts[path] = self._workspace.source(path)
        except (NotReadError, UnreadableError):
            self.is_open = True
            raise
        return found

    def text(self, path: str) -> Source | None:
        """Return a file's text; None where there is none to be read."""
        texts = self._texts
        if path not in texts and self._is_built:  # a startup asks, and not the build: elsewhere that is asked anew
            texts = self._later
        if path not in texts:
            texts[path] = _text(self._workspace, path)
        found = self.asked[path] = texts[path]
        return found

    def sources(self) -> Iterator[Source]:
        """Give the texts that were read."""
        yield from filter(None, (*self._texts.values(), *self._later.values()))

    def close(self) -> None:
        """Note that the build is over: what is asked from now on does not decide what it made."""
        self._is_built = True

    def open(self) -> None:
        """Note that more is built."""
        self._is_built = False

    def enter(self, workspace: Workspace) -> bool:
        """Be the door to another workspace, where it gives the same answers; gives whether it does.

        A text has the same source as long as it is the same, so that places in it stay what they are.
        """
        if workspace is self._workspace:
            return True
        try:
            is_same = (
                all(workspace.is_file(path) is known for path, known in self._files.items())
                and all(workspace.entries(folder) == known for folder, known in self._folders.items())
                and all(_head(workspace, *key) == known for key, known in self._heads.items())
                and all(_text(workspace, path) is known for path, known in self._texts.items())
            )
        except NotReadError:
            return False
        if is_same:
            self._workspace = workspace
            self._later.clear()
        return is_same


def _head(workspace: Workspace, path: str, size: int) -> bytes | None:
    try:
        return workspace.read(path, size)
    except NotReadError:
        return None


def _text(workspace: Workspace, path: str) -> Source | None:
    try:
        return workspace.source(path)
    except (NotReadError, UnreadableError):
        return None
