"""Dockerfiles: a container of the kind `stage` for each stage, with what it inherits."""

from __future__ import annotations

import os
import re
from itertools import groupby
from typing import TYPE_CHECKING

from dropcap.clients import client_names, verbs
from dropcap.lang.dockerfile.checks import check
from dropcap.lang.dockerfile.instructions import KEYWORDS, RefusedError, refused, to_instruction
from dropcap.lang.dockerfile.lexer import SPACE, keyword
from dropcap.lang.dockerfile.logical_lines import TAKES_HEREDOCS, read_lines, refusal
from dropcap.lang.dockerfile.stages import build
from dropcap.lang.dockerfile.uses import with_uses
from dropcap.model import (
    MOST_CONTAINERS,
    Container,
    Document,
    Failure,
    Instruction,
    Kind,
    Level,
    ProcessOptions,
    UnreadableError,
)
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dropcap.carriers.request import Request
    from dropcap.lang.dockerfile.logical_lines import Lines, Logical
    from dropcap.lang.dockerfile.stages import Built
    from dropcap.model import Stage
    from dropcap.source import Source

__all__ = ["may_start_containers", "read", "read_stages", "target"]

_LIKE_A_HEREDOC = r"<<-?\s*\\?['\"]?(\w+)"
_TEMPLATE = "this is a template of a Dockerfile: run its tool first and check the result"
_MARKS = ("{{", "{%", "<%", "%%")
_OPTION = "${templateOption:"  # in templates of development containers
# The ends of a target above the folder of sudoers files.
_ABOVE_SUDOERS = ("/etc", "/etc/", " /", '"/')
_CLIENT = r"\b{clients}(?:[-.]\w+)?[\s\\\"',]"


def read(source: Source, request: Request | None = None) -> Document:
    """Read a Dockerfile: its stages, and the containers that its build steps start.

    What the builder would refuse is a failure, and the rest is still read; but nothing below a broken heredoc.

    Raises:
        UnreadableError: the builder cannot take it apart: it is empty, is no Dockerfile or no UTF-8.

    """
    document, _ = _read(source, {})
    steps = (step for one in document.containers if one.stage is not None for step in one.stage.steps)
    if request is not None and any(map(_may_copy_sudoers, steps)):
        from dropcap.carriers.dockerfile import copied_sudoers  # few Dockerfiles copy anything there

        document = copied_sudoers.with_copied(document, request.workspace)
    if not may_start_containers(source.text):
        return document
    from dropcap.carriers.dockerfile import build_steps  # few Dockerfiles name a client at all

    return build_steps.added(document)


def read_stages(source: Source, arguments: Mapping[str, str | None] | None = None) -> Document:
    """Read a Dockerfile's stages for one who builds it; other refusals than these are failures.

    Args:
        source: the file.
        arguments: the values that its build is given for `ARG`; None for one that is not known.

    Raises:
        UnreadableError: as :func:`read`, and where a heredoc is broken, so that nobody knows what its stages are.

    """
    document, cut = _read(source, arguments or {})
    if cut is not None:
        raise UnreadableError(cut)
    return document


_MOST_KEPT = 100_000
_MOST_READ = 16
_last: list[tuple[Source, dict[str, str | None], tuple[Document, Failure | None]]] = []


def _read(source: Source, arguments: Mapping[str, str | None]) -> tuple[Document, Failure | None]:
    """Read a Dockerfile's stages; gives why they end before the file does, too.

    What was read last is kept: a file stands beside the project that builds it, and is read for both.
    """
    for known, given, read in _last:
        if known is source and given == arguments:
            return read
    read = _stages(source, arguments)
    if len(source.text) <= _MOST_KEPT:
        _last[:] = [*_last[1 - _MOST_READ :], (source, dict(arguments), read)]
    return read


def _stages(source: Source, arguments: Mapping[str, str | None]) -> tuple[Document, Failure | None]:
    if source.encoding != "utf-8":
        message = f"the builder does not read {source.encoding.upper()}; save the file as UTF-8"
        raise refusal(source, Span(0, 0), message)
    lines = read_lines(source)
    cut = lines.broken
    if not lines.instructions and cut is None:
        raise refusal(source, Span(0, 0), "not a Dockerfile: it has no instructions")
    _refuse_other_files(source, lines.instructions)
    failures: list[Failure] = []

    def fail(error: RefusedError) -> None:
        failures.append(error.failure)

    instructions: list[Instruction] = []
    stages = 0
    try:
        for instruction in _instructions(lines, source, fail):
            stages += instruction.keyword == "FROM"
            if stages > MOST_CONTAINERS:
                from dropcap.carriers.too_many import too_many

                cut = too_many(instruction.value.source, instruction.value.span)
                break
            instructions.append(instruction)
    except UnreadableError as error:
        cut = error.failure
    failures += [cut] if cut else []
    built = build(source, lines.escape, instructions, fail, arguments)
    uses = with_uses([one.stage for one in built])
    built = [one._replace(stage=stage) for one, stage in zip(built, uses, strict=True)]
    if not built and not failures:
        message = "the builder refuses this: no FROM, so there is no stage to build; begin with FROM IMAGE"
        failures.append(Failure(source.path, message, source=source, span=instructions[0].span))
    failures.sort(key=_start)
    # What a build is given besides is said by who starts it; without a word of it that is the file's own folder.
    process = ProcessOptions(context=os.path.dirname(source.path) or os.curdir)
    return Document(source, "dockerfile", tuple(_container(one, process) for one in built), tuple(failures)), cut


