"""What COPY and ADD bring into an image: of the build's context, of a heredoc, of an address.

Sources: BuildKit, `frontend/dockerfile/dockerfile2llb/convert_copy.go`, `solver/llbsolver/file/backend.go` (`docopy`)
and `unpack.go`; fsutil, `copy/copy.go`. What comes of the context belongs to root whatever USER is. A folder brings
what lies in it and not itself: one that is there keeps its owner and mode, those in it take the ones that are copied.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.account_files import PASSWD, account_files, replace_accounts
from dropcap.images.build_context import ContextFile
from dropcap.images.copied_stages import copy_between
from dropcap.images.dockerignore import TooManyStepsError, patterns_of
from dropcap.images.facts import ABSENT, File, FileKind, UnknownFact
from dropcap.images.file_modes import changed_mode
from dropcap.images.path_patterns import BadPatternError, has_wildcard

if TYPE_CHECKING:
    from dropcap.images.build_context import BuildContext
    from dropcap.images.copy_request import CopyRequest
    from dropcap.images.dockerignore import Ignored
    from dropcap.images.facts import Unread
    from dropcap.images.tree import FileTree
    from dropcap.source import Source

__all__ = ["Copies"]

_ARCHIVES = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
"""What compressed files begin with that the builder unpacks, if an archive is in them."""
_ARCHIVE_NAMES = (".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".zst")
_PROGRAM_FOLDERS = frozenset(
    {"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/lib", "/usr/local/lib"}
)
_HEAD = 512
_OF_ADDRESSES = 0o600


class Copies:
    """Puts into a tree what one COPY or ADD brings."""

    def __init__(self, request: CopyRequest, tree: FileTree, context: BuildContext, origin: FileTree | None) -> None:
        """Take what is asked for.

        Args:
            request: it.
            tree: where it is put.
            context: the files of the build.
            origin: the files of the stage that `--from` names; None where it names none that is known.

        """
        self.request = request
        self.tree = tree
        self.context = context
        self.origin = origin
        self.place = tree.end(request.place)
        self.where = request.step.value
        self.made = File(FileKind.FILE, request.owner, request.group, request.bits, where=self.where)

    def put_all(self) -> None:
        """Put each source."""
        for written, source in self.request.sources:
            if source is None or self.request.mode is None:
                self._put_unknown(f"it is not known what {written} copies")
            elif written.startswith("<<"):
                self._put_heredoc(written)
            elif self.request.origin:
                self._put_of_stage(source)
            elif "://" in source or source.startswith("git@"):
                self._put_address(source)
            else:
                self._put_of_context(source)
            self._note_accounts(written, source)

    # What is put.

    def _file(self, name: str, content: Source | Unread | None = None, mode: int | None = None) -> None:
        """Put a file at the place, or into it where that is a folder."""
        here = self.tree.look(self.place)
        is_inside = self.request.is_folder or (isinstance(here, File) and here.kind is FileKind.FOLDER)
        end = posixpath.join(self.place, name) if is_inside else self.place
        self._put(end, self.made._replace(content=content, mode=self._mode(mode)))

    def _mode(self, own: int | None, *, is_folder: bool = False) -> int | None:
        """Return a mode behind what `--chmod` does to it."""
        if not self.request.mode:
            return own
        return self.made.mode if self.made.mode is not None else _sure_mode(own, self.request.mode, is_folder=is_folder)

    def _put(self, path: str, file: File, *, is_new: bool = False) -> None:
        """Put a file; folders above it that are not there get the owner that is given, as the builder has it."""
        folder, missing = posixpath.dirname(path), list[str]()
        while folder != "/" and self.tree.look(folder) is ABSENT:
            missing.append(folder)
            folder = posixpath.dirname(folder)
        for one in reversed(missing):
            mode = None if self.request.mode else 0o755  # newer builders give them the mode as well
            self.tree.put(one, self.made._replace(kind=FileKind.FOLDER, mode=mode), is_new=True)
        self.tree.put(path, file, is_new=is_new)

    def _folder(self, path: str) -> None:
        """Make the folder that something is put into, where it is not there."""
        here = self.tree.look(path)
        if isinstance(here, File):
            return
        mode = None if self.request.mode or here is not ABSENT else 0o755
        owned = self.made if here is ABSENT else self.made._replace(owner=None, group=None)
        self._put(path, owned._replace(kind=FileKind.FOLDER, mode=mode), is_new=here is ABSENT)

    def _unknown(self, reason: str) -> UnknownFact:
        return UnknownFact(reason, roots=self.made.owner == "0", where=self.where)

    def _put_unknown(self, reason: str, name: str = "", *, is_owned: bool = True) -> None:
        """Note that something is put at the place: nobody knows what, but perhaps whom it belongs to."""
        unknown = self._unknown(reason) if is_owned else UnknownFact(reason, where=self.where)
        if name:
            here = self.tree.look(self.place)
            is_inside = self.request.is_folder or (isinstance(here, File) and here.kind is FileKind.FOLDER)
            end = posixpath.join(self.place, name) if is_inside else self.place
            there = self.tree.look(end)
            if not isinstance(there, File) or there.kind is not FileKind.FOLDER:
                owned = self.made if is_owned else self.made._replace(owner=None, group=None)
                self._put(end, owned._replace(mode=self.made.mode))
        self.tree.open_below(self.place, unknown)
        if self.place in _PROGRAM_FOLDERS and name:  # what is put there by name is one more program
            return
        for path, file in self.tree.below(self.place):  # it may be replaced by one of another owner
            is_same = is_owned and (file.owner, file.group) == (self.made.owner, self.made.group)
            kept = file if is_same else file._replace(owner=None, group=None)
            self.tree.put(path, kept._replace(content=None, mode=None))

    def _note_accounts(self, written: str, source: str | None) -> None:
        """Have other accounts where the files that hold them are copied."""
        name = posixpath.basename((source or "").rstrip("/"))
        for file, inner in account_files(self.place):
            unknown = UnknownFact(f"it is not known what {written} copies to {file}", where=self.where)
            path = source if not inner or inner == name else None if source is None else posixpath.join(source, inner)
            if path is None or has_wildcard(path):
                replace_accounts(self.tree, file, None, unknown)
            elif written.startswith("<<"):
                self._take_text(file, unknown)
            elif self.request.origin:
                self._take_of_stage(file, path, unknown)
            elif "://" in path or self._is_archive(source or ""):
                replace_accounts(self.tree, file, None, unknown)
            elif not inner or self.context.look(path) is not ABSENT:
                self._take_text(file, unknown)

    def _take_text(self, file: str, unknown: UnknownFact) -> None:
        """Have the accounts of a file that is put."""
        replace_accounts(self.tree, file, self.tree.text(file), unknown)

    def _take_of_stage(self, file: str, path: str, unknown: UnknownFact) -> None:
        if self.origin is None or (path != file and self.origin.look(path) is not ABSENT):
            replace_accounts(self.tree, file, None, unknown)
        elif path == file:
            self.tree.take_accounts(self.origin, groups=file != PASSWD)

    # Where it comes from.

    def _put_heredoc(self, written: str) -> None:
        name = written.lstrip("<-").strip("'\"\\")
        text = next((text for one, text in self.request.step.contents if one == name), None)
        self._file(name, text, 0o644)

    def _put_of_stage(self, source: str) -> None:
        request = self.request
        is_plain = self.origin is not None and not request.excluded and not request.keeps_parents
        end = f"{self.place}/" if request.is_folder else self.place
        made = self.made._replace(mode=self._mode(None))
        is_plain = is_plain and (not request.mode or made.mode is not None)
        keeps_owner = not request.has_owner
        if (
            is_plain
            and self.origin is not None
            and copy_between(self.origin, self.tree, source, end, made, keeps_owner=keeps_owner)
        ):
            return
        name = "" if has_wildcard(source) or request.keeps_parents else posixpath.basename(source.rstrip("/"))
        self._put_unknown(f"what {source} is in {request.origin} is not known", name, is_owned=request.has_owner)

    def _put_address(self, source: str) -> None:
        """Put what is fetched: a file that root alone may read, or what a repository holds."""
        path = source.partition("?")[0].partition("#")[0]
        if source.startswith(("http://", "https://")) and not path.endswith(".git"):
            if self.request.unpacks:
                self._unpack(source)
                return
            name = posixpath.basename(path.partition("://")[2].partition("/")[2])
            self._file(name or "__unnamed__", mode=_OF_ADDRESSES)
            return
        self._folder(self.place)
        self._put_unknown(f"what {source} holds is not known")

    def _put_of_context(self, source: str) -> None:
        if has_wildcard(source):
            for one in self.context.matching(source) or ():
                self._put_found(one, source)
            self.tree.open_below(self.place, self._unknown(f"it is not known which files {source} means in a build"))
            return
        found = self.context.look(source)
        if isinstance(found, ContextFile):
            self._put_found(found, source)
            return
        reason = found.reason if isinstance(found, UnknownFact) else f"{source} does not exist before the build"
        name = posixpath.basename(source.rstrip("/")) if not self.request.keeps_parents else ""
        if self._may_be_unpacked(source, None):
            self._unpack(source)
        else:
            self._put_unknown(reason, name)

    def _put_found(self, found: ContextFile, source: str) -> None:
        if self.request.keeps_parents:
            self._put_with_parents(found, source)
        elif found.is_folder:
            self._put_folder(found.path, self.place)
        elif self.request.excluded:  # whether they hold for a file that is named, builders do not agree
            self._put_unknown(f"it is not known whether {source} is excluded", posixpath.basename(found.path))
        elif self._may_be_unpacked(found.path, self.context.head(found.path, _HEAD)):
            self._unpack(found.path)
        else:
            self._file(posixpath.basename(found.path), self.context.content(found.path))

    def _put_with_parents(self, found: ContextFile, source: str) -> None:
        """Put a source below the folders that it lies in, from `/./` in its name on."""
        pivot = posixpath.normpath("/" + source.partition("/./")[0]).strip("/") if "/./" in source else ""
        end = posixpath.join(self.place, found.path[len(pivot) :].lstrip("/"))
        folder = posixpath.dirname(end)
        while folder not in {self.place, "/"}:
            if not isinstance(self.tree.look(folder), File):
                self._put(folder, self.made._replace(kind=FileKind.FOLDER, mode=self._mode(None, is_folder=True)))
            folder = posixpath.dirname(folder)
        if found.is_folder:
            self._put_folder(found.path, end)
        elif self.request.excluded:
            self._put_unknown(f"it is not known whether {source} is excluded")
        else:
            self._put(end, self.made._replace(content=self.context.content(found.path), mode=self._mode(None)))

    def _put_folder(self, folder: str, place: str) -> None:
        """Put what lies in a folder of the context; a build may find more there."""
        self._folder(place)
        files, _ = self.context.below(folder)
        try:
            left = self._left(folder, files)
        except (BadPatternError, TooManyStepsError):
            left = []
        made = self.made._replace(mode=self._mode(None))
        made_folder = self.made._replace(kind=FileKind.FOLDER, mode=self._mode(None, is_folder=True))
        above = posixpath.join(place, "")
        for file in left:
            end = above + file.path[len(folder) :].lstrip("/")
            if file.is_folder:
                self._put(end, made_folder, is_new=self.tree.look(end) is ABSENT)
            else:
                self._put(end, made._replace(content=self.context.content(file.path)))
        unknown = self._unknown(f"it is not known what else is in {folder or 'the context'} in a build")
        self.tree.open_below(place, unknown)

    def _left(self, folder: str, files: list[ContextFile]) -> list[ContextFile]:
        """Return the files that `--exclude` leaves.

        Raises:
            BadPatternError: the builder refuses a pattern, or it is not known.
            TooManyStepsError: that takes too long.

        """
        if not self.request.excluded:
            return files
        if None in self.request.excluded:
            raise BadPatternError("a pattern is not known")
        patterns = patterns_of(one for one in self.request.excluded if one is not None)
        asked: dict[str, Ignored] = {}
        found = []
        for file in files:
            path = file.path[len(folder) :].lstrip("/")
            asked[path] = patterns.ask(path, asked.get(posixpath.dirname(path)))
            if not asked[path].is_out:
                found.append(file)
        return found

    # Archives.

    def _is_archive(self, source: str) -> bool:
        found = self.context.look(source)
        head = self.context.head(found.path, _HEAD) if isinstance(found, ContextFile) and not found.is_folder else None
        return self._may_be_unpacked(source, head)

    def _may_be_unpacked(self, path: str, head: bytes | None) -> bool:
        """Return whether a local file may be an archive that is unpacked."""
        unpacks = self.request.is_add if self.request.unpacks is None else self.request.unpacks
        if not unpacks:
            return False
        if head is None:
            return path.endswith(_ARCHIVE_NAMES)
        return head.startswith(_ARCHIVES) or b"\0" in head

    def _unpack(self, source: str) -> None:
        """Forget what lies at the place: an archive says whom its files belong to, those of folders too."""
        self._folder(self.place)
        unknown = UnknownFact(f"what the archive {source} holds is not known", where=self.where)
        self.tree.overwrite(self.place, unknown)


def _sure_mode(mode: int | None, change: str, *, is_folder: bool) -> int | None:
    """Return a mode after a symbolic change, whose classes are all named; the builder has no umask."""
    if not all(clause.startswith(("u", "g", "o", "a")) for clause in change.split(",")):
        return None
    return changed_mode(mode, change, is_folder=is_folder)
