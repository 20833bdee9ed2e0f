"""Paths on the command line become files, each with the syntax to read it by.

Folders are walked as git sees them: what `.gitignore` excludes is not looked at. Files are known by name,
and where the name says nothing by content. Nothing outside a walked folder is read.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import TYPE_CHECKING

from dropcap.ignores import Ignores, outer_ignores
from dropcap.model import Failure, Level
from dropcap.paths import shown
from dropcap.project import root_of, together
from dropcap.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COMPOSE, DOCKERFILE, SHELL = "compose", "dockerfile", "shell"
DEVCONTAINER, QUADLET, INSPECT = "devcontainer", "quadlet", "inspect"

MAX_BYTES = 16 * 1024 * 1024
"""A larger file is not read; it would be one that a program wrote."""

_COMPOSE_WORDS = frozenset({"compose", "stack"})
_DOCKERFILE_NAME = (
    r"(?i)(dockerfile|containerfile)([._-](?!dockerignore$|containerignore$).*)?|.*\.(dockerfile|containerfile)"
)
_NOT_A_DOCKERFILE = (
    ".md",
    ".rst",
    ".html",
    ".py",
    ".go",
    ".js",
    ".ts",
    ".json",
    ".yml",
    ".yaml",
    ".toml",
    ".sh",
)
_SHELL_SUFFIXES = (".sh", ".bash", ".ksh")
_TEMPLATE_SUFFIXES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".erb", ".mustache", ".gotmpl")
_YAML_SUFFIXES = (".yml", ".yaml")
_UNIT_SUFFIXES = (".container", ".kube")
_UNIT_SECTION = rb"(?m)^[ \t]*\[(?:Container|Kube)\][ \t]*\r?$"
_DEVCONTAINER_NAMES = frozenset({"devcontainer.json", ".devcontainer.json"})
_INSPECTED = rb"\s*\[?\s*\{"
_INSPECTED_FIELDS = (b'"Id"', b'"HostConfig"', b'"CapAdd"', b'"CapDrop"')
_ENOUGH = {".json": 64 * 1024, **dict.fromkeys((*_YAML_SUFFIXES, *_UNIT_SUFFIXES), MAX_BYTES)}  # to tell the syntax
_SHEBANG = rb"#!\s*/\S*?(?:/env\s+(?:-\S+\s+)*)?\S*?\b(ba|da|k|a)?sh\b"
_SHEBANG_LENGTH = 256  # as much as Linux reads of it
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
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


def syntax_of_name(path: str) -> str | None:
    """Tell a file's syntax by its name alone; None where the name does not say."""
    name = os.path.basename(path)
    lower = name.lower()
    if lower.endswith(_TEMPLATE_SUFFIXES):
        return None
    if lower.endswith(_SHELL_SUFFIXES):
        return SHELL
    if name in _DEVCONTAINER_NAMES:
        return DEVCONTAINER
    if lower.endswith(_YAML_SUFFIXES) and not _COMPOSE_WORDS.isdisjoint(_words_before_suffix(lower)):
        return COMPOSE
    if re.fullmatch(_DOCKERFILE_NAME, name) and not lower.endswith(_NOT_A_DOCKERFILE):
        return DOCKERFILE
    return None


def _words_before_suffix(name: str) -> list[str]:
    """Split a name at dots, hyphens and underscores: `docker-compose.prod.yml` has the word `compose`."""
    return name.replace("-", ".").replace("_", ".").split(".")[:-1]