def _may_copy_sudoers(step: Instruction) -> bool:
    text = step.value.value
    return step.keyword in {"ADD", "COPY"} and ("/etc/sudoers" in text or text.rstrip('"] ').endswith(_ABOVE_SUDOERS))


def may_start_containers(text: str) -> bool:
    """Return whether build steps may start containers; few Dockerfiles name a client at all."""
    client = re.search(_CLIENT.replace("{clients}", client_names()), text)
    return client is not None and re.search(rf"\b(?:{'|'.join(sorted(verbs()))})\b", text[client.end() :]) is not None


def target(document: Document, name: str | None = None) -> Stage | None:
    """Find the stage that `--target` names, by its name or number; the last one where it names none."""
    stages = [container.stage for container in document.containers if container.stage]
    if name is None:
        return stages[-1] if stages else None
    for stage in reversed(stages):
        if stage.name == name.lower():
            return stage
    return stages[int(name)] if name.isdecimal() and int(name) < len(stages) else None


def _instructions(lines: Lines, source: Source, fail: Callable[[RefusedError], None]) -> Iterator[Instruction]:
    """Give the instructions that the builder takes, and each FROM: what follows it is not the stage's before it."""
    missed = _missed_heredoc(lines.instructions)
    for is_known, group in groupby(enumerate(lines.instructions), lambda pair: pair[1].keyword in KEYWORDS):
        together = list(group)
        number, first = together[0]
        if is_known:
            for _, logical in together:
                yield from _instruction(logical, lines.escape, source, fail)
        elif missed and missed[0] < number <= missed[1]:
            raise _no_heredoc(lines.instructions[missed[0]], first)
        else:
            fail(_unknown(first, len(together)))


def _instruction(
    logical: Logical, escape: str, source: Source, fail: Callable[[RefusedError], None]
) -> Iterator[Instruction]:
    try:
        instruction = to_instruction(logical, source, escape)
        if logical.keyword == "FROM":
            yield instruction
        check(instruction, logical.heredocs, source, escape)
    except RefusedError as error:
        fail(error)
    else:
        if logical.keyword != "FROM":
            yield instruction


def _unknown(logical: Logical, count: int) -> RefusedError:
    """Refuse instructions that are none and follow each other, all at once."""
    more = "" if count == 1 else f" (and {count - 1} more {'line' if count == 2 else 'lines'} below it)"  # noqa: PLR2004  # itself and one
    return refused(logical.text, keyword(logical.text.text), f"unknown instruction: {logical.keyword[:30]}{more}")


def _no_heredoc(beginning: Logical, logical: Logical) -> UnreadableError:
    """Refuse the first line of what was to be a heredoc; what is one and what not is anybody's guess below it."""
    line = beginning.text.region(Span(0, 1)).line
    message = (
        f"the builder refuses this: unknown instruction: {logical.keyword[:30]}; line {line} begins no heredoc, so"
        " it reads the text below it as instructions; dropcap checks nothing from here on"
    )
    return refusal(logical.text, keyword(logical.text.text), message)


def _missed_heredoc(logicals: Sequence[Logical]) -> tuple[int, int] | None:
    """Find the first instruction that was to begin a heredoc and does not, and the line that was to end it."""
    pending: dict[str, int] = {}
    for number, logical in enumerate(logicals):
        text = logical.text.text
        first = pending.get(text.strip(SPACE))
        if first is not None:
            return first, number
        if logical.keyword in TAKES_HEREDOCS and "<<" in text and not logical.heredocs:
            for found in re.finditer(_LIKE_A_HEREDOC, text):
                pending.setdefault(found[1], number)
    return None


def _refuse_other_files(source: Source, lines: list[Logical]) -> None:
    """Refuse a template, and a file that is named like a Dockerfile and is none: its very first word says so."""
    if not lines:
        return
    first = lines[0]
    at = source.text.find(_OPTION)
    if at >= 0:
        raise _note(source, Span(at, at + len(_OPTION)), _TEMPLATE)
    for logical in lines:
        span = keyword(logical.text.text)
        marks = _MARKS if logical is not first else (*_MARKS, "#{", "@")
        if logical.keyword not in KEYWORDS and logical.text.text.startswith(marks, span.start):
            raise _note(logical.text, span, _TEMPLATE)
        if logical.keyword == "FROM" and any(mark in logical.text.text for mark in _MARKS):
            raise _note(logical.text, span, _TEMPLATE)
    if first.keyword not in KEYWORDS:
        message = f"not a Dockerfile: it begins with {first.keyword[:30]!r}, which is not an instruction"
        raise _note(first.text, keyword(first.text.text), message)


def _note(source: Source, span: Span, message: str) -> UnreadableError:
    error = refusal(source, span, message)
    error.failure = error.failure._replace(level=Level.NOTE)
    return error


def _container(built: Built, process: ProcessOptions) -> Container:
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
        process=process,
        unknowns=built.unknowns,
    )


def _start(failure: Failure) -> int:
    if failure.source is None or failure.span is None:
        return 0
    return failure.source.to_root(failure.span)[1].start
