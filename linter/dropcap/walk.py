"""The walk through folders, as git sees them: what `.gitignore` excludes and git does not track is not looked at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.registry import bytes_to_recognise, carrier_of_content, carrier_of_name, is_yaml, may_be_known
from dropcap.model import Failure, Level
from dropcap.namedtuple import NamedTuple
from dropcap.paths import shown
from dropcap.real_paths import is_below, is_path, repository_top, root_of
from dropcap.targets import Target
from dropcap.workspace import NotReadError, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from dropcap.gitignore import Ignores
    from dropcap.workspace import Entry

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__"})
MAX_FOLDERS = 200_000
"""How many folders one walk looks into."""


class _Place(NamedTuple):
    """A folder of a walk.

    Attributes:
        folder: its path, as it is to be printed.
        real: its real path.
        workspace: the door to the project that it lies in.
        inside: the same, but no further than the folder that is walked.
        ignores: what git leaves out in it.

    """

    folder: str
    real: str
    workspace: Workspace
    inside: Workspace
    ignores: Ignores


class Walk:
    """Looks for files, and remembers what it could not look at and what it was to leave out."""

    def __init__(self, exclude: Sequence[str], overlay: Mapping[str, bytes] | None) -> None:
        """Take the patterns of what to leave out, and the texts that stand in for files."""
        self.failures: list[Failure] = []
        self.left_out: list[str] = []
        self.env_folders: dict[str, None] = {}
        self._exclude = exclude
        self._overlay = overlay
        self._tracked: dict[str, Collection[str]] = {}

    def folder(self, root: str) -> Iterator[Target]:
        """Yield the files below a folder in a fixed order."""
        from dropcap.gitignore import Ignores  # not for a file that is named

        real_root = os.path.realpath(root)
        workspace = Workspace(root_of(root), self._overlay, [root])
        own = Ignores().with_lines(real_root, self._exclude)
        here = _Place(root, real_root, workspace, workspace.at(real_root), self._outer_ignores(real_root, workspace))
        pending = [here]
        count = 0
        while pending:
            here = pending.pop()
            folder = here.folder
            count += 1
            if count > MAX_FOLDERS:
                self._tell(
                    folder,
                    f"more than {MAX_FOLDERS:,} folders: dropcap does not look at the rest of {root}; exclude some",
                )
                return
            try:
                entries = here.workspace.entries(folder)
            except NotReadError as error:
                self.failures.append(error.failure(Level.ERROR))
                continue
            self._note_variables(folder, entries)
            here = self._entered(here, {entry.name for entry in entries})
            folders = []
            for entry in entries:
                path = entry.name if folder == "." else os.path.join(folder, entry.name)
                if entry.name in _SKIPPED_FOLDERS if entry.is_folder else not may_be_known(path):
                    continue
                at = os.path.join(here.real, entry.name)
                if self._is_ignored(at, (own, here.ignores), here.workspace, is_folder=entry.is_folder):
                    self.left_out.append(path)
                elif entry.is_folder:
                    folders.append(here._replace(folder=path, real=at))
                elif target := self._candidate(path, here.inside, is_link=entry.is_link):
                    yield target._replace(root=here.workspace.root)
            pending += reversed(folders)

    def _entered(self, place: _Place, names: Collection[str]) -> _Place:
        """Return a folder with what its entries say: that it is a repository, and what git leaves out in it."""
        if ".git" in names and place.inside.root != place.real:
            # A repository is a project of its own, as if it were the folder that is walked.
            workspace = Workspace(place.real, self._overlay)
            ignores = self._outer_ignores(place.real, workspace)
            place = place._replace(workspace=workspace, inside=workspace, ignores=ignores)
        if ".gitignore" not in names:
            return place
        path = os.path.join(place.folder, ".gitignore")
        return place._replace(ignores=self._with_file(place.ignores, place.real, path, place.workspace))

    def _note_variables(self, folder: str, entries: Sequence[Entry]) -> None:
        """Remember a folder whose file of variables may list the files of a project."""
        if any(entry.name == ".env" and not entry.is_folder for entry in entries):
            self.env_folders["" if folder == "." else os.path.dirname(os.path.join(folder, ".env"))] = None

    def as_discovered(self, path: str) -> Iterator[Target]:
        """Yield a file that is named, unless a walk of the current folder would leave it out."""
        if not is_path(path) or not may_be_known(path):
            return
        from dropcap.gitignore import Ignores

        here = os.path.realpath(os.curdir)
        ignores = Ignores().with_lines(here, self._exclude)
        at = os.path.abspath(path)
        folders, folder = [], os.path.dirname(at)
        while folder.startswith(os.path.join(here, "")):
            folders.append(folder)
            folder = os.path.dirname(folder)
        if any(ignores.match(folder, is_folder=True) for folder in folders) or ignores.match(at, is_folder=False):
            self.left_out.append(path)
        elif target := self._candidate(path, Workspace(root_of(os.curdir), self._overlay), is_link=True, named=True):
            # Beside a file that is named all of its project counts, though only it was changed.
            yield target._replace(named=True)

    def _candidate(self, path: str, workspace: Workspace, *, is_link: bool, named: bool = False) -> Target | None:
        """Take what may be a file to check as one, if its name or its content says so.

        Args:
            path: as it is to be printed.
            workspace: the door to it.
            is_link: whether it, or a folder on its way, may be a link.
            named: whether a person asked for this very file, so that one that is not looked at is an error.

        """
        carrier = carrier_of_name(path)
        # Of a file without a suffix nobody expects that it is a script.
        is_expected = carrier is not None or is_yaml(path) or path.endswith((".container", ".kube"))
        if is_link and workspace.is_outside(path):
            if is_expected:
                advice = (
                    "exclude it, or name it without --as-discovered" if named else "name the file to have it checked"
                )
                message = f"is a link out of the folder, and dropcap does not follow it; {advice}"
                self._tell(path, message, Level.ERROR if named else Level.NOTE)
            return None
        if is_link and os.path.islink(path) and not os.path.exists(path):  # nor does one that leads back to itself
            if is_expected:
                self._tell(path, "is a link to a file that does not exist: dropcap checks nothing there", Level.NOTE)
            return None
        try:
            if carrier is not None:
                workspace.check(path)
            else:
                carrier = carrier_of_content(path, workspace.read(path, bytes_to_recognise(path)))
        except NotReadError as error:
            if not os.path.isdir(path):
                self.failures.append(error.failure(Level.ERROR if is_expected else Level.NOTE))
            return None
        return Target(path, carrier, named=False) if carrier else None

    def _outer_ignores(self, folder: str, workspace: Workspace) -> Ignores:
        """Collect the patterns of the repository that a folder lies in, from its top to the parent."""
        from dropcap.gitignore import Ignores

        top = repository_top(folder)
        if top is None:
            return Ignores()
        above: list[str] = []
        while folder != top:
            folder = os.path.dirname(folder)
            above.append(folder)
        ignores = self._with_file(Ignores(), top, os.path.join(top, ".git", "info", "exclude"), workspace)
        for parent in reversed(above):
            ignores = self._with_file(ignores, parent, os.path.join(parent, ".gitignore"), workspace)
        return ignores

    def _with_file(self, ignores: Ignores, folder: str, path: str, workspace: Workspace) -> Ignores:
        """Add the patterns of a file, if it is there; one that cannot be read leaves nothing out."""
        from dropcap.gitignore import MAX_PATTERNS

        if not workspace.is_file(path):
            return ignores
        try:
            text = workspace.read(path).decode("utf-8", "replace")
        except NotReadError as error:
            self._tell(path, f"{error.reason}: dropcap checks also what it ignores", Level.NOTE)
            return ignores
        if text.count("\n") > MAX_PATTERNS:
            self._tell(path, f"has more than {MAX_PATTERNS:,} lines: dropcap ignores the lines after these", Level.NOTE)
        return ignores.with_text(folder, text)

    def _is_ignored(self, at: str, ignores: tuple[Ignores, Ignores], workspace: Workspace, *, is_folder: bool) -> bool:
        """Return whether a path is left out: by our own patterns, or by git's and git does not track it."""
        ours, gits = ignores
        if ours.match(at, is_folder=is_folder):
            return True
        return gits.match(at, is_folder=is_folder) and not self._is_tracked(at, workspace)

    def _is_tracked(self, at: str, workspace: Workspace) -> bool:
        """Return whether git tracks a file, or one in a folder, although it is ignored."""
        top = repository_top(os.path.dirname(at))
        if top is None or not is_below(top, workspace.root):
            return False
        if top not in self._tracked:
            from dropcap.git_index import IndexUnknownError, tracked_files

            try:
                self._tracked[top] = tracked_files(top, workspace)
            except IndexUnknownError as error:
                self._tracked[top] = ()
                what = "dropcap skips tracked files that an ignore rule names; name them to check them"
                self._tell(
                    shown(top), f"dropcap does not know which files git tracks, because {error}: {what}", Level.NOTE
                )
        return os.path.relpath(at, top).replace(os.sep, "/") in self._tracked[top]

    def _tell(self, path: str, message: str, level: Level = Level.ERROR) -> None:
        self.failures.append(Failure(shown(path), message, level))
