"""The files of a build's context, as the builder gets them: without what its `.dockerignore` leaves out.

Sources: BuildKit, `frontend/dockerui/config.go` (`dockerIgnorePatterns`: beside the Dockerfile, or else in the context)
and fsutil, `filter.go`. What a build finds there may be more than the project has: what is built before is in no
repository.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.dockerignore import Ignored, Ignores, TooManyStepsError, read_patterns
from dropcap.images.facts import ABSENT, UnknownFact, Unread
from dropcap.images.path_patterns import BadPatternError, fits_name, has_wildcard
from dropcap.model import UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.images.build_files import BuildFiles
    from dropcap.images.facts import Absent
    from dropcap.source import Source
    from dropcap.workspace import Entry

__all__ = ["BuildContext", "ContextFile"]

_MOST_FILES = 1_000
_MOST_ENTRIES = 5_000
_DEEPEST = 12
_NOT_DOCKERFILES = (".yaml", ".yml", ".json")


class ContextFile(NamedTuple):
    """A file or a folder of the context.

    Attributes:
        path: from the context's root on, with slashes; empty for the root.
        is_folder: whether it is a folder.

    """

    path: str
    is_folder: bool


class _Unread(Unread):
    """The text of a file of the build; equal to another one of the same file."""

    def __init__(self, files: BuildFiles, path: str) -> None:
        """Take the file."""
        self._files = files
        self._path = path

    @property
    def text(self) -> Source | None:
        """The text, as the files of the build have it now; None where there is none to be read."""
        return self._files.text(self._path)

    def __eq__(self, other: object) -> bool:
        """Say whether another one is of the same file."""
        return isinstance(other, _Unread) and self._path == other._path and self._files is other._files

    def __hash__(self) -> int:
        """Return the hash of the file's path."""
        return hash(self._path)

    def __repr__(self) -> str:
        """Name the file."""
        return f"Unread({self._path!r})"


