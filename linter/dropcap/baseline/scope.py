"""Which of the findings that were known a run can tell to be fixed: what it did not look at is not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.model import Level
from dropcap.namedtuple import NamedTuple
from dropcap.real_paths import is_below, real_folder_of, real_path, root_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dropcap.model import Failure, KnownFinding
    from dropcap.report import Standing


class Judged(NamedTuple):
    """What became of known findings that were not found any more.

    Attributes:
        fixed: those that are gone.
        unsure: those of which nobody can say: a file could not be read, or a part of the container is not known.
        elsewhere: those that the run did not look for.

    """

    fixed: tuple[KnownFinding, ...]
    unsure: tuple[KnownFinding, ...]
    elsewhere: tuple[KnownFinding, ...]


class Scope(NamedTuple):
    """What a run looks at.

    Attributes:
        folders: the folders that are walked, as they were given.
        rules: the ids of the rules that are asked.
        failures: what could not be looked at beside the files.
        is_part: whether only a part of the containers of a file is looked at, as with a profile.

    """

    folders: tuple[str, ...]
    rules: frozenset[str]
    failures: tuple[Failure, ...] = ()
    is_part: bool = False

    def judged(self, standing: Standing, left: Sequence[KnownFinding]) -> Judged:
        """Say of each known finding that was not found whether it is fixed."""
        if not left:
            return Judged((), (), ())
        seen = _Seen(self, standing)
        found: dict[str, list[KnownFinding]] = {"fixed": [], "unsure": [], "elsewhere": []}
        for one in left:
            found[seen.verdict(one)].append(one)
        return Judged(tuple(found["fixed"]), tuple(found["unsure"]), tuple(found["elsewhere"]))


class _Seen:
    """The files and containers that a run has looked at, by their real paths."""

    def __init__(self, scope: Scope, standing: Standing) -> None:
        self._scope = scope
        self._folders = [real_folder_of(folder) for folder in scope.folders]
        failed = [*scope.failures, *(failure for result in standing.results for failure in result.failures)]
        self._unread = _real(failure.path for failure in failed if failure.level is not Level.NOTE)
        self._checked: set[str] = set()
        tops = {root_of(folder) for folder in scope.folders}
        self._containers: dict[tuple[str, str, str], bool] = {}
        for result in standing.results:
            own = {result.path, *result.parts, *(path for path, _ in result.bases)} if result.read else set()
            tops.update(root_of(os.path.dirname(path)) for path in own)
            if any(failure.level is not Level.NOTE for failure in result.failures):
                self._unread |= own
            self._checked |= own
            for container in result.containers:
                path = real_path(container.source.to_root(container.span)[0].path)
                key = (path, container.kind.value, container.name)
                self._containers[key] = self._containers.get(key, True) and not container.unknowns
        self._workspaces = [Workspace(top) for top in sorted(tops)]

    def verdict(self, one: KnownFinding) -> str:
        """Return the name of the list that a finding belongs to."""
        if one.rule not in self._scope.rules:
            return "elsewhere"
        places = [(workspace, os.path.join(workspace.root, one.path)) for workspace in self._workspaces]
        verdicts = {self._of_file(one, path, workspace) for workspace, path in places}
        return next((name for name in ("unsure", "fixed") if name in verdicts), "elsewhere")

    def _of_file(self, one: KnownFinding, path: str, workspace: Workspace) -> str:
        if not self._unread.isdisjoint(_with_folders(path)):
            return "unsure"
        if path in self._checked:
            known = self._containers.get((path, one.kind, one.name))
            if known is None:
                return "elsewhere" if self._scope.is_part else "fixed"
            return "fixed" if known else "unsure"
        is_gone = not workspace.is_file(path) and any(is_below(path, folder) for folder in self._folders)
        return "fixed" if is_gone else "elsewhere"


def _with_folders(path: str) -> Iterator[str]:
    """Yield a path and the folders that it lies in."""
    above = os.path.dirname(path)
    while path != above:
        yield path
        path, above = above, os.path.dirname(above)
    yield path


def _real(paths: Iterable[str]) -> set[str]:
    return {real_path(path) for path in paths if path}


def walked_folders(paths: Collection[str]) -> tuple[str, ...]:
    """Return which of the paths that were given are folders."""
    return tuple(path for path in paths if Workspace(path).is_folder(path))
