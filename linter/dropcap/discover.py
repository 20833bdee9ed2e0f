"""Paths on the command line become files, each with the carrier that it is.

Folders are walked as git sees them: what `.gitignore` excludes and git does not track is not looked at. Files are
known by name, and where the name says nothing by content. Nothing outside a walked folder is read.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.registry import (
    bytes_to_recognise,
    carrier_of_content,
    carrier_of_name,
    is_walked,
    is_yaml,
    may_be_known,
)
from dropcap.model import Failure, Level
from dropcap.namedtuple import NamedTuple
from dropcap.paths import shown
from dropcap.real_paths import is_below, is_path, real_path, repository_top, root_of
from dropcap.workspace import NotReadError, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dropcap.gitignore import Ignores
    from dropcap.workspace import Entry

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__"})
MAX_FOLDERS = 200_000
"""How many folders one walk looks into."""


class Target(NamedTuple):
    """A file to check.

    Attributes:
        path: as it is to be printed: relative to the current folder if it lies in it, and else as it was given.
        carrier: how to read it; None where its name says nothing and its content has to.
        named: whether it was named itself, not found in a folder.
        over: the Compose files that are laid over it, the strongest last.
        root: the folder that nothing is read outside of; None where the file's own place decides.
        given: the paths that a person named, which are read wherever they lie.

    """

    path: str
    carrier: str | None
    named: bool
    over: tuple[str, ...] = ()
    root: str | None = None
    given: tuple[str, ...] = ()


class Walked(NamedTuple):
    """What was found in folders.

    Attributes:
        paths: the absolute paths of the files.
        env_folders: the folders that have a file of variables.

    """

    paths: Collection[str] = frozenset()
    env_folders: Collection[str] = ()


_NOT_WALKED = Walked()


class Discovery(NamedTuple):
    """What was found.

    Attributes:
        targets: the files to check.
        failures: what could not be looked at.
        left_out: what ignore rules leave out.

    """

    targets: list[Target]
    failures: list[Failure]
    left_out: list[str]


def discover(
    paths: Sequence[str],
    exclude: Sequence[str] = (),
    *,
    as_discovered: bool = False,
    markdown: bool = False,
    overlay: dict[str, bytes] | None = None,
) -> Discovery:
    """Find the files to check; those of one Compose project are one target.

    Args:
        paths: files and folders, as given.
        exclude: patterns in the manner of `.gitignore`, relative to each walked folder.
        as_discovered: whether a file that is named counts as one found by a walk of the current folder: one that is
            excluded is left out, and one of another kind is left alone. What git ignores is no matter then.
        markdown: whether Markdown is looked at that is not named by itself.
        overlay: texts that stand in for files, by real path.

    Raises:
        PatternError: one of `exclude` means nothing.

    """
    targets: dict[str, Target] = {}
    walk = _Walk(exclude, overlay)
    for path in map(shown, paths):
        found: Iterable[Target]
        if is_path(path) and os.path.isdir(path):
            found = walk.folder(path)
        elif as_discovered:
            found = walk.as_discovered(path)
        else:
            key = os.path.abspath(path)
            first = targets.get(key)
            shown_path = first.path if first else path
            targets[key] = Target(shown_path, carrier_of_name(path), named=True, given=(shown_path,))
            continue
        for target in found:
            if target.carrier is not None and not is_walked(target.carrier) and not markdown:
                continue
            targets.setdefault(os.path.abspath(target.path), target)
    walked = Walked({path for path, target in targets.items() if not target.named}, walk.env_folders)
    projects = together(list(targets.values()), walk.failures, overlay, walked)
    if as_discovered:
        projects = [target._replace(named=False) for target in projects]
    return Discovery(projects, walk.failures, walk.left_out)


def together(
    targets: Sequence[Target],
    failures: list[Failure] | None = None,
    overlay: dict[str, bytes] | None = None,
    walked: Walked = _NOT_WALKED,
) -> list[Target]:
    """Make one target of the Compose files of each project, at the place of the first; the others stay alone.

    Of a folder that was walked only files count that were found in it; beside a file that was named all that are
    there count, as they do for Docker Compose. The `.env` of a folder may list files that nothing else tells of.

    Args:
        targets: the files.
        failures: gathers what of a project cannot be found out.
        overlay: texts that stand in for files, by real path.
        walked: what was found in folders.

    """
    folders: dict[str, tuple[tuple[str, ...], str]] = {}
    seen: dict[str, int] = {}
    result: list[Target] = []
    for target in targets:
        files: tuple[str, ...] = ()
        root = target.root
        if target.carrier in (None, "compose") and not target.over and is_yaml(target.path):
            folder = os.path.dirname(target.path)
            if folder not in folders:
                folders[folder] = _files_of(folder, None if target.named else walked, overlay, failures)
            files, own_root = folders[folder]
            root = root or own_root
        is_own = bool(files) and (target.path in files or os.path.abspath(target.path) in map(os.path.abspath, files))
        if files and not is_own and files[0] not in seen and _are_listed(files):
            seen[files[0]] = len(result)
            result.append(target._replace(path=files[0], carrier="compose", over=files[1:], root=root, given=()))
        if not is_own:
            result.append(target)
        elif files[0] not in seen:
            seen[files[0]] = len(result)
            result.append(target._replace(path=files[0], carrier="compose", over=files[1:], root=root))
        elif target.named:
            first = result[seen[files[0]]]
            result[seen[files[0]]] = first._replace(named=True, given=(*first.given, *target.given))
    for folder in walked.env_folders:
        files, root = ((), "") if folder in folders else _files_of(folder, walked, overlay, failures)
        if files and files[0] not in seen:
            result.append(Target(files[0], "compose", named=False, over=files[1:], root=root))
    return result


def _are_listed(files: Sequence[str]) -> bool:
    """Return whether a folder's `.env` lists its project's files: Docker Compose takes no others by itself."""
    from dropcap.carriers.compose.project_files import is_main

    return not is_main(files[0])


def _files_of(
    folder: str,
    walked: Walked | None,
    overlay: dict[str, bytes] | None,
    failures: list[Failure] | None,
) -> tuple[tuple[str, ...], str]:
    """Return the files of a folder's project, and where that ends."""
    from dropcap.carriers.compose.project_files import project_files, walked_files  # not for a file of another kind

    root = root_of(folder or os.curdir)
    if walked is not None and not overlay and folder not in walked.env_folders:
        return walked_files(folder, walked.paths), root  # it has all, as no `.env` lists others
    # Which files a project has a file of it says, so they lie where the project lies.
    project = project_files(folder, Workspace(root, overlay), walked.paths if walked is not None else None)
    if failures is not None:
        failures += project.failures
    return project.paths, root


