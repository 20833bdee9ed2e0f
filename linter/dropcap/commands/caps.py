"""`dropcap caps`: list every container with its bounding and effective set."""

from __future__ import annotations

import os
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dropcap import __version__
from dropcap.capabilities.effective import capability_sets, starts_nothing
from dropcap.commands.finder import Finder
from dropcap.commands.inputs import add_paths, collect, configure, examine
from dropcap.commands.output import add_output, failure_code, print_failures, to_file, wants_colour, write_output
from dropcap.exit_codes import UsageError
from dropcap.hidden import shown_of
from dropcap.masking import without_secrets
from dropcap.model import Engine
from dropcap.writers.summary import as_written

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from typing import TextIO

    from dropcap.capabilities.effective import Origin
    from dropcap.model import Container, Report
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
        help="show why CONTAINER, or each one, needs its capabilities; write it after the paths",
    )
    add_output(parser, "list")


def run(arguments: Namespace) -> int:
    """List the containers of the arguments' paths; gives the exit code."""
    found, setup = collect(arguments, configure(arguments))
    report = examine(arguments, found, setup)
    finder = Finder(setup.overlay)
    if arguments.format == "json":
        chunks = _json(report, finder)
    elif arguments.why is not None:
        chunks = _why(report, arguments.why, finder)
    else:
        is_file = to_file(arguments.output)
        colour = arguments.color == "always" if is_file else wants_colour(sys.stdout, arguments.color)
        chunks = _text(report, finder, width=_width(None if is_file else sys.stdout), colour=colour)
    write_output(chunks, arguments.output)
    report = report._replace(failures=(*report.failures, *finder.failures))
    print_failures(report, arguments.color)
    return failure_code(report)


def started(report: Report) -> Iterator[Container]:
    """Give the containers that a file starts: a Dockerfile's stages start nothing, nor do builds and pods."""
    return (container for container in report.containers if not starts_nothing(container))


def _width(stream: TextIO | None) -> int:
    """Return how wide the terminal is that is written to, or as wide as most are."""
    try:
        return min(_MOST_WIDTH, os.get_terminal_size(stream.fileno()).columns) if stream else _WIDTH
    except (OSError, ValueError):  # no terminal
        return _WIDTH


def _text(report: Report, finder: Finder, *, width: int, colour: bool) -> Iterator[str]:
    from dropcap.printable import printable
    from dropcap.writers.caps_table import Row, advice, legend, table

    shown: list[Row] = []
    path = None
    for path, group in groupby(started(report), lambda one: one.source.region(one.span).path):
        containers = list(group)
        yield f"{printable(path)}\n"
        for container in containers:
            yield from _described(container)
        rows = [Row(one, capability_sets(one), finder.needs(one)) for one in containers]
        shown += rows
        for part in (table(rows, width=width, colour=colour), advice(rows, width=width)):
            lines = list(part)
            yield from (f"{line}\n" for line in ("", *lines) if lines)
        yield "\n"
    if path is None:
        yield "No file here starts a container.\n"
    yield from (f"{line}\n" for line in legend(shown, colour=colour))


def _described(container: Container) -> Iterator[str]:
    from dropcap.printable import printable
    from dropcap.writers.summary import describe_user, summarise

    place = container.source.region(container.span)
    engine = (container.engine or Engine.DOCKER).value
    image = f", {shown_of(container, container.image.value)}" if container.image else ""
    yield f"  {place.line}:{place.column} {container.kind.value} {printable(container.name + image)}\n"
    yield f"      {engine}, {describe_user(container)}: {summarise(container)}\n"


def _why(report: Report, name: str, finder: Finder) -> Iterator[str]:
    """List the evidence of the containers of a name, or of all.

    Raises:
        UsageError: there is no container of that name.

    """
    from dropcap.writers.caps_needs import why_lines

    wanted = [one for one in started(report) if not name or one.name == name]
    if not wanted and name:
        hint = "; write paths before --why" if "/" in name or "." in name else ""
        raise UsageError(f"--why {name}: no container here has that name{hint}")
    return (f"{line}\n" for one in wanted for line in why_lines(one, finder.needs(one)))


def _json(report: Report, finder: Finder) -> Iterator[str]:
    from dropcap.writers.ascii_json import dumps
    from dropcap.writers.caps_needs import needs_json

    listing = {
        "version": 1,
        "tool": {"name": "dropcap", "version": __version__},
        "containers": [
            {**to_json(container), **needs_json(container, finder.needs(container))} for container in started(report)
        ],
    }
    yield dumps(listing, indent=1) + "\n"


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
