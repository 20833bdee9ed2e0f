"""The door to files: all that is read of an input is read here, and nowhere else.

A workspace knows the folder that nothing is read outside of, its root. A path is resolved as a whole, links included,
before anything is opened; what leaves the root is refused, unless a person named that very file. Below the root a file
is opened folder by folder without following a link, so that one that is put there in between leads nowhere. Only
regular files are read, up to a size. Texts that an editor or standard input has stand in for files: the overlay.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.model import Failure, Level, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.real_paths import from_folder, is_below, is_path, real_folder_of, real_path
from dropcap.source import Source, Span, UndecodableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MAX_BYTES = 16 * 1024 * 1024
"""A larger file is not read; it would be one that a program wrote."""
LOCK = "dropcap.lock"
"""The file at a project's root that keeps what matters of its images."""
_TOO_LARGE = f"is larger than {MAX_BYTES // 1024 // 1024} MiB, the most that dropcap reads; exclude it"
_FOLDER = "is a folder, and dropcap needs a file"
_ADVICE = {errno.EACCES: "; run dropcap as a user who may read it, or exclude it", errno.ENOTDIR: "; check the path"}
# A FIFO or a terminal must not make the program wait or become its own. Systems that lack these have no such files.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY"))
_FLAGS |= getattr(os, "O_BINARY", 0)
_OPENS_FROM_FOLDERS = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


class Why(Enum):
    """Why a file is not read."""

    MISSING = "missing"
    """There is none."""
    OUTSIDE = "outside"
    """It lies outside the root."""
    ALONE = "alone"
    """The text is read by itself, without any other file."""
    UNREADABLE = "unreadable"
    """It is there, and cannot or must not be read: no permission, no regular file, too large, no path at all."""


class NotReadError(Exception):
    """A file is not read.

    Attributes:
        path: the path, as it was asked for.
        reason: why, in words to follow the path.
        why: the same for a program.

    """

    def __init__(self, path: str, reason: str, why: Why) -> None:
        """Keep the path and the reason."""
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason
        self.why = why

    @property
    def level(self) -> Level:
        """An error where the engine would miss the file too; a note where only dropcap does not go there."""
        return Level.ERROR if self.why in {Why.MISSING, Why.UNREADABLE} else Level.NOTE

    def failure(self, level: Level | None = None) -> Failure:
        """Return the failure to report of the file itself."""
        advice = "; check the path" if self.why is Why.MISSING else ""
        return Failure(self.path, f"{self.reason}{advice}", level or self.level)


class Entry(NamedTuple):
    """What a folder holds: a name, and whether it is a folder itself or a link to anything."""

    name: str
    is_folder: bool
    is_link: bool


class What(Enum):
    """What a path was at another time."""

    FILE = "file"
    FOLDER = "folder"
    MISSING = "missing"


class State(Mapping[str, bytes]):
    """An overlay that also knows what was not there: files as they were at another time."""

    def what(self, real: str) -> What | None:
        """Say what a real path was; None where it is as it is on the disk."""
        raise NotImplementedError

    def listed(self, real: str) -> list[Entry] | None:
        """Return what a folder held, by name; None where it is as it is on the disk."""
        raise NotImplementedError

    def __bool__(self) -> bool:
        """Be an overlay also where there was no file."""
        return True


class OpenText(bytes):
    """A text that an editor has open, as the bytes of its file."""

    __slots__ = ()

    def source(self, path: str) -> Source:
        """Return it as a source that keeps what was found out of it from one change to the next.

        Args:
            path: the path that is printed.

        Raises:
            UnreadableError: it is no text.

        """
        raise NotImplementedError


