"""Paths on the command line become files, each with the syntax to read it by.

Folders are walked as git sees them: what `.gitignore` excludes is not looked at. Files are known by name,
and where the name says nothing by content. Nothing outside a walked folder is read.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from dropcap.model import Failure, Level
from dropcap.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pathspec import GitIgnoreSpec

COMPOSE, DOCKERFILE, SHELL, MARKDOWN = "compose", "dockerfile", "shell", "markdown"

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
# Files that hold shell, each group named as its syntax; a path's folders count where they say more than its name.
_HOLDS_SHELL = (
    r"(?:.*/)?(?:"
    r"(?P<workflow>\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml)"
    r"|(?P<action>action\.ya?ml)"
    r"|(?P<gitlab>[^/]*\.gitlab-ci\.ya?ml)"
    r"|(?P<taskfile>[Tt]askfile(?:\.dist)?\.ya?ml)"
    r"|(?P<make>(?:GNUm|[Mm])akefile(?:\.[\w-]+)?|[^/]+\.mk)"
    r"|(?P<just>\.?[Jj]ustfile|[^/]+\.just)"
    r"|(?P<package>package\.json)"
    r"|(?P<jenkins>[^/]*\.jenkinsfile|Jenkinsfile(?:[.-][\w-]+)*)"
    r"|(?P<unit>[^/]+\.service(?:\.d/[^/]+\.conf)?)"
    r"|(?P<cron>cron\.d/[^/.]+|crontab|[^/]+\.cron(?:tab)?)"
    r"|(?P<markdown>[^/]+\.(?:md|markdown))"
    r")"
)
_JOBS_KEY = rb"(?m)^jobs[ \t]*:[ \t]*(?:#.*)?\r?$"
_ON_KEY = rb"(?m)^(?:on|'on'|\"on\")[ \t]*:"
_LEFT_ALONE = (
    (rb"(?m)^apiVersion:[ \t]*\S", rb"(?m)^kind:[ \t]*\S", "a Kubernetes manifest"),
    (
        rb"(?m)^-[ \t]+(?:name|hosts|import_playbook):",
        rb"(?m)^[ \t-]+(?:hosts|tasks|roles|import_playbook):",
        "an Ansible playbook",
    ),
)
_SHEBANG = rb"#!\s*/\S*?(?:/env\s+(?:-\S+\s+)*)?\S*?\b(ba|da|k|a)?sh\b"
_SHEBANG_LENGTH = 256  # as much as Linux reads of it
_SERVICES_KEY = rb"(?m)^(['\"]?)services\1[ \t]*:[ \t]*(?:[#&].*)?\r?$"
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__"})


class Target(NamedTuple):
    """A file to check.

    Attributes:
        path: as it is to be printed: as given, or the walked folder's path and what follows.
        syntax: how to read it; None where its name says nothing and its content has to.
        named: whether it was named itself, not found in a folder.

    """

    path: str
    syntax: str | None
    named: bool


def syntax_of_name(path: str) -> str | None:
    """Tell a file's syntax by its name alone; None where the name does not say."""
    name = os.path.basename(path)
    lower = name.lower()
    if lower.endswith(_TEMPLATE_SUFFIXES):
        return None
    if lower.endswith(_SHELL_SUFFIXES):
        return SHELL
    is_compose = lower.endswith(_YAML_SUFFIXES) and not _COMPOSE_WORDS.isdisjoint(_words_before_suffix(lower))
    if is_compose and "/workflows/" not in path:
        return COMPOSE
    if re.fullmatch(_DOCKERFILE_NAME, name) and not lower.endswith(_NOT_A_DOCKERFILE):
        return DOCKERFILE
    match = re.fullmatch(_HOLDS_SHELL, path.replace(os.sep, "/"))
    if match:
        return match.lastgroup
    return COMPOSE if is_compose else None


def _words_before_suffix(name: str) -> list[str]:
    """Split a name at dots, hyphens and underscores: `docker-compose.prod.yml` has the word `compose`."""
    return name.replace("-", ".").replace("_", ".").split(".")[:-1]


def syntax_of_content(path: str, data: bytes) -> str | None:
    """Tell a file's syntax by its first line, or for YAML by its top-level keys."""
    if re.match(_SHEBANG, data[:_SHEBANG_LENGTH]):
        return SHELL
    if path.lower().endswith(_YAML_SUFFIXES) and re.search(_SERVICES_KEY, data):
        from dropcap.readers.compose import looks_like_compose  # only where the name says nothing

        if looks_like_compose(data.decode("utf-8", "replace")):
            return COMPOSE
    if path.lower().endswith(_YAML_SUFFIXES) and re.search(_JOBS_KEY, data) and re.search(_ON_KEY, data):
        return "workflow"
    return None


def left_alone(path: str, data: bytes) -> str | None:
    """Say what a file is that starts containers in a way that is not read here; None if that is not known."""
    if not path.lower().endswith(_YAML_SUFFIXES):
        return None
    found = (name for first, second, name in _LEFT_ALONE if re.search(first, data) and re.search(second, data))
    return next(found, None)


