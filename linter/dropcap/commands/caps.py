"""`dropcap caps`: list every container with its bounding and effective set."""

from __future__ import annotations

import os
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dropcap import __version__
from dropcap.capabilities.effective import capability_sets, starts_nothing
from dropcap.commands.inputs import add_paths, configure, gather
from dropcap.commands.output import failure_code, print_failures, wants_colour, write_output
from dropcap.exit_codes import UsageError
from dropcap.hidden import shown_of
from dropcap.masking import without_secrets
from dropcap.model import Engine
from dropcap.writers.summary import as_written

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

    from dropcap.capabilities.effective import Origin
    from dropcap.model import Container, Report
    from dropcap.needs.model import Needs
    from dropcap.writers.caps_table import Row

_WIDTH = 80
_MOST_WIDTH = 120


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_paths(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to list (default: text)")
    parser.add_argument(
        "--why",
        metavar="CONTAINER",
        nargs="?",
        const="",
        help="list the evidence of what a container needs, or each one; put it behind the paths",
    )
    parser.add_argument("--output", metavar="FILE", help="write the list to FILE instead of standard output")


def run(arguments: Namespace) -> int:
    """List the containers of the arguments' paths; gives the exit code."""
    report = gather(arguments, configure(arguments))
    if arguments.format == "json":
        chunks = _json(report)
    elif arguments.why is not None:
        chunks = _why(report, arguments.why)
    else:
        colour = arguments.output is None and wants_colour(sys.stdout)
        chunks = _text(report, width=_width(arguments.output), colour=colour)
    write_output(chunks, arguments.output)
    print_failures(report)
    return failure_code(report)


def started(report: Report) -> Iterator[Container]:
    """Give the containers that a file starts: a Dockerfile's stages start nothing, nor do builds and pods."""
    return (container for container in report.containers if not starts_nothing(container))


def _needs_finder() -> Callable[[Container], Needs] | None:
    """Return what finds what a container needs, each file's project read once; None where nothing does."""
    from importlib import import_module

    from dropcap.workspace import Workspace, root_of

    try:
        needs_of = import_module("dropcap.needs.answer").needs_of
    except ModuleNotFoundError as error:
        if error.name != "dropcap.needs.answer":
            raise
        return None
    workspaces: dict[str, Workspace] = {}

    def find(container: Container) -> Needs:
        root = root_of(os.path.dirname(container.source.region(container.span).path) or os.curdir)
        workspace = workspaces.setdefault(root, Workspace(root))
        found: Needs = needs_of(container, workspace)
        return found

    return find


def _width(output: str | None) -> int:
    """Return how wide the terminal is that is written to, or as wide as most are."""
    try:
        return min(_MOST_WIDTH, os.get_terminal_size(sys.stdout.fileno()).columns) if output is None else _WIDTH
    except (OSError, ValueError):  # no terminal
        return _WIDTH


def _text(report: Report, *, width: int, colour: bool) -> Iterator[str]:
    from dropcap.printable import printable

    find = _needs_finder()
    shown: list[Row] = []
    path = None
    for path, group in groupby(started(report), lambda one: one.source.region(one.span).path):
        containers = list(group)
        yield f"{printable(path)}\n"
        for container in containers:
            yield from _described(container)
        if find is not None:
            from dropcap.writers.caps_table import Row, advice, table

            rows = [Row(one, capability_sets(one), find(one)) for one in containers]
            shown += rows
            lines = ("", *table(rows, width=width, colour=colour), "", *advice(rows, width=width), "")
            yield from (f"{line}\n" for line in lines)
    if path is None:
        yield "No file here starts a container.\n"
    if shown:
        from dropcap.writers.caps_table import legend

        yield from (f"{line}\n" for line in legend(shown, colour=colour))


def _described(container: Container) -> Iterator[str]:
    from dropcap.printable import printable
    from dropcap.writers.summary import describe_user, summarise

    place = container.source.region(container.span)
    engine = (container.engine or Engine.DOCKER).value
    image = f", {shown_of(container, container.image.value)}" if container.image else ""
    yield f"  {place.line}:{place.column} {container.kind.value} {printable(container.name + image)}\n"
    yield f"      {engine}, {describe_user(container)}: {summarise(container)}\n"


def _why(report: Report, name: str) -> Iterator[str]:
    """List the evidence of the containers of a name, or of all.

    Raises:
        UsageError: there is no container of that name.

    """
    find = _needs_finder()
    wanted = [one for one in started(report) if not name or one.name == name]
    if not wanted and name:
        raise UsageError(f"--why {name}: no container here has that name")
    if find is None:
        raise UsageError("--why: what containers need is not known to this installation")
    from dropcap.writers.caps_needs import why_lines

    return (f"{line}\n" for one in wanted for line in why_lines(one, find(one)))


def _json(report: Report) -> Iterator[str]:
    from dropcap.writers.ascii_json import dumps
    from dropcap.writers.caps_needs import needs_json

    find = _needs_finder()
    listing = {
        "version": 1,
        "tool": {"name": "dropcap", "version": __version__},
        "containers": [
            {**to_json(container), **(needs_json(find(container)) if find else {})} for container in started(report)
        ],
    }
    yield dumps(listing, indent=2) + "\n"


def to_json(container: Container) -> dict[str, Any]:
    """Describe a container; one that its engine refuses holds nothing, and `errors` says why.

    Where the image decides the user, `user` is null and the sets are those of root: the most it can hold.
    """
    sets = capability_sets(container)
    place = container.source.region(container.span)
    refused = bool(sets.errors)
    user = container.user or (container.stage.user if container.stage else None)
    return {
        "path": place.path,
        "line": place.line,
        "kind": container.kind.value,
        "name": container.name,
        "engine": (container.engine or Engine.DOCKER).value,
        "image": shown_of(container, container.image.value) if container.image else None,
        "user": as_written(container, user) if user else None,
        "bounding": [] if refused else list(sets.bounding),
        "effective": [] if refused else list(sets.effective),
        "origins": {} if refused else {name: _origin(sets.origins[name]) for name in sets.bounding},
        "unknowns": [f"{without_secrets(unknown.text)}: {unknown.reason}" for unknown in container.unknowns],
        "errors": [refusal.message for refusal in sets.errors],
    }


def _origin(origin: Origin) -> str:
    """Name where a capability comes from: `default`, or `cap_add at compose.yaml:4:9`."""
    if origin.where is None:
        return origin.kind
    place = origin.where.source.region(origin.where.span)
    return f"{origin.kind} at {place.path}:{place.line}:{place.column}"
