"""Dockerfiles: a container of the kind `stage` for each stage, with what it inherits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.clients import client_names
from dropcap.lang.dockerfile.instructions import KEYWORDS, RefusedError, to_instruction
from dropcap.lang.dockerfile.logical_lines import read_lines, refusal
from dropcap.lang.dockerfile.stages import build
from dropcap.model import Container, Document, Failure, Instruction, Kind, Level
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dropcap.carriers.request import Request
    from dropcap.lang.dockerfile.logical_lines import Logical
    from dropcap.lang.dockerfile.stages import Built
    from dropcap.model import Stage
    from dropcap.source import Source

__all__ = ["may_start_containers", "read", "read_stages", "target"]

_CLIENT = r"\b{clients}[\s\\\"',]"
_STARTS = r"\b(?:run|create|exec)\b"


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a Dockerfile: its stages, and the containers that its build steps start; raises as :func:`read_stages`."""
    document = read_stages(source)
    if not may_start_containers(source.text):
        return document
    from dropcap.carriers.dockerfile import build_steps  # few Dockerfiles name a client at all

    return build_steps.added(document)


def read_stages(source: Source, arguments: Mapping[str, str | None] | None = None) -> Document:
    """Read a Dockerfile's stages: what the builder would refuse is a failure, and the rest is still read.

    Args:
        source: the file.
        arguments: the values that its build is given for `ARG`; None for one that is not known.

    Raises:
        UnreadableError: the builder cannot take it apart: it is empty, is no Dockerfile, a heredoc is not
            ended, or it is no UTF-8.

    """
    if source.encoding != "utf-8":
        message = f"the builder reads no {source.encoding.upper()}; save the file as UTF-8"
        raise refusal(source, Span(0, 0), message)
    lines, escape = read_lines(source)
    if not lines:
        raise refusal(source, Span(0, 0), "no Dockerfile: it has no instructions")
    _refuse_other_files(lines)
    failures: list[Failure] = []

    def fail(error: RefusedError) -> None:
        failures.append(error.failure)

    instructions = [found for logical in lines if (found := _instruction(logical, source, fail))]
    built = build(source, escape, instructions, fail, arguments or {})
    if not built and not failures:
        message = "the builder refuses this: no FROM, so there is no stage to build"
        failures.append(Failure(source.path, message, source=source, span=instructions[0].span))
    failures.sort(key=_start)
    return Document(source, "dockerfile", tuple(map(_container, built)), tuple(failures))


def may_start_containers(text: str) -> bool:
    """Return whether build steps may start containers; few Dockerfiles name a client at all."""
    client = re.search(_CLIENT.replace("{clients}", client_names()), text)
    return client is not None and re.search(_STARTS, text[client.end() :]) is not None


def target(document: Document, name: str | None = None) -> Stage | None:
    """Find the stage that `--target` names, by its name or number; the last one where it names none."""
    stages = [container.stage for container in document.containers if container.stage]
    if name is None:
        return stages[-1] if stages else None
    for stage in reversed(stages):
        if stage.name == name.lower():
            return stage
    return stages[int(name)] if name.isdecimal() and int(name) < len(stages) else None


def _instruction(logical: Logical, source: Source, fail: Callable[[RefusedError], None]) -> Instruction | None:
    try:
        return to_instruction(logical, source)
    except RefusedError as error:
        fail(error)
        return None


def _refuse_other_files(lines: list[Logical]) -> None:
    """Refuse a file that is named like a Dockerfile and is none: its very first word says so."""
    first = lines[0]
    if first.keyword in KEYWORDS:
        return
    span = Span(0, len(first.keyword))
    if first.text.text.startswith(("{{", "{%", "<%", "#{", "@")):
        message = "this is a template, not a Dockerfile yet: render it first and check the result"
    else:
        message = f"no Dockerfile: it begins with {first.keyword[:30]!r}, which is no instruction"
    error = refusal(first.text, span, message)
    error.failure = error.failure._replace(level=Level.NOTE)
    raise error


def _container(built: Built) -> Container:
    stage = built.stage
    anchor = stage.instructions[0].value
    return Container(
        Kind.STAGE,
        stage.name,
        anchor.source,
        anchor.span,
        image=stage.base,
        user=stage.user,
        ports=stage.exposed,
        entrypoint=stage.entrypoint,
        command=stage.command,
        labels=stage.labels,
        stage=stage,
        unknowns=built.unknowns,
    )


def _start(failure: Failure) -> int:
    if failure.source is None or failure.span is None:
        return 0
    return failure.source.to_root(failure.span)[1].start