def discover(
    paths: Sequence[str], exclude: Sequence[str] = (), *, markdown: bool = False
) -> tuple[list[Target], list[Failure]]:
    """Find the files to check.

    Args:
        paths: files and folders, as given.
        exclude: patterns in the manner of `.gitignore`, relative to each walked folder.
        markdown: whether a walk takes Markdown as well.

    """
    targets: dict[str, Target] = {}
    failures: list[Failure] = []
    for path in paths:
        if os.path.isdir(path):
            for found in _walk(path, exclude, failures):
                if found.syntax == MARKDOWN and not markdown:
                    continue
                targets.setdefault(found.path, found)
        else:
            targets[path] = Target(path, syntax_of_name(path), named=True)
    return list(targets.values()), failures


def read_bytes(path: str) -> bytes:
    """Read a regular file of a bearable size.

    Raises:
        OSError: it cannot be read; `strerror` says why.

    """
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise OSError(0, "is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "is no regular file")
    if status.st_size > MAX_BYTES:
        raise OSError(
            0,
            f"is larger than {MAX_BYTES // 1024 // 1024} MiB, so a program wrote it; name its source instead",
        )
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1)


class _Ignores:
    """The `.gitignore` files that govern a folder, outermost first."""

    __slots__ = ("_specs",)

    def __init__(self, specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()) -> None:
        self._specs = specs

    def with_lines(self, folder: str, lines: Sequence[str]) -> _Ignores:
        """Add patterns that are relative to `folder`, stronger than the ones before."""
        if not any(line.strip() and not line.startswith("#") for line in lines):
            return self
        from pathspec import GitIgnoreSpec  # only where patterns exist: 37 ms

        return _Ignores((*self._specs, (folder, GitIgnoreSpec.from_lines(lines))))

    def with_file(self, folder: str, name: str) -> _Ignores:
        """Add the patterns of a file, if it is there."""
        try:
            text = read_bytes(os.path.join(folder, name)).decode("utf-8", "replace")
        except OSError:
            return self
        return self.with_lines(folder, text.splitlines())

    def match(self, path: str, *, is_folder: bool) -> bool:
        """Whether the innermost pattern that speaks of a path excludes it."""
        for folder, spec in reversed(self._specs):
            relative = os.path.relpath(path, folder).replace(os.sep, "/")
            verdict = spec.check_file(relative + "/" if is_folder else relative).include
            if verdict is not None:
                return verdict
        return False


def _walk(root: str, exclude: Sequence[str], failures: list[Failure]) -> Iterator[Target]:
    """Give the files below a folder in a fixed order."""
    real_root = os.path.realpath(root)
    pending = [(root, _outer_ignores(real_root).with_lines(real_root, exclude))]
    while pending:
        folder, ignores = pending.pop()
        real = real_root if folder == root else os.path.join(real_root, os.path.relpath(folder, root))
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            failures.append(Failure(folder, f"cannot be read: {error.strerror}"))
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            ignores = ignores.with_file(real, ".gitignore")
        folders = []
        for entry in entries:
            path = entry.name if folder == "." else os.path.join(folder, entry.name)
            at = os.path.join(real, entry.name)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED_FOLDERS and not ignores.match(at, is_folder=True):
                    folders.append((path, ignores))
            elif (target := _candidate(entry, path)) and not ignores.match(at, is_folder=False):
                if entry.is_symlink() and not _stays_inside(at, real_root):
                    failures.append(Failure(path, "is a link that leads out of the folder: not followed", Level.NOTE))
                    continue
                yield target
        pending += reversed(folders)


def _candidate(entry: os.DirEntry[str], path: str) -> Target | None:
    """Take a directory entry as a file to check, if its name or its content says so."""
    if not entry.is_file():
        return None
    syntax = syntax_of_name(path)
    if syntax is not None:
        return Target(path, syntax, named=False)
    is_yaml = entry.name.lower().endswith(_YAML_SUFFIXES)
    if not is_yaml and "." in entry.name:
        return None
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES if is_yaml else 128)
    except OSError:
        return None
    syntax = syntax_of_content(path, data)
    return Target(path, syntax, named=False) if syntax else None


def _stays_inside(path: str, root: str) -> bool:
    return os.path.realpath(path).startswith(os.path.join(root, ""))


def _outer_ignores(folder: str) -> _Ignores:
    """Collect the patterns of the repository that a folder lies in, from its top to the parent."""
    above: list[str] = []
    top = folder
    while not os.path.exists(os.path.join(top, ".git")):
        parent = os.path.dirname(top)
        if parent == top:
            return _Ignores()
        above.append(parent)
        top = parent
    ignores = _Ignores().with_file(top, os.path.join(".git", "info", "exclude"))
    for parent in reversed(above):
        ignores = ignores.with_file(parent, ".gitignore")
    return ignores
