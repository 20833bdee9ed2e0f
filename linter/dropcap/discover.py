"""Paths on the command line become files, each with the syntax to read it by.

Folders are walked as git sees them: what `.gitignore` excludes is not looked at. Files are known by name,
and where the name says nothing by content. Nothing outside a walked folder is read.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from dropcap.model import Failure, Level
from dropcap.namedtuple import NamedTuple
from dropcap.paths import shown
from dropcap.project import root_of, together
from dropcap.syntaxes import MARKDOWN, MAX_BYTES, enough_of, is_yaml, may_be_known, syntax_of_content, syntax_of_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ADVICE = {
    errno.EACCES: "; run as a user who may, or exclude it",
    errno.ENOENT: "; check the path",
    errno.ENOTDIR: "; check the path",
}
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__"})


class Target(NamedTuple):
    """A file to check.

    Attributes:
        path: as it is to be printed: relative to the current folder if it lies in it, and else as it was given.
        syntax: how to read it; None where its name says nothing and its content has to.
        named: whether it was named itself, not found in a folder.
        over: the Compose files that are laid over it, the strongest last.
        root: the folder that nothing is read outside of; None where the file's own place decides.

    """

    path: str
    syntax: str | None
    named: bool
    over: tuple[str, ...] = ()
    root: str | None = None


def discover(
    paths: Sequence[str],
    exclude: Sequence[str] = (),
    *,
    as_discovered: bool = False,
    markdown: bool = False,
    left_out: list[str] | None = None,
) -> tuple[list[Target], list[Failure]]:
    """Find the files to check; those of one Compose project are one target.

    Args:
        paths: files and folders, as given.
        exclude: patterns in the manner of `.gitignore`, relative to each walked folder.
        as_discovered: whether a file that is named counts as one found by a walk of the current folder: one that is
            excluded is left out, and one of another kind is left alone. What git ignores is no matter then.
        markdown: whether Markdown is looked at that is not named by itself.
        left_out: told about what ignore rules leave out.

    Raises:
        PatternError: one of `exclude` means nothing.

    """
    targets: dict[str, Target] = {}
    failures: list[Failure] = []
    left_out = [] if left_out is None else left_out
    for path in map(shown, paths):
        found: Iterable[Target]
        if os.path.isdir(path):
            root = root_of(path)
            found = (target._replace(root=root) for target in _walk(path, exclude, failures, left_out))
        elif as_discovered:
            found = _named_as_discovered(path, exclude, failures, left_out)
        else:
            key = os.path.abspath(path)
            first = targets.get(key)
            targets[key] = Target(first.path if first else path, syntax_of_name(path), named=True)
            continue
        for target in found:
            if target.syntax == MARKDOWN and not markdown:
                continue
            targets.setdefault(os.path.abspath(target.path), target)
    projects = together(list(targets.values()))
    return [target._replace(named=False) for target in projects] if as_discovered else projects, failures


def read_bytes(path: str) -> bytes:
    """Read a regular file of a bearable size.

    Raises:
        OSError: it cannot be read; `strerror` says why.

    """
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise OSError(0, "is a folder where a file is needed")
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "is no regular file where one is needed")
    if status.st_size > MAX_BYTES:
        raise OSError(
            0,
            f"is larger than {MAX_BYTES // 1024 // 1024} MiB, so a program wrote it; name its source instead",
        )
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1)


def _walk(root: str, exclude: Sequence[str], failures: list[Failure], left_out: list[str]) -> Iterator[Target]:
    """Give the files below a folder in a fixed order."""
    from dropcap.ignores import outer_ignores  # not for a file that is named

    real_root = os.path.realpath(root)
    pending = [(root, outer_ignores(real_root).with_lines(real_root, exclude))]
    while pending:
        folder, ignores = pending.pop()
        real = real_root if folder == root else os.path.join(real_root, os.path.relpath(folder, root))
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            failures.append(_unreadable(folder, error))
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            ignores = ignores.with_file(real, ".gitignore")
        folders = []
        for entry in entries:
            path = entry.name if folder == "." else os.path.join(folder, entry.name)
            at = os.path.join(real, entry.name)
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name in _SKIPPED_FOLDERS if is_folder else not may_be_known(path):
                continue
            if ignores.match(at, is_folder=is_folder):
                left_out.append(path)
            elif is_folder:
                folders.append((path, ignores))
            elif target := _candidate(path, at, real_root, failures):
                yield target
        pending += reversed(folders)


def _named_as_discovered(
    path: str, exclude: Sequence[str], failures: list[Failure], left_out: list[str]
) -> Iterator[Target]:
    """Give a file that is named, unless a walk of the current folder would leave it out."""
    if not may_be_known(path):
        return
    from dropcap.ignores import Ignores

    here = os.path.realpath(os.curdir)
    ignores = Ignores().with_lines(here, exclude)
    at = os.path.abspath(path)
    folders, folder = [], os.path.dirname(at)
    while folder.startswith(os.path.join(here, "")):
        folders.append(folder)
        folder = os.path.dirname(folder)
    if any(ignores.match(folder, is_folder=True) for folder in folders) or ignores.match(at, is_folder=False):
        left_out.append(path)
    elif target := _candidate(path, at, root_of(os.curdir), failures):
        # Beside a file that is named all of its project counts, though only it was changed.
        yield target._replace(named=True)


def _candidate(path: str, at: str, root: str, failures: list[Failure]) -> Target | None:
    """Take what may be a file to check as one, if its name or its content says so.

    Args:
        path: as it is to be printed.
        at: the same, absolute.
        root: the folder that nothing is read outside of, without links.
        failures: told about what cannot be looked at.

    """
    syntax = syntax_of_name(path)
    # Of a file without a suffix nobody expects that it is a script.
    is_expected = syntax is not None or is_yaml(path)
    if os.path.islink(path) and (reason := _astray(path, at, root)):
        if is_expected:
            failures.append(Failure(path, reason, Level.NOTE))
        return None
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        if syntax is None:
            with open(path, "rb") as file:
                syntax = syntax_of_content(path, file.read(enough_of(path)))
    except OSError as error:
        failures.append(_unreadable(path, error)._replace(level=Level.ERROR if is_expected else Level.NOTE))
        return None
    return Target(path, syntax, named=False) if syntax else None


def _astray(path: str, at: str, root: str) -> str | None:
    """Say why a link is not followed; None where it is."""
    if not os.path.realpath(at).startswith(os.path.join(root, "")):
        return "is a link that leads out of the folder: not followed; name the file to have it checked"
    if not os.path.exists(path):  # nor does one that leads back to itself
        return "is a link that leads nowhere: nothing to check there"
    return None


def _unreadable(path: str, error: OSError) -> Failure:
    return Failure(path, cannot_be_read(error))


def cannot_be_read(error: OSError) -> str:
    """Say that a path cannot be read, why, and what to do."""
    return f"cannot be read: {error.strerror or error}{_ADVICE.get(error.errno or 0, '')}"
