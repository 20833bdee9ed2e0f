"""Paths on the command line become files, each with the carrier that it is.

Folders are walked as git sees them: what `.gitignore` excludes and git does not track is not looked at. Files are
known by name, and where the name says nothing by content. Nothing outside a walked folder is read.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.registry import carrier_of_name, is_walked, is_yaml
from dropcap.namedtuple import NamedTuple
from dropcap.paths import shown
from dropcap.real_paths import is_path, real_path, root_of
from dropcap.targets import Target
from dropcap.walk import Walk
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from dropcap.configured import Configurations
    from dropcap.model import Failure

__all__ = ["Discovery", "Target", "Walked", "discover", "stdin_target", "together"]


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
        markdown: a file of Markdown that was found and is looked at only where somebody asks; empty for none.

    """

    targets: list[Target]
    failures: list[Failure]
    left_out: list[str]
    markdown: str = ""


def discover(
    paths: Sequence[str],
    exclude: Sequence[str] = (),
    *,
    as_discovered: bool = False,
    markdown: bool = False,
    overlay: Mapping[str, bytes] | None = None,
    configurations: Configurations | None = None,
) -> Discovery:
    """Find the files to check; those of one Compose project are one target.

    Args:
        paths: files and folders, as given.
        exclude: patterns in the manner of `.gitignore`, relative to each walked folder.
        as_discovered: whether a file that is named counts as one found by a walk of the current folder: one that is
            excluded is left out, and one of another kind is left alone. What git ignores is no matter then.
        markdown: whether Markdown is looked at that is not named by itself.
        overlay: texts that stand in for files, by real path.
        configurations: says of files that a walk finds what their own configurations leave out, and whether these
            take Markdown.

    Raises:
        PatternError: one of `exclude` means nothing.

    """
    targets: dict[str, Target] = {}
    walk = Walk(exclude, overlay)
    unasked = ""
    for path in _projects_of_variables(map(shown, paths), walk.failures, overlay):
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
            if configurations and configurations.leaves_out(target.path):
                walk.left_out.append(target.path)
                continue
            if target.carrier is not None and not is_walked(target.carrier):
                is_taken = configurations.takes_markdown(target.path) if configurations else markdown
                if not is_taken:
                    unasked = unasked or target.path
                    continue
            targets.setdefault(os.path.abspath(target.path), target)
    walked = Walked({path for path, target in targets.items() if not target.named}, walk.env_folders)
    projects = together(list(targets.values()), walk.failures, overlay, walked)
    if as_discovered:
        projects = [target._replace(named=False) for target in projects]
    return Discovery(projects, walk.failures, walk.left_out, unasked)


def _projects_of_variables(
    paths: Iterable[str], failures: list[Failure], overlay: Mapping[str, bytes] | None
) -> Iterator[str]:
    """Yield paths; for a file of variables, a `.env`, the first file of the project beside it, where there is one."""
    for path in paths:
        folder, name = os.path.split(path)
        if name == ".env" and is_path(path) and not os.path.isdir(path):
            files, _ = _files_of(folder, None, overlay, failures, {})
            yield files[0] if files else path
        else:
            yield path


def together(
    targets: Sequence[Target],
    failures: list[Failure] | None = None,
    overlay: Mapping[str, bytes] | None = None,
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
    tops: dict[str, str | None] = {}
    seen: dict[str, int] = {}
    result: list[Target] = []
    for target in targets:
        files: tuple[str, ...] = ()
        root = target.root
        if target.carrier in (None, "compose") and not target.over and is_yaml(target.path):
            folder = os.path.dirname(target.path)
            if folder not in folders:
                folders[folder] = _files_of(folder, None if target.named else walked, overlay, failures, tops)
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
        files, root = ((), "") if folder in folders else _files_of(folder, walked, overlay, failures, tops)
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
    overlay: Mapping[str, bytes] | None,
    failures: list[Failure] | None,
    tops: dict[str, str | None],
) -> tuple[tuple[str, ...], str]:
    """Return the files of a folder's project, and where that ends."""
    from dropcap.carriers.compose.project_files import project_files, walked_files  # not for a file of another kind

    root = root_of(folder or os.curdir, tops)
    if walked is not None and not overlay and folder not in walked.env_folders:
        return walked_files(folder, walked.paths), root  # it has all, as no `.env` lists others
    # Which files a project has a file of it says, so they lie where the project lies.
    project = project_files(folder, Workspace(root, overlay), walked.paths if walked is not None else None)
    if failures is not None:
        failures += project.failures
    return project.paths, root


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
