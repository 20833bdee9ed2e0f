"""`dropcap config`: print a Compose project as it is resolved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.project_files import project_files
from dropcap.carriers.request import Request, Settings
from dropcap.commands.inputs import add_project, project_settings
from dropcap.commands.output import print_failures, write_output
from dropcap.config import load_config
from dropcap.discover import Target, together
from dropcap.exit_codes import CLEAN, UNCHECKED, UsageError
from dropcap.model import Failure, FileResult, Level, UnreadableError
from dropcap.real_paths import real_path, root_of
from dropcap.report import to_report
from dropcap.workspace import NotReadError, Workspace

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from dropcap.carriers.compose import Project
    from dropcap.carriers.compose.canonical.tree import Tree


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
        "--no-consistency",
        action="store_true",
        help="do not check that the parts of the project fit together, as with docker compose config",
    )
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
    settings = _settings(arguments)
    if settings.profiles:
        from dropcap.commands.profiles import refuse_unknown

        refuse_unknown([target], settings)
    failures: tuple[Failure, ...]
    try:
        project = read_project(target, settings)
    except UnreadableError as error:
        failures = (error.failure._replace(level=Level.ERROR),)
    else:
        from dropcap.carriers.compose import told
        from dropcap.carriers.compose.canonical import canonical

        try:
            tree = canonical(project, project.profiles)
        except UnreadableError as error:
            failures = (*told(project), error.failure._replace(path=target.path))
        else:
            write_output(_json(tree) if arguments.format == "json" else _text(tree, project), arguments.output)
            failures = told(project)
    report = to_report([FileResult((), failures, (), read=True, path=real_path(target.path))])
    print_failures(report)
    return UNCHECKED if any(failure.level is Level.ERROR for failure in report.failures) else CLEAN


def _settings(arguments: Namespace) -> Settings:
    settings = project_settings(arguments, arguments.compose or load_config().compose)
    return settings._replace(shows_secrets=True, checks_consistency=not arguments.no_consistency)


def find_project(path: str | None, files: list[str]) -> Target:
    """Find a project's files: those that are named, those of a folder, or those that a file belongs to.

    Raises:
        UsageError: there are none, or two ways to name them are mixed.

    """
    if files:
        if path is not None:
            raise UsageError("give the project's files with -f or a path, not both")
        main, *over = files
        return Target(main, "compose", named=True, over=tuple(over), given=tuple(files))
    given = os.path.normpath(path or os.curdir)
    if not os.path.isdir(given):
        path = path or given
        return together([Target(path, "compose", named=True, given=(path,))])[0]
    found = _files_of("" if given == os.curdir else given)
    if not found and path is None:
        found = _above()
    if not found:
        raise UsageError(f"{path or os.curdir}: there is no Compose project here; name its file")
    # Which files those are a file of the project says, so they lie where the project lies.
    return Target(found[0], "compose", named=True, over=found[1:], root=root_of(given))


def _files_of(folder: str) -> tuple[str, ...]:
    return project_files(folder, Workspace(root_of(folder or os.curdir))).paths


def _above() -> tuple[str, ...]:
    """Look for a project above the current folder, as Docker Compose does, but not above what it lies in."""
    folder, root = os.getcwd(), root_of(os.curdir)
    up = ""
    while os.path.realpath(folder) != root and folder != os.path.dirname(folder):
        folder, up = os.path.dirname(folder), os.path.join(up, os.pardir)
        if found := _files_of(up):
            return found
    return ()


def read_project(target: Target, settings: Settings) -> Project:
    """Resolve the project that a target is.

    Raises:
        UnreadableError: its first file cannot be read, or is no Compose file.

    """
    from dropcap.carriers.compose import resolve
    from dropcap.carriers.compose.services import containers
    from dropcap.lang.yaml import Mapping

    given = (*target.given, *(settings.env_files or ()))
    workspace = Workspace(target.root or root_of(os.path.dirname(target.path)), named=given)
    try:
        source = workspace.source(target.path)
    except NotReadError as error:
        raise UnreadableError(error.failure(Level.ERROR)) from None
    project = resolve(source, Request(workspace, target.over, settings=settings, only_resolves=True))
    # What is refused of a service is found where it is read as a container, and told here as `check` tells it.
    if isinstance(project.services, Mapping):
        list(containers(project.services, project.scope, project.profiles))
    return project


def _text(tree: dict[str, Tree], project: Project) -> Iterator[str]:
    from dropcap.commands.config_lines import resolved_lines

    return resolved_lines(tree, project.scope.provenance.uses)


def _json(tree: dict[str, Tree]) -> Iterator[str]:
    from dropcap.carriers.compose.canonical.tree import plain
    from dropcap.writers.ascii_json import dumps

    yield dumps(plain(tree), indent=2) + "\n"
