"""Facts about what Docker Compose makes of projects: what compose-go's own tests promise, with inputs of our own.

Version 2 is asked itself; what differs in version 5 is what the tests of compose-go 2.14.0 say.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from dropcap.carriers.compose.canonical import canonical
from dropcap.carriers.compose.canonical.tree import plain
from dropcap.carriers.compose.project_files import project_files
from dropcap.carriers.request import Settings
from dropcap.commands.config import read_project
from dropcap.discover import Target
from dropcap.model import Level, UnreadableError
from dropcap.workspace import Workspace
from oracles import compose as oracle

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {"SET": "yes", "PORT": "80"}
_REFUSED: dict[str, Any] = {"": "refused"}
FLAGS = ("--no-path-resolution", "--no-env-resolution")


class Fact(NamedTuple):
    """What is made of a project.

    Attributes:
        files: its files by their names, or the text of `compose.yaml`.
        gives: values of the resolved project by their paths, the steps parted by blanks; None for what is not there.
        before: those that version 2 makes of it, where they differ.
        refused: the versions that refuse it.

    """

    files: dict[str, str] | str
    gives: dict[str, Any] = {}  # noqa: RUF012  # a default that is never written to
    before: dict[str, Any] | None = None
    refused: str = ""


def wanted(fact: Fact, version: str) -> dict[str, Any]:
    """Give what a version is to make of a project."""
    if version in fact.refused:
        return _REFUSED
    return fact.before if version == "2" and fact.before is not None else fact.gives


def ours(fact: Fact, folder: Path, version: str) -> dict[str, Any]:
    """Give what dropcap makes of a project."""
    _write(fact, folder)
    return _found(wanted(fact, version), *_ours(folder, int(version)))


def theirs(fact: Fact, folder: Path) -> dict[str, Any]:
    """Give what Docker Compose 2 itself makes of a project."""
    _write(fact, folder)
    answer = oracle.config([], cwd=folder, environment=ENVIRONMENT, flags=FLAGS)
    return _found(wanted(fact, "2"), answer.project, answer.error)


def _write(fact: Fact, folder: Path) -> None:
    files = {"compose.yaml": fact.files} if isinstance(fact.files, str) else fact.files
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _ours(folder: Path, version: int) -> tuple[Any, str]:
    main, *over = project_files(str(folder), Workspace(str(folder))).paths
    target = Target(main, "compose", named=True, over=tuple(over), given=(main, *over))
    environment = {"PATH": os.defpath, "HOME": "/nonexistent", "PWD": str(folder), **ENVIRONMENT}
    with patch.dict(os.environ, environment, clear=True):
        try:
            project = read_project(target, Settings(uses_environment=True, compose=version, shows_secrets=True))
            tree = json.loads(json.dumps(plain(canonical(project))))
        except UnreadableError as error:
            return None, error.failure.message
    errors = [one.message for one in project.scope.log.failures if one.level is Level.ERROR]
    return tree, errors[0] if errors else ""


def _found(paths: dict[str, Any], project: Any, error: str) -> dict[str, Any]:  # noqa: ANN401  # a project is any JSON
    print(error)  # noqa: T201  # says why where a test fails
    return _REFUSED if error else {path: _at(project, path) for path in paths}


def _at(value: Any, path: str) -> Any:  # noqa: ANN401  # as above
    for step in path.split():
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = (value or {}).get(step)
    return value