class Workspace:
    """The files below a root, as they are on the disk but for those of the overlay.

    Attributes:
        root: the real path of the folder that nothing is read outside of.
        reads: what was read, or looked for and missing: real paths, in the order of the first time.

    """

    __slots__ = ("_allowed", "_disk", "_has_lock", "_overlay", "_real", "_sources", "_state", "reads", "root")

    def __init__(
        self,
        root: str,
        overlay: Mapping[str, bytes] | None = None,
        named: Iterable[str] = (),
        *,
        disk: bool = True,
    ) -> None:
        """Take a root.

        Args:
            root: the folder that nothing is read outside of.
            overlay: texts that stand in for files, by real path.
            named: the paths that a person named; these files are read wherever they lie.
            disk: whether anything but the overlay is there.

        """
        self.root = real_folder_of(root) if disk else root
        self.reads: dict[str, None] = {}
        self._overlay = overlay or {}
        self._state = overlay if isinstance(overlay, State) else None
        self._disk = disk
        self._sources: dict[str, Source] = {}
        self._real: dict[str, str] = {}
        self._allowed = {self.real(path) if disk else real_path(path) for path in named if is_path(path)}
        self._has_lock: bool | None = None

    @property
    def has_lock(self) -> bool:
        """Whether the project has a file that keeps facts of its images."""
        if self._has_lock is None:
            path = os.path.join(self.root, LOCK)
            self._has_lock = bool(self.root) and (self._exists(path) or path in self._overlay)
        return self._has_lock

    @classmethod
    def of_text(cls, source: Source) -> Workspace:
        """Return a workspace that holds one text and nothing else."""
        workspace = cls("", disk=False)
        workspace.hold(source)
        return workspace

    def at(self, root: str, named: Iterable[str] = ()) -> Workspace:
        """Return a workspace with another root and the same overlay."""
        return Workspace(root, self._overlay, named, disk=self._disk)

    def allow(self, path: str) -> None:
        """Let a file be read wherever it lies: a person named it, and not a file of the project."""
        if is_path(path):
            self._allowed.add(real_path(path))

    def real(self, path: str) -> str:
        """Return a file's path without links and detours; without a disk there are no links."""
        found = self._real.get(path)
        if found is None:
            is_there = self._disk and is_path(path)
            found = self._real[path] = real_path(path) if is_there else os.path.normpath(path)
        return found

    def name(self, path: str) -> str:
        """Return a file's path from the root, with forward slashes; the real path of one that lies outside."""
        real = self.real(path)
        written = from_folder(real, self.root) if self._disk and is_below(real, self.root) else real
        return written.replace(os.sep, "/")

    def is_inside(self, path: str) -> bool:
        """Whether a path leads into the root, links followed."""
        return is_path(path) and is_below(self.real(path), self.root)

    def is_outside(self, path: str) -> bool:
        """Whether a path leads out of the root; without a disk nothing does."""
        return self._disk and not self.is_inside(path)

    def is_file(self, path: str) -> bool:
        """Whether a path is that of a file, be it one that is not to be read; folders are none, all else is."""
        if not is_path(path):
            return False
        if self._state is not None and (what := self._state.what(self.real(path))) is not None:
            return what is What.FILE
        if self._disk and os.path.lexists(path) and not os.path.isdir(path):
            return True
        texts = self._overlay if self._disk else self._overlay or self._sources
        return bool(texts) and self.real(path) in texts

    def is_folder(self, path: str) -> bool:
        """Whether a path is that of a folder inside the root."""
        if self._state is not None and is_path(path) and (what := self._state.what(self.real(path))) is not None:
            return what is What.FOLDER and self.is_inside(path)
        return self._disk and is_path(path) and os.path.isdir(path) and self.is_inside(path)

    def source(self, path: str) -> Source:
        """Return a file's text; the same object each time.

        Raises:
            NotReadError: it is not there, is not to be read, or cannot be.
            UnreadableError: it is no text.

        """
        real = self.real(path)
        found = self._sources.get(real)
        if found is None:
            data, known = self.read(path), self._overlay.get(real)
            found = known.source(path) if isinstance(known, OpenText) else _kept(path, data)
            self._sources[real] = found
        return found

    def hold(self, source: Source) -> None:
        """Keep a text that is no file, to be found by its path."""
        self._sources[self.real(source.path)] = source

    def texts(self) -> Collection[Source]:
        """Return the texts of all files that were asked for."""
        return self._sources.values()

    def known(self, path: str) -> Source | None:
        """Return the text of a file that was asked for before; None where it was not."""
        return self._sources.get(self.real(path))

    def read(self, path: str, size: int = MAX_BYTES) -> bytes:
        """Return a file's bytes.

        Args:
            path: the file, relative to the current folder.
            size: how many bytes are wanted; a larger file is cut there, unless this is all that may be read.

        Raises:
            NotReadError: as :meth:`source`.

        """
        if not is_path(path):
            raise NotReadError(path, "is not a path: it has a character that no file name can have", Why.UNREADABLE)
        real = self.real(path)
        self._check_state(path, real)
        data = self._overlay[real] if real in self._overlay else self._from_disk(path, real, size)
        self.reads[real] = None
        if len(data) > MAX_BYTES:
            raise NotReadError(path, _TOO_LARGE, Why.UNREADABLE)
        return data[:size]

    def _from_disk(self, path: str, real: str, size: int) -> bytes:
        if not self._disk:
            raise NotReadError(path, "is another file, and dropcap reads this text alone", Why.ALONE)
        is_named = real in self._allowed
        if not is_named and not is_below(real, self.root):
            raise NotReadError(path, "lies outside the project: dropcap reads nothing there", Why.OUTSIDE)
        self.reads[real] = None
        try:
            return _contents(path, real, "" if is_named else self.root, size)
        except OSError as error:
            raise _not_read(path, error) from None

    def _exists(self, path: str) -> bool:
        what = self._state.what(path) if self._state is not None else None
        return os.path.lexists(path) if what is None else what is What.FILE

    def _check_state(self, path: str, real: str) -> None:
        """Check that a path was that of a file, where another time counts."""
        what = self._state.what(real) if self._state is not None else None
        if what is What.MISSING:
            raise NotReadError(path, "does not exist", Why.MISSING)
        if what is What.FOLDER:
            raise NotReadError(path, _FOLDER, Why.UNREADABLE)

    def check(self, path: str) -> None:
        """Check that a path is that of a file that may be read, without opening it.

        Raises:
            NotReadError: as :meth:`source`, but for what only opening tells.

        """
        real = self.real(path)
        self._check_state(path, real)
        if real in self._overlay:
            return
        if self.is_outside(path) and real not in self._allowed:
            raise NotReadError(path, "lies outside the project: dropcap reads nothing there", Why.OUTSIDE)
        try:
            _check_kind(path, os.lstat(real))
        except OSError as error:
            raise _not_read(path, error) from None

    def entries(self, folder: str) -> list[Entry]:
        """Return what a folder holds, by name; nothing where there is no such folder.

        Raises:
            NotReadError: it lies outside the root, or cannot be read.

        """
        if not self._disk or not is_path(folder):
            return []
        if not is_below(real_folder_of(folder), self.root):
            raise NotReadError(folder, "lies outside the project: dropcap reads nothing there", Why.OUTSIDE)
        if self._state is not None and (before := self._state.listed(real_folder_of(folder))) is not None:
            return before
        try:
            with os.scandir(folder or os.curdir) as found:
                listed = [Entry(one.name, one.is_dir(follow_symlinks=False), one.is_symlink()) for one in found]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise NotReadError(folder, _reason(error), Why.UNREADABLE) from None
        return sorted(listed)


