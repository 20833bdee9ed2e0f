"""Files that belong together: which Compose files make up one project, and where a project ends.

Sources: compose-go 2.9.1, `cli/options.go`; docker/compose, `cmd/compose/compose.go`.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from dropcap.discover import Target

MAIN_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""What Docker Compose looks for, the first one counts."""

OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
"""What it lays over that, the first one that is there."""


_NAMES = frozenset({*MAIN_NAMES, *OVERRIDE_NAMES, ".env"})


class Settings(NamedTuple):
    """How to resolve projects.

    Attributes:
        root: the folder that nothing is read outside of; None for the one that `root_of` finds.
        env_files: the files of variables; None for the `.env` of the project's folder, if it is there.
        profiles: the profiles whose services are looked at; None for all services.
        uses_environment: whether the variables of this process count, as they do for Docker Compose; a variable that
            is set nowhere is then empty, where otherwise nobody knows what whoever runs Compose has set.
        shows_secrets: whether the values of variables count that are named like secrets; what is made of them may
            be printed.

    """

    root: str | None = None
    env_files: tuple[str, ...] | None = None
    profiles: tuple[str, ...] | None = None
    uses_environment: bool = False
    shows_secrets: bool = False


def real_path(path: str) -> str:
    """Give a file's path without links and detours; `os.path.realpath` looks at every folder above it each time."""
    folder, name = os.path.split(os.path.abspath(path))
    plain = os.path.join(_real_folder(folder), name)
    return os.path.realpath(plain) if os.path.islink(plain) else plain


@lru_cache(maxsize=4096)
def _real_folder(folder: str) -> str:
    return os.path.realpath(folder)


def root_of(folder: str) -> str:
    """Say where the project that a folder belongs to ends: its repository, or else the current folder, or itself."""
    real = _real_folder(os.path.abspath(folder))
    top = repository_top(real)
    if top is not None:
        return top
    here = _real_folder(os.getcwd())
    return here if real == here or real.startswith(os.path.join(here, "")) else real


@lru_cache(maxsize=1024)
def repository_top(folder: str) -> str | None:
    """Give the top of the repository that a folder lies in, both without links; None where there is none."""
    if os.path.exists(os.path.join(folder, ".git")):
        return folder
    parent = os.path.dirname(folder)
    return None if parent == folder else repository_top(parent)


def together(targets: Sequence[Target]) -> list[Target]:
    """Make one target of the Compose files of each project, at the place of the first; the others stay alone.

    Of a folder that was walked only files count that were found in it; beside a file that was named all that are
    there count, as they do for Docker Compose.
    """
    paths = {os.path.abspath(target.path) for target in targets if not target.named}
    folders: dict[str, tuple[str, ...]] = {}
    seen: dict[str, int] = {}
    result: list[Target] = []
    for target in targets:
        files: tuple[str, ...] = ()
        if target.syntax in (None, "compose") and not target.over and target.path.endswith((".yml", ".yaml")):
            folder = os.path.dirname(target.path)
            if folder not in folders:
                folders[folder] = _project_of(folder, None if target.named else paths)
            files = folders[folder]
        is_own = target.path in files or os.path.abspath(target.path) in map(os.path.abspath, files)
        if files and not is_own and files[0] not in seen and not is_main(files[0]):
            # The folder's `.env` lists the files of a project, and Docker Compose takes no others by itself.
            seen[files[0]] = len(result)
            result.append(target._replace(path=files[0], syntax="compose", over=files[1:]))
        if not is_own:
            result.append(target)
        elif files[0] not in seen:
            seen[files[0]] = len(result)
            result.append(target._replace(path=files[0], syntax="compose", over=files[1:]))
        elif target.named:
            result[seen[files[0]]] = result[seen[files[0]]]._replace(named=True)
    return result


def files_of(folder: str) -> tuple[str, ...]:
    """Give the files of the project that Docker Compose finds in a folder, the first one first; none if there is none.

    An empty name stands for the current folder.
    """
    return _project_of(folder, None)


def is_main(path: str) -> bool:
    """Whether a file has the name of one that Docker Compose finds by itself."""
    return os.path.basename(path) in MAIN_NAMES


def is_started_alone(path: str) -> bool:
    """Whether a Compose file is one that people start as it is: one in a `.devcontainer` is there for an editor."""
    return is_main(path) and ".devcontainer" not in os.path.abspath(path).split(os.sep)[:-1]


def _project_of(folder: str, found: Container[str] | None) -> tuple[str, ...]:
    """Give the files of a folder's project, the first one first; `found` holds those that count, None for all."""
    try:
        present = _NAMES.intersection(os.listdir(folder or os.curdir))
    except OSError:
        return ()
    if ".env" not in present and present.isdisjoint(MAIN_NAMES):
        return ()

    def first(names: Sequence[str]) -> str | None:
        for name in names:
            path = os.path.join(folder, name)
            if name in present and (os.path.isfile(path) if found is None else os.path.abspath(path) in found):
                return path
        return None

    listed = (
        () if ".env" not in present else tuple(os.path.normpath(os.path.join(folder, name)) for name in _listed(folder))
    )
    if listed:
        return listed  # one that is missing is told when the project is read
    main = first(MAIN_NAMES)
    if main is None:
        return ()
    override = first(OVERRIDE_NAMES)
    return (main, override) if override else (main,)


def _listed(folder: str) -> tuple[str, ...]:
    """Give the files that `COMPOSE_FILE` lists in the folder's `.env`."""
    path = os.path.join(folder, ".env")
    try:
        with open(path, "rb") as file:
            data = file.read(_LONGEST_ENV)
    except OSError:
        return ()
    if b"COMPOSE_FILE" not in data:
        return ()
    from dropcap.carriers.compose.dotenv import read_dotenv
    from dropcap.carriers.compose.environment import from_mapping
    from dropcap.source import Source, UndecodableError

    try:
        values, _ = read_dotenv(Source.decode(path, data), from_mapping("", {}, is_complete=False))
    except UndecodableError:
        return ()
    listed, separator = values.get("COMPOSE_FILE"), values.get("COMPOSE_PATH_SEPARATOR")
    if listed is None or listed.unknown is not None:
        return ()
    return tuple(name for name in listed.value.split(separator.value if separator else os.pathsep) if name)


_LONGEST_ENV = 1024 * 1024