class _Walk:
    """Looks for files, and remembers what it could not look at and what it was to leave out."""

    def __init__(self, exclude: Sequence[str], overlay: dict[str, bytes] | None) -> None:
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
        inside = workspace.at(real_root)
        own = Ignores().with_lines(real_root, self._exclude)
        pending = [(root, real_root, self._outer_ignores(real_root, workspace))]
        count = 0
        while pending:
            folder, real, ignores = pending.pop()
            count += 1
            if count > MAX_FOLDERS:
                self._tell(
                    folder, f"more than {MAX_FOLDERS:,} folders: the rest of {root} is not looked at; exclude some"
                )
                return
            try:
                entries = workspace.entries(folder)
            except NotReadError as error:
                self.failures.append(error.failure(Level.ERROR))
                continue
            self._note_variables(folder, entries)
            if any(entry.name == ".gitignore" for entry in entries):
                ignores = self._with_file(ignores, real, os.path.join(folder, ".gitignore"), workspace)
            folders = []
            for entry in entries:
                path = entry.name if folder == "." else os.path.join(folder, entry.name)
                if entry.name in _SKIPPED_FOLDERS if entry.is_folder else not may_be_known(path):
                    continue
                at = os.path.join(real, entry.name)
                if self._is_ignored(at, (own, ignores), workspace, is_folder=entry.is_folder):
                    self.left_out.append(path)
                elif entry.is_folder:
                    folders.append((path, at, ignores))
                elif target := self._candidate(path, inside, is_link=entry.is_link):
                    yield target._replace(root=workspace.root)
            pending += reversed(folders)

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
                message = f"is a link that leads out of the folder: not followed; {advice}"
                self._tell(path, message, Level.ERROR if named else Level.NOTE)
            return None
        if is_link and os.path.islink(path) and not os.path.exists(path):  # nor does one that leads back to itself
            if is_expected:
                self._tell(path, "is a link that leads nowhere: nothing to check there", Level.NOTE)
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
            self._tell(path, f"{error.reason}: what it leaves out is checked", Level.NOTE)
            return ignores
        if text.count("\n") > MAX_PATTERNS:
            self._tell(path, f"has more than {MAX_PATTERNS:,} lines: those behind leave nothing out", Level.NOTE)
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
                what = "files that are ignored and tracked all the same are left out; name them to have them checked"
                self._tell(shown(top), f"which files git tracks is not known, {error}: {what}", Level.NOTE)
        return os.path.relpath(at, top).replace(os.sep, "/") in self._tracked[top]

    def _tell(self, path: str, message: str, level: Level = Level.ERROR) -> None:
        self.failures.append(Failure(shown(path), message, level))


def stdin_target(path: str, data: bytes) -> tuple[list[Target], list[Failure], dict[str, bytes]]:
    """Return what to check where a text stands in for a file: the project that the file belongs to.

    Args:
        path: the file's path, whether it is there or not.
        data: its text.

    Returns:
        The targets, what could not be looked at, and the overlay to read them with.

    """
    overlay = {real_path(path): data}
    failures: list[Failure] = []
    target = Target(path, carrier_of_name(path), named=True, given=(path,))
    return together([target], failures, overlay), failures, overlay