class BuildContext:
    """The files that a build may copy."""

    def __init__(self, files: BuildFiles, folder: str, dockerfile: str = "") -> None:
        """Take the context.

        Args:
            files: the door to its files.
            folder: its folder; empty where it is not known.
            dockerfile: the path of the Dockerfile; empty where it has none of its own.

        """
        self._files = files
        self._folder = folder
        self._above = "" if folder == posixpath.curdir else posixpath.join(folder, "")  # as a report names files
        self._dockerfile = dockerfile
        self._ignores: Ignores | None = None
        self._asked: dict[str, Ignored] = {}
        self._listed: dict[str, dict[str, Entry]] = {}
        self._left = 0

    def look(self, path: str) -> ContextFile | Absent | UnknownFact:
        """Return what lies at a path, which may begin with a slash; nothing outside of the context does."""
        clean = posixpath.normpath(f"/{path}").strip("/")
        if not self._folder:
            return UnknownFact("the context of the build is not known")
        try:
            return self._look(clean)
        except (BadPatternError, TooManyStepsError, NotReadError, UnreadableError) as error:
            return UnknownFact(f"what .dockerignore leaves out is not known: {error}")

    def _look(self, path: str) -> ContextFile | Absent | UnknownFact:
        found = ContextFile("", is_folder=True)
        names = path.split("/") if path else []
        for number, name in enumerate(names, 1):
            folder, one = "/".join(names[: number - 1]), "/".join(names[:number])
            entry = self._entries(folder).get(name)
            if entry is not None and entry.is_link:
                return UnknownFact(f"{one} is a link")
            is_folder = entry.is_folder if entry is not None else False
            if entry is None and not self._files.is_file(self._real(one)):
                return ABSENT
            if not is_folder and number < len(names):
                return ABSENT
            if self._ignored(one).is_out and not (is_folder and self._patterns().may_take_in(one)):
                return UnknownFact(f".dockerignore leaves {one} out")
            found = ContextFile(one, is_folder)
        return found

    def content(self, path: str) -> Unread:
        """Return what reads the text of a file that :meth:`look` has found; that is None where it cannot be read."""
        return _Unread(self._files, self._real(path))

    def head(self, path: str, size: int) -> bytes | None:
        """Return the first bytes of a file; None where it cannot be read."""
        return self._files.head(self._real(path), size)

    def below(self, path: str) -> tuple[list[ContextFile], bool]:
        """Return what lies in a folder, at any depth, folders first; and whether that is all of what is there now."""
        found: list[ContextFile] = []
        self._left = _MOST_ENTRIES
        try:
            is_whole = self._gather(path, found, 0)
        except (BadPatternError, TooManyStepsError, NotReadError, UnreadableError):
            return [], False
        return found, is_whole

    def _gather(self, folder: str, found: list[ContextFile], depth: int) -> bool:
        is_whole = True
        above = f"{folder}/" if folder else ""
        for name, entry in self._entries(folder).items():
            path = f"{above}{name}"
            self._left -= 1
            is_out = self._ignored(path).is_out
            if is_out and not (entry.is_folder and self._patterns().may_take_in(path)):
                continue
            if entry.is_link or len(found) >= _MOST_FILES or depth >= _DEEPEST or self._left < 0:
                is_whole = False
                continue
            at = len(found)
            if not is_out:
                found.append(ContextFile(path, entry.is_folder))
            if entry.is_folder:
                is_whole = self._gather(path, found, depth + 1) and is_whole
                if is_out and len(found) > at:  # a folder comes with what is taken in again below it
                    found.insert(at, ContextFile(path, is_folder=True))
        return is_whole

    def matching(self, pattern: str) -> list[ContextFile] | None:
        """Return what a name with wildcards means; None where that is not known."""
        if not self._folder:
            return None
        try:
            return list(self._matching("", posixpath.normpath(f"/{pattern}").strip("/").split("/")))
        except (BadPatternError, TooManyStepsError, NotReadError, UnreadableError):
            return None

    def _matching(self, folder: str, names: list[str]) -> Iterator[ContextFile]:
        name, *rest = names
        for one, entry in self._entries(folder).items():
            if entry.is_link or not (fits_name(name, one) if has_wildcard(name) else name == one):
                continue
            path = posixpath.join(folder, one)
            if rest and entry.is_folder:
                yield from self._matching(path, rest)
            elif not rest and isinstance(found := self._look(path), ContextFile):
                yield found

    def _real(self, path: str) -> str:
        return f"{self._above}{path}" if path else self._folder

    def _entries(self, folder: str) -> dict[str, Entry]:
        if folder not in self._listed:
            listed = self._files.entries(self._real(folder))
            self._listed[folder] = {entry.name: entry for entry in listed}
        return self._listed[folder]

    def _ignored(self, path: str) -> Ignored:
        found = self._asked.get(path)
        if found is None:
            folder = posixpath.dirname(path)
            above = self._ignored(folder) if folder else None
            try:
                found = self._asked[path] = self._patterns().ask(path, above)
            except TooManyStepsError:
                self._files.is_open = True  # of another build that begins here it may take fewer
                raise
        return found

    def _patterns(self) -> Ignores:
        if self._ignores is None:
            self._ignores = self._read_patterns()
        return self._ignores

    def _read_patterns(self) -> Ignores:
        """Read the patterns beside the Dockerfile, or else those of the context.

        Raises:
            NotReadError: they are there, and cannot be read.
            UnreadableError: they are no text.

        """
        own = None
        if self._dockerfile and not self._dockerfile.endswith(_NOT_DOCKERFILES):
            own = self._source(f"{self._dockerfile}.dockerignore")
        found = own or self._source(posixpath.join(self._folder, ".dockerignore"))
        return Ignores() if found is None else read_patterns(found.text)

    def _source(self, path: str) -> Source | None:
        """Return a text; None where there is no such file."""
        return self._files.source(path) if self._files.is_file(path) else None
