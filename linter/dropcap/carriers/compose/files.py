"""The files of a project: read once each, inside the project's root only.

What a file names elsewhere is hostile input as well: a path that leaves the root, be it by `..`, as an absolute path
or by a symbolic link, is told and not followed, and nothing is fetched from anywhere.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.discover import read_bytes
from dropcap.lang.yaml import parse
from dropcap.model import Failure, Level, UnreadableError
from dropcap.project import real_path
from dropcap.source import Source, UndecodableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.lang.yaml import Stream

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*://"

MAX_FILES = 1000
"""How many files one project may be made of."""


class NotFollowedError(Exception):
    """A file that another one names is not read; says why, in words to follow its name.

    Attributes:
        level: an error where Docker Compose would miss the file too, a note where only dropcap does not go there.

    """

    def __init__(self, reason: str, level: Level) -> None:
        """Keep the reason and what it means."""
        super().__init__(reason)
        self.reason = reason
        self.level = level


class Files:
    """The files below a root, as they are on the disk but for those that are given."""

    __slots__ = ("_allowed", "_find_root", "_real_paths", "_real_root", "_sources", "_streams")

    def __init__(self, find_root: Callable[[], str] | None) -> None:
        """Take what finds the folder that nothing is read outside of; without it, only what is given is there.

        It is asked when a first file besides those given is looked for: few projects have one.
        """
        self._find_root = find_root
        self._allowed: set[str] = set()
        self._real_root: str | None = None
        self._real_paths: dict[str, str] = {}
        self._sources: dict[str, Source] = {}
        self._streams: dict[str, Stream] = {}

    def give(self, path: str, source: Source) -> None:
        """Take a file's text from here and not from the disk, as an editor has it."""
        self._sources[self.real(path)] = source

    def real(self, path: str) -> str:
        """Give a file's path without links and detours."""
        found = self._real_paths.get(path)
        if found is None:
            found = self._real_paths[path] = real_path(path)
        return found

    def given(self, path: str) -> Source | None:
        """Give the text of a file that was read, or given, before."""
        return self._sources.get(self.real(path))

    def allow(self, path: str) -> None:
        """Let a file be read wherever it lies: somebody named it, and not a file of the project."""
        self._allowed.add(self.real(path))

    def is_there(self, path: str) -> bool:
        """Whether a path is that of a file on the disk, be it one that is not to be read."""
        return self._find_root is not None and os.path.isfile(path)

    def is_outside(self, path: str) -> bool:
        """Whether a path leads out of the root; nothing does where nothing besides what is given is there."""
        return self._find_root is not None and not self._is_inside(self.real(path))

    def source(self, path: str) -> Source:
        """Give a file's text.

        Raises:
            NotFollowedError: it is not there, lies outside the root, or is somewhere else altogether.
            UnreadableError: it is no text, or too large.

        """
        if _is_remote(path):
            raise NotFollowedError("is not on this machine: dropcap fetches nothing", Level.NOTE)
        real = self.real(path)
        found = self._sources.get(real)
        if found is not None:
            return found
        if self._find_root is None:
            raise NotFollowedError("is not looked at: this text is read by itself", Level.NOTE)
        if real not in self._allowed and not self._is_inside(real):
            raise NotFollowedError("lies outside the project: dropcap reads nothing there", Level.NOTE)
        if len(self._sources) >= MAX_FILES:
            raise NotFollowedError(f"is one file too many: a project may have {MAX_FILES:,}", Level.ERROR)
        try:
            data = read_bytes(real)
        except FileNotFoundError:
            raise NotFollowedError("does not exist", Level.ERROR) from None
        except OSError as error:
            raise NotFollowedError(f"cannot be read: {error.strerror}", Level.ERROR) from None
        source = self._sources[real] = _decoded(path, data)
        return source

    def stream(self, path: str) -> Stream:
        """Give the documents of a YAML file; raises as :meth:`source`, and where it is no YAML."""
        real = self.real(path)
        found = self._streams.get(real)
        if found is None:
            # Docker Compose lets an alias name an anchor of an earlier document of the same file.
            found = self._streams[real] = parse(self.source(path), shares_anchors=True)
        return found

    def _is_inside(self, real: str) -> bool:
        if self._find_root is None:
            return False
        if self._real_root is None:
            self._real_root = os.path.join(real_path(self._find_root()), "")
        return real.startswith(self._real_root)


def join(folder: str, path: str) -> str:
    """Put a path that a file gives behind the folder it is relative to, as short as it goes."""
    return path if _is_remote(path) else os.path.normpath(os.path.join(folder, path))


def _is_remote(path: str) -> bool:
    """Whether it is what Docker Compose fetches by git, as an OCI artifact, or not at all."""
    if path.lower().startswith(("git@", "github.com/")):
        return True
    return "://" in path and re.match(_SCHEME, path) is not None  # to compile it takes longer than to look first


def _decoded(path: str, data: bytes) -> Source:
    try:
        return Source.decode(path, data)
    except UndecodableError as error:
        raise UnreadableError(Failure(path, f"{error.reason}; save the file as UTF-8")) from None
