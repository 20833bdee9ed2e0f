"""The stages of a Dockerfile, each with what it inherits.

Build arguments that are not given take their defaults; one without a default is unknown, and so is a variable
that only the base image may set. Rules: BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.dockerfile.checks import is_named
from dropcap.lang.dockerfile.draft import MAX_INHERITED, Draft, FileState, Variables, expanded, value_of
from dropcap.lang.dockerfile.effects import change
from dropcap.lang.dockerfile.instructions import RefusedError, refused
from dropcap.lang.dockerfile.lexer import declared, split
from dropcap.model import Instruction, Located, Stage, Unknown
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dropcap.source import Source


class Built(NamedTuple):
    """A stage, and what in it depends on what is not in the file."""

    stage: Stage
    unknowns: tuple[Unknown, ...]


def build(
    source: Source,
    escape: str,
    instructions: Iterable[Instruction],
    fail: Callable[[RefusedError], None],
    given: Mapping[str, str | None],
) -> list[Built]:
    """Put instructions into stages.

    Args:
        source: the file.
        escape: its escape character.
        instructions: in their order.
        fail: told about each instruction that the builder refuses; it is left out then.
        given: the values of build arguments; None for one that is not known.

    """
    file = FileState(source, escape, given, fail)
    for instruction in instructions:
        try:
            _apply(file, instruction)
        except RefusedError as error:  # noqa: PERF203  # one bad instruction leaves the others
            fail(error)
    return [Built(draft.finish(), tuple(draft.unknowns)) for draft in file.drafts]


def _apply(file: FileState, instruction: Instruction) -> None:
    if instruction.keyword == "FROM":
        _begin(file, instruction)
        return
    if not file.drafts:
        if instruction.keyword != "ARG":
            if not file.is_too_early:
                file.is_too_early = True
                raise refused(file.source, instruction.span, "no build stage in current context: FROM comes first")
            return
        for name, value in declared(instruction.value.source, instruction.value.span, file.escape):
            default = value_of(value, file.lookup, file) if value else None
            file.args[name] = file.given.get(name, default)
        return
    draft = file.drafts[-1]
    draft.instructions.append(instruction)
    if instruction.trigger is not None:
        draft.onbuild.append(instruction.trigger)
    else:
        change(draft, instruction)


def _begin(file: FileState, instruction: Instruction) -> None:
    """Start a stage; its base is an earlier stage or an image."""
    parts = split(instruction.value.source, instruction.value.span)
    image = parts[0] if parts else instruction.value
    name = parts[2].value.lower() if is_named(parts) else ""
    number = len(file.drafts)
    base, unknown = _base(image, file) if len(parts) == 1 or name else _refused_base(instruction.value)
    parent = file.by_name.get(base.value) if base else None
    above = parent.finish() if parent else None
    lists = (above.exposed, above.labels, above.environment) if above else ((), (), ())
    inherited = Variables(parent.env, parent.variables) if parent else Variables({}, {})
    stored: Sequence[Instruction] = parent.onbuild if parent else ()
    file.may_inherit -= sum(map(len, (*lists, inherited.variables, stored)))
    if file.may_inherit < 0 and parent:
        message = f"the stages of this file inherit more than {MAX_INHERITED} values: dropcap does not follow this one"
        file.stop(instruction.value.source, instruction.value.span, message)
        unknown.append(
            Unknown(
                base.value if base else "", "the stages inherit more than dropcap follows", image.source, image.span
            )
        )
        lists, inherited, stored = ((), (), ()), Variables({}, {}), ()
    stage = Stage(
        name=name or str(number),
        number=number,
        base=base,
        user=above.user if above else None,
        entrypoint=above.entrypoint if above else None,
        command=above.command if above else None,
        exposed=lists[0],
        labels=lists[1],
        environment=lists[2],
        instructions=(instruction,),
        parent=above,
    )
    draft = Draft(stage, parent, file, inherited)
    draft.is_from_scratch &= file.may_inherit >= 0
    draft.unknowns += unknown
    file.drafts.append(draft)
    if name:
        file.by_name[name] = draft
    for one in stored:
        change(draft, one)


def _base(image: Located[str], file: FileState) -> tuple[Located[str] | None, list[Unknown]]:
    """Give the name of a stage's base; where the builder refuses it, the stage stands on nothing known."""
    try:
        text, unknown = expanded(image, file.lookup, file, "image")
    except RefusedError as error:
        file.fail(error)
        return _refused_base(image)
    if text == "":
        message = f"base name ({image.value[:30]}) should not be blank"
        file.fail(refused(image.source, image.span, message))
        return _refused_base(image)
    return None if text is None else Located(text, image.source, image.span), unknown


def _refused_base(where: Located[str]) -> tuple[None, list[Unknown]]:
    return None, [Unknown(where.value, "the builder refuses this FROM", where.source, where.span, ("image",))]
