"""`dropcap caps`: list every container with its bounding and effective set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap import __version__
from dropcap.capabilities.effective import capability_sets, starts_nothing
from dropcap.commands.inputs import add_paths, configure, gather
from dropcap.commands.output import failure_code, print_failures, write_output
from dropcap.hidden import shown_of
from dropcap.masking import without_secrets
from dropcap.model import Engine
from dropcap.writers.summary import as_written

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from dropcap.capabilities.effective import Origin
    from dropcap.model import Container, Report


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_paths(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to list (default: text)")
    parser.add_argument("--output", metavar="FILE", help="write the list to FILE instead of standard output")


def run(arguments: Namespace) -> int:
    """List the containers of the arguments' paths; gives the exit code."""
    report = gather(arguments, configure(arguments))
    write_output(_json(report) if arguments.format == "json" else _text(report), arguments.output)
    print_failures(report)
    return failure_code(report)


def started(report: Report) -> Iterator[Container]:
    """Give the containers that a file starts: a Dockerfile's stages start nothing, nor do builds and pods."""
    return (container for container in report.containers if not starts_nothing(container))


def _text(report: Report) -> Iterator[str]:
    from dropcap.printable import printable
    from dropcap.writers.summary import describe_user, summarise

    path = None
    for container in started(report):
        place = container.source.region(container.span)
        if place.path != path:
            path = place.path
            yield f"{printable(path)}\n"
        engine = (container.engine or Engine.DOCKER).value
        image = f", {shown_of(container, container.image.value)}" if container.image else ""
        yield f"  {place.line}:{place.column} {container.kind.value} {printable(container.name + image)}\n"
        yield f"      {engine}, {describe_user(container)}: {summarise(container)}\n"
    if path is None:
        yield "No file here starts a container.\n"


def _json(report: Report) -> Iterator[str]:
    from dropcap.writers.ascii_json import dumps

    listing = {
        "version": 1,
        "tool": {"name": "dropcap", "version": __version__},
        "containers": [to_json(container) for container in started(report)],
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