def _contents(path: str, real: str, root: str, size: int) -> bytes:
    """Read a regular file below a root, or with an empty root anywhere."""
    status = os.lstat(real)
    _check_kind(path, status)
    descriptor = _open_below(real, root) if root and _OPENS_FROM_FOLDERS else os.open(real, _FLAGS)
    with open(descriptor, "rb", buffering=0) as file:
        # What was opened counts, not what was there before.
        status = os.fstat(file.fileno())
        _check_kind(path, status)
        if status.st_size > MAX_BYTES:
            raise NotReadError(path, _TOO_LARGE, Why.UNREADABLE)
        left = MAX_BYTES + 1 if size == MAX_BYTES else size
        parts = []
        while left and (part := file.read(min(left, max(status.st_size + 1, 65536)))):
            parts.append(part)
            left -= len(part)
    return b"".join(parts)


def _open_below(real: str, root: str) -> int:
    """Open a file from its root on, each folder by itself; no link is followed on the way."""
    *folders, name = from_folder(real, root).split(os.sep)
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        return os.open(name, _FLAGS, dir_fd=at)
    finally:
        os.close(at)


def _check_kind(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise NotReadError(path, _FOLDER, Why.UNREADABLE)
    if not stat.S_ISREG(status.st_mode):
        raise NotReadError(path, "is not a regular file", Why.UNREADABLE)


def _not_read(path: str, error: OSError) -> NotReadError:
    if isinstance(error, FileNotFoundError):
        return NotReadError(path, "does not exist", Why.MISSING)
    return NotReadError(path, _reason(error), Why.UNREADABLE)


def _reason(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}{_ADVICE.get(error.errno or 0, '')}"


def _kept(path: str, data: bytes) -> Source:
    """Return what :func:`decoded` does, of a small file the same object as long as its bytes are the same.

    A Dockerfile is checked by itself and as part of each project that builds it: what is made of its text is kept by
    its source.
    """
    return _decoded_small(path, data) if len(data) <= _SMALL else decoded(path, data)


_SMALL = 100_000


@lru_cache(maxsize=128)
def _decoded_small(path: str, data: bytes) -> Source:
    return decoded(path, data)


def decoded(path: str, data: bytes) -> Source:
    """Return the text of a file's bytes.

    Raises:
        UnreadableError: they are no text; points at the first byte that is none, as far as what precedes it is text.

    """
    try:
        return Source.decode(path, data)
    except UndecodableError as error:
        before = Source(path, data.decode("utf-8", "replace"))
        offset = before.offset(error.position) if error.position.line <= before.line_count else 0
        message = f"{error.reason}; save the file as UTF-8"
        raise UnreadableError(Failure(path, message, Level.ERROR, before, Span(offset, offset))) from None
