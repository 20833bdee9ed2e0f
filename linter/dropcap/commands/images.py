"""`dropcap images`: say where the facts of images are, and keep those that are at hand in the project's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap import __version__
from dropcap.commands.images_used import projects_of
from dropcap.commands.inputs import add_paths, collect, configure, examine
from dropcap.commands.output import failure_code, print_failures, write_output
from dropcap.exit_codes import CLEAN, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Mapping

    from dropcap.commands.images_used import Project

_LOCKS = "lock"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_paths(parser)
    parser.add_argument("--format", choices=("text", "json"), default=None, help="how to list (default: text)")
    parser.add_argument(
        "--from",
        metavar="[IMAGE=]PLACE",
        action="append",
        default=[],
        dest="places",
        help="read images from PLACE and ask no engine: an archive of `docker save` or OCI, an OCI layout, or the root "
        "file system of IMAGE",
    )
    parser.add_argument("--pull", action="store_true", help="let the engine pull images that it does not have")


def run(arguments: Namespace) -> int:
    """List the images of the arguments' paths, or lock them where the first word is `lock`; gives the exit code.

    Raises:
        UsageError: options do not go together, or the lock cannot be written.

    """
    locks = arguments.paths[:1] == [_LOCKS]
    if locks:
        del arguments.paths[0]
    if not locks and (arguments.places or arguments.pull):
        raise UsageError("--from and --pull are options of `dropcap images lock`")
    if locks and arguments.format:
        raise UsageError("--format is an option of `dropcap images`; `dropcap images lock` prints no list")
    if arguments.places and arguments.pull:
        raise UsageError("give --pull or --from, not both: --from asks no engine")
    found, setup = collect(arguments, configure(arguments))
    report = examine(arguments, found, setup)
    projects = projects_of(report, setup.overlay or {})
    code = CLEAN
    if locks:
        from dropcap.commands.images_locked import lock

        code = lock(projects, arguments)
    else:
        write_output(_listed(projects, arguments.format or "text"), None)
    print_failures(report)
    return max(code, failure_code(report))


def _listed(projects: Mapping[str, Project], form: str) -> Iterator[str]:
    from dropcap.commands.images_listed import listed, to_json, to_text

    if form == "text":
        return to_text(listed(projects))
    from dropcap.writers.ascii_json import dumps

    told = {"version": 1, "tool": {"name": "dropcap", "version": __version__}, **to_json(listed(projects))}
    return iter((dumps(told, indent=1) + "\n",))
