"""`dropcap config`: print a Compose project as it is resolved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.cli import CLEAN, UNCHECKED, UsageError
from dropcap.commands.inputs import add_project, project_settings
from dropcap.commands.output import print_failures, write_output
from dropcap.discover import Target, read_bytes
from dropcap.model import Failure, Level, UnreadableError
from dropcap.project import files_of, root_of, together
from dropcap.report import FileResult, to_report
from dropcap.source import Source, UndecodableError
from dropcap.syntaxes import COMPOSE

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from dropcap.carriers.compose import Project
    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.project import Settings


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "path",
        metavar="PATH",
        nargs="?",
        help="a Compose file, or the folder of a project (default: the current folder)",
    )
    add_project(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="YAML with comments, or what docker compose config prints as JSON (default: text)",
    )
    parser.add_argument("--output", metavar="FILE", help="write the project to FILE instead of standard output")


def run(arguments: Namespace) -> int:
    """Print the project of the arguments; gives the exit code."""
    target = find_project(arguments.path, arguments.files)
    failures: tuple[Failure, ...]
    try:
        project = read_project(target, project_settings(arguments)._replace(shows_secrets=True))
    except UnreadableError as error:
        failures = (error.failure._replace(level=Level.ERROR),)
    else:
        from dropcap.carriers.compose.canonical import canonical

        tree = canonical(project, arguments.profiles or None)
        write_output(_json(tree) if arguments.format == "json" else _text(tree, project), arguments.output)
        failures = project.scope.log.failures
    report = to_report([FileResult((), failures, (), read=True, path=os.path.realpath(target.path))])
    print_failures(report)
    return UNCHECKED if any(failure.level is Level.ERROR for failure in report.failures) else CLEAN


def find_project(path: str | None, files: list[str]) -> Target:
    """Find a project's files: those that are named, those of a folder, or those that a file belongs to.

    Raises:
        UsageError: there are none, or two ways to name them are mixed.

    """
    if files:
        if path is not None:
            raise UsageError("-f names the files of the project and cannot be mixed with a path")
        main, *over = files
        return Target(main, COMPOSE, named=True, over=tuple(over))
    given = os.path.normpath(path or os.curdir)
    if not os.path.isdir(given):
        return together([Target(path or given, COMPOSE, named=True)])[0]
    found = files_of("" if given == os.curdir else given)
    if not found and path is None:
        found = _above()
    if not found:
        raise UsageError(f"{path or os.curdir}: no Compose project here; name its file")
    return Target(found[0], COMPOSE, named=True, over=found[1:])


def _above() -> tuple[str, ...]:
    """Look for a project above the current folder, as Docker Compose does, but not above what it lies in."""
    folder, root = os.getcwd(), root_of(os.curdir)
    up = ""
    while os.path.realpath(folder) != root and folder != os.path.dirname(folder):
        folder, up = os.path.dirname(folder), os.path.join(up, os.pardir)
        if found := files_of(up):
            return found
    return ()


def read_project(target: Target, settings: Settings) -> Project:
    """Resolve the project that a target is.

    Raises:
        UnreadableError: its first file cannot be read, or is no Compose file.

    """
    from dropcap.carriers.compose import resolve

    try:
        source = Source.decode(target.path, read_bytes(target.path))
    except OSError as error:
        raise UnreadableError(Failure(target.path, f"cannot be read: {error.strerror or error}")) from None
    except UndecodableError as error:
        raise UnreadableError(Failure(target.path, f"{error.reason}; save the file as UTF-8")) from None
    return resolve(source, target.over, settings._replace(root=root_of(os.path.dirname(target.path))))


def _text(tree: dict[str, Tree], project: Project) -> Iterator[str]:
    from dropcap.writers.resolved import resolved_lines

    return resolved_lines(tree, project.scope.provenance.uses)


def _json(tree: dict[str, Tree]) -> Iterator[str]:
    from json import dumps

    from dropcap.carriers.compose.canonical.tree import plain

    yield dumps(plain(tree), indent=2, ensure_ascii=False) + "\n"