def syntax_of_content(path: str, data: bytes) -> str | None:
    """Tell a file's syntax by its first line, or for YAML by a top-level `services:` with a block below.

    A Quadlet unit has its section, and what an engine printed about containers the names of some fields.
    """
    if is_shell_script(data):
        return SHELL
    if path.endswith(_UNIT_SUFFIXES):
        return QUADLET if re.search(_UNIT_SECTION, data) else None
    if re.match(_INSPECTED, data) and all(field in data for field in _INSPECTED_FIELDS):
        return INSPECT
    if path.lower().endswith(_YAML_SUFFIXES) and (b"services" in data or data.startswith(_UTF_16)):
        from dropcap.readers.compose import looks_like_compose  # only where the name says nothing

        encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8"
        text = data.decode(encoding, "replace").lstrip("\ufeff")
        if looks_like_compose(text.replace("\r\n", "\n").replace("\r", "\n")):
            return COMPOSE
    return None


def is_shell_script(data: bytes) -> bool:
    """Tell by a file's first line whether the kernel gives it to a shell."""
    return re.match(_SHEBANG, data[:_SHEBANG_LENGTH]) is not None


def discover(
    paths: Sequence[str],
    exclude: Sequence[str] = (),
    *,
    as_found: bool = False,
    left_out: list[str] | None = None,
) -> tuple[list[Target], list[Failure]]:
    """Find the files to check; those of one Compose project are one target.

    Args:
        paths: files and folders, as given.
        exclude: patterns in the manner of `.gitignore`, relative to each walked folder.
        as_found: whether a file that is named counts as one found by a walk of the current folder: one that is
            excluded is left out, and one of another kind is left alone. What git ignores is no matter then.
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
        elif as_found:
            found = _named_as_found(path, exclude, failures, left_out)
        else:
            key = os.path.abspath(path)
            first = targets.get(key)
            targets[key] = Target(first.path if first else path, syntax_of_name(path), named=True)
            continue
        for target in found:
            targets.setdefault(os.path.abspath(target.path), target)
    projects = together(list(targets.values()))
    return [target._replace(named=False) for target in projects] if as_found else projects, failures


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
            if entry.name in _SKIPPED_FOLDERS if is_folder else not _may_be_known(entry.name):
                continue
            if ignores.match(at, is_folder=is_folder):
                left_out.append(path)
            elif is_folder:
                folders.append((path, ignores))
            elif target := _candidate(path, at, real_root, failures):
                yield target
        pending += reversed(folders)


def _named_as_found(
    path: str, exclude: Sequence[str], failures: list[Failure], left_out: list[str]
) -> Iterator[Target]:
    """Give a file that is named, unless a walk of the current folder would leave it out."""
    if not _may_be_known(os.path.basename(path)):
        return
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


def _may_be_known(name: str) -> bool:
    """Whether a file may be one to check, by its name: it says what the file is, or the content may."""
    return syntax_of_name(name) is not None or "." not in name or os.path.splitext(name.lower())[1] in _ENOUGH


def _candidate(path: str, at: str, root: str, failures: list[Failure]) -> Target | None:
    """Take what may be a file to check as one, if its name or its content says so.

    Args:
        path: as it is to be printed.
        at: the same, absolute.
        root: the folder that nothing is read outside of, without links.
        failures: told about what cannot be looked at.

    """
    name = os.path.basename(path)
    syntax = syntax_of_name(name)
    # Of a file without a suffix nobody expects that it is a script.
    is_expected = syntax is not None or _is_yaml(name)
    if os.path.islink(path) and (reason := _astray(path, at, root)):
        if is_expected:
            failures.append(Failure(path, reason, Level.NOTE))
        return None
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        if syntax is None:
            with open(path, "rb") as file:
                enough = _ENOUGH.get(os.path.splitext(name.lower())[1], _SHEBANG_LENGTH)
                syntax = syntax_of_content(path, file.read(enough))
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


def _is_yaml(name: str) -> bool:
    return name.lower().endswith(_YAML_SUFFIXES)


def _unreadable(path: str, error: OSError) -> Failure:
    return Failure(path, cannot_be_read(error))


def cannot_be_read(error: OSError) -> str:
    """Say that a path cannot be read, why, and what to do."""
    return f"cannot be read: {error.strerror or error}{_ADVICE.get(error.errno or 0, '')}"
