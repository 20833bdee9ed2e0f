"""Files that belong together: which Compose files make up one project.

Sources: compose-go 2.9.1, `cli/options.go`; docker/compose, `cmd/compose/compose.go`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.model import Failure, Level, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from dropcap.workspace import Workspace

MAIN_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""What Docker Compose looks for, the first one counts."""

OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
"""What it lays over that, the first one that is there."""

MAX_LISTED = 100
"""How many files `COMPOSE_FILE` may list."""


class ProjectFiles(NamedTuple):
    """The files of a folder's project.

    Attributes:
        paths: the first one first; none where there is no project.
        failures: what of it cannot be found out.

    """

    paths: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def is_main(path: str) -> bool:
    """Return whether a file has the name of one that Docker Compose finds by itself."""
    return os.path.basename(path) in MAIN_NAMES


def is_started_alone(path: str) -> bool:
    """Return whether a Compose file is one that people start as it is: one in a `.devcontainer` is for an editor."""
    return is_main(path) and ".devcontainer" not in os.path.abspath(path).split(os.sep)[:-1]


def project_files(folder: str, workspace: Workspace, found: Collection[str] | None = None) -> ProjectFiles:
    """Find the files of the project that Docker Compose finds in a folder.

    What `COMPOSE_FILE` lists in the folder's `.env` comes first; one of these that is missing is reported when the
    project is read.

    Args:
        folder: the folder; an empty name stands for the current one.
        workspace: the door to it, whose root is where the folder's project ends.
        found: the absolute paths of the files that count, as a walk found them; None where all do that are there.

    """
    env = os.path.join(folder, ".env")
    listed, failures = (_listed(folder, env, workspace)) if workspace.is_file(env) else ((), ())
    if listed:
        return ProjectFiles(listed, failures)

    if found is None:
        paths = _usual_files(folder, lambda name: workspace.is_file(os.path.join(folder, name)))
    else:
        paths = walked_files(folder, found)
    return ProjectFiles(paths, failures if paths else failures or _unreadable(env, workspace))


def walked_files(folder: str, found: Collection[str]) -> tuple[str, ...]:
    """Find the files of the project in a folder that was walked, where no `.env` lists others.

    Args:
        folder: the folder; an empty name stands for the current one.
        found: the absolute paths of the files that the walk found.

    """
    here = os.path.join(os.path.abspath(folder), "")
    return _usual_files(folder, lambda name: here + name in found)


def _usual_files(folder: str, is_there: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the files that Docker Compose looks for in a folder, by what says which names are there."""
    main = next(filter(is_there, MAIN_NAMES), None)
    override = next(filter(is_there, OVERRIDE_NAMES), None) if main else None
    return tuple(os.path.join(folder, name) for name in (main, override) if name)


def _unreadable(env: str, workspace: Workspace) -> tuple[Failure, ...]:
    """Report a file of variables that may list a project's files and cannot be read, where no other file says so."""
    try:
        if workspace.is_file(env):
            workspace.source(env)
    except NotReadError as error:
        return (error.failure(),)
    except UnreadableError as error:
        return (error.failure,)
    return ()


def _listed(folder: str, path: str, workspace: Workspace) -> tuple[tuple[str, ...], tuple[Failure, ...]]:
    """Return the files that `COMPOSE_FILE` lists in a file of variables, and why they cannot be found out."""
    try:
        source = workspace.source(path)
    except (NotReadError, UnreadableError):
        return (), ()  # reported where the project's variables are read
    if "COMPOSE_" not in source.text:  # a variable's name has no escapes
        return (), ()
    from dropcap.carriers.compose.dotenv import read_dotenv
    from dropcap.carriers.compose.environment import from_mapping

    values, _ = read_dotenv(source, from_mapping("", {}, is_complete=False))
    listed, separator = values.get("COMPOSE_FILE"), values.get("COMPOSE_PATH_SEPARATOR")
    if listed is None:
        return (), ()
    if listed.unknown is not None:
        message = (
            f"dropcap does not know which files the project has: COMPOSE_FILE lists them, and {listed.unknown.reason}"
        )
        return (), (Failure(path, message, Level.NOTE, listed.source, listed.span),)
    names = [name for name in listed.value.split(separator.value if separator else os.pathsep) if name]
    if len(names) > MAX_LISTED:
        message = (
            f"COMPOSE_FILE lists {len(names)} files: dropcap reads {MAX_LISTED} at most; name the others with include"
        )
        return (), (Failure(path, message, Level.ERROR, listed.source, listed.span),)
    return tuple(os.path.normpath(os.path.join(folder, name)) for name in names), ()
