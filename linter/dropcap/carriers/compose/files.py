"""The files of a project: taken apart once each, inside the project's root only.

What a file names elsewhere is hostile input as well: a path that leaves the root, be it by `..`, as an absolute path
or by a symbolic link, is told and not followed, and nothing is fetched from anywhere.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import normalised
from dropcap.lang.yaml import parse
from dropcap.model import UnreadableError
from dropcap.workspace import NotReadError, Why

if TYPE_CHECKING:
    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.version import Version
    from dropcap.lang.yaml import Stream
    from dropcap.source import Source
    from dropcap.workspace import Workspace

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*://"
# As Go takes an address apart: host, path, query and fragment.
_ADDRESS = r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://[^/?#]*(?P<path>[^?#]*)"
_FETCHED = frozenset({"git", "http", "https", "oci", "ssh"})

REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")
"""What the context of a build that is fetched begins with."""

MAX_FILES = 1000
"""How many files one project may be made of."""


class Files:
    """The files of a project as a workspace has them, and the documents of those that are YAML."""

    __slots__ = ("_broken", "_log", "_seen", "_streams", "_version", "_workspace", "real")

    def __init__(self, workspace: Workspace, log: Diagnostics, version: Version) -> None:
        """Take the door to the files, who is told what is wrong with their keys, and whose ways they are read by."""
        self._log = log
        self._version = version
        self._workspace = workspace
        self._streams: dict[str, Stream] = {}
        self._broken: dict[str, UnreadableError] = {}
        self._seen: set[str] = set()
        self.real = workspace.real

    def given(self, path: str) -> Source | None:
        """Return the text of a file that was read before."""
        return self._workspace.known(path)

    def allow(self, path: str) -> None:
        """Let a file be read wherever it lies: somebody named it, and not a file of the project."""
        self._workspace.allow(path)

    def is_there(self, path: str) -> bool:
        """Return whether a path is that of a file, be it one that is not to be read."""
        return self._workspace.is_file(path)

    def is_folder(self, path: str) -> bool:
        """Return whether a path is that of a folder of the project."""
        return self._workspace.is_folder(path)

    def is_outside(self, path: str) -> bool:
        """Return whether a path leads out of the root."""
        return self._workspace.is_outside(path)

    def why_not_read(self, path: str) -> str | None:
        """Return why a file that is there is not to be read, or cannot be; None where nothing is in the way."""
        try:
            self._workspace.read(path, 0)
        except NotReadError as error:
            return None if error.why in {Why.MISSING, Why.ALONE} else error.reason
        return None

    def source(self, path: str) -> Source:
        """Return a file's text.

        Raises:
            NotReadError: it is not there, lies outside the root, or is somewhere else altogether.
            UnreadableError: it is no text.

        """
        _refuse_remote(path)
        real = self.real(path)
        if real not in self._seen and len(self._seen) >= MAX_FILES:
            raise NotReadError(path, f"is one file too many: dropcap reads {MAX_FILES:,} of a project", Why.UNREADABLE)
        self._seen.add(real)
        return self._workspace.source(path)

    def small(self, path: str, size: int) -> Source | None:
        """Return a file's text, which is no part of the project's; None where it has more bytes than these.

        Raises:
            NotReadError: as :meth:`source`.
            UnreadableError: as :meth:`source`.

        """
        _refuse_remote(path)
        if self.given(path) is None and len(self._workspace.read(path, size + 1)) > size:
            return None
        return self._workspace.source(path)

    def stream(self, path: str) -> Stream:
        """Return the documents of a YAML file, normalised; raises as :meth:`source`, and where it is no YAML."""
        real = self.real(path)
        found = self._streams.get(real)
        if found is None:
            if real in self._broken:  # to find that out takes long
                raise self._broken[real]
            try:
                # Docker Compose lets an alias name an anchor of an earlier document of the same file.
                stream = parse(
                    self.source(path), shares_anchors=True, go_version=self._version.go_yaml, by_entries=True
                )
            except UnreadableError as error:
                self._broken[real] = error
                raise
            found = stream._replace(
                documents=tuple(normalised(root, self._log, self._version) for root in stream.documents)
            )
            self._streams[real] = found
        return found


def join(folder: str, path: str) -> str:
    """Put a path that a file gives behind the folder it is relative to, as short as it goes."""
    return path if _is_remote(path) else os.path.normpath(os.path.join(folder, path))


def _refuse_remote(path: str) -> None:
    """Say that what stands elsewhere is not read.

    Raises:
        NotReadError: the path is an address, be it one that nobody fetches.

    """
    if not _is_remote(path):
        return
    address = re.match(_ADDRESS, path)
    scheme = address["scheme"].lower() if address is not None else "git"
    is_page = scheme in {"http", "https"} and address is not None and not address["path"].endswith(".git")
    if is_page or scheme not in _FETCHED:
        # Docker Compose takes such an address for a file of its folder.
        raise NotReadError(
            path,
            "does not exist: of addresses Docker Compose fetches Git repositories alone, whose names end in .git",
            Why.MISSING,
        )
    raise NotReadError(path, "is on another machine, and dropcap downloads nothing", Why.OUTSIDE)


def _is_remote(path: str) -> bool:
    """Return whether it is what Docker Compose fetches by git, as an OCI artifact, or not at all."""
    if path.lower().startswith(("git@", "github.com/")):
        return True
    return "://" in path and re.match(_SCHEME, path) is not None  # to compile it takes longer than to look first
