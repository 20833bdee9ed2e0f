"""The stages of a Dockerfile, each with what it inherits.

Build arguments that are not given take their defaults; one without a default is unknown, and so is a variable
that only the base image may set. Rules: BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.budget import Budget
from dropcap.lang.dockerfile.expand import ExpansionError, TooLongError, UnknownVariableError, expand
from dropcap.lang.dockerfile.instructions import RefusedError, refused
from dropcap.lang.dockerfile.lexer import pairs, words
from dropcap.model import Failure, Instruction, Located, Stage, Unknown
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dropcap.source import Source

_PLATFORM_ARGS = frozenset(
    f"{side}{part}" for side in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "ARCH", "VARIANT", "OSVERSION")
)
# Builders predefine these; who sets them is not in the file.
_PROXY_ARGS = frozenset(
    name
    for upper in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (upper, upper.lower())
)
_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")
_DEFAULT_SHELL = ("/bin/sh", "-c")
_TOO_LONG = "dropcap follows no more of what the variables of this file add to it; write this value out"
MAX_INHERITED = 20_000
"""How many values and instructions all the stages of a file may inherit from others of it."""
SCRATCH = "scratch"


class Built(NamedTuple):
    """A stage, and what in it depends on what is not in the file."""

    stage: Stage
    unknowns: tuple[Unknown, ...]


class _Draft:
    """A stage while its instructions are read."""

    def __init__(self, stage: Stage, parent: _Draft | None, file: _File, env: Mapping[str, str | None]) -> None:
        self.stage = stage
        self.file = file
        self.env: dict[str, str | None] = dict(env)
        self.args: dict[str, str | None] = {}
        self.onbuild: list[Instruction] = []
        self.shell: tuple[str, ...] = parent.shell if parent else _DEFAULT_SHELL
        self.unknowns: list[Unknown] = [
            unknown for unknown in (parent.unknowns if parent else ()) if unknown.fields == ("user",)
        ]
        self.has_command = False
        # What a stage gathers waits here until no more comes: a longer tuple for each would take quadratic time.
        self.instructions: list[Instruction] = []
        self.environment: list[Located[str]] = []
        self.labels: list[Located[str]] = []
        self.exposed: list[Located[str]] = []
        base = stage.base
        self.is_from_scratch: bool = parent.is_from_scratch if parent else bool(base and base.value == SCRATCH)

    def finish(self) -> Stage:
        """Put what was gathered into the stage; what it inherits stays the same tuple where nothing is added."""
        stage = self.stage
        self.stage = stage._replace(
            instructions=(*stage.instructions, *self.instructions),
            environment=(*stage.environment, *self.environment) if self.environment else stage.environment,
            labels=(*stage.labels, *self.labels) if self.labels else stage.labels,
            exposed=(*stage.exposed, *self.exposed) if self.exposed else stage.exposed,
        )
        for gathered in (self.instructions, self.environment, self.labels, self.exposed):
            gathered.clear()
        return self.stage

    def lookup(self, name: str) -> str | None:
        """Give a variable's value; None where it may be set elsewhere."""
        if name in self.env:
            return self.env[name]
        if name in self.args:
            return self.args[name]
        return "" if self.is_from_scratch else None


class _File:
    """What the stages of a file share."""

    def __init__(
        self,
        source: Source,
        escape: str,
        given: Mapping[str, str | None],
        fail: Callable[[RefusedError], None],
    ) -> None:
        self.source = source
        self.escape = escape
        self.fail = fail
        self.given = given
        self.args: dict[str, str | None] = {}
        self.drafts: list[_Draft] = []
        self.by_name: dict[str, _Draft] = {}
        self.budget = Budget(source.text)
        self.may_inherit = MAX_INHERITED
        self.is_told = False  # that a limit is met

    def stop(self, where: Source, span: Span, message: str) -> None:
        """Tell, once for a file, that a limit is met."""
        if not self.is_told:
            self.is_told = True
            self.fail(RefusedError(Failure(where.path, message, source=where, span=span)))

    def lookup(self, name: str) -> str | None:
        """Give the value of an argument that stands before the first FROM."""
        if name in _PLATFORM_ARGS or name in _PROXY_ARGS:
            return self.args.get(name)
        return self.args.get(name, "")


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
    file = _File(source, escape, given, fail)
    for instruction in instructions:
        try:
            _apply(file, instruction)
        except RefusedError as error:  # noqa: PERF203  # one bad instruction leaves the others
            fail(error)
    return [Built(draft.finish(), tuple(draft.unknowns)) for draft in file.drafts]


def _apply(file: _File, instruction: Instruction) -> None:
    if instruction.keyword == "FROM":
        _begin(file, instruction)
        return
    if not file.drafts:
        if instruction.keyword != "ARG":
            raise refused(file.source, instruction.span, "no build stage in current context: FROM comes first")
        for name, value in _declared(instruction):
            default = _value(value, file.lookup, file) if value else None
            file.args[name] = file.given.get(name, default)
        return
    draft = file.drafts[-1]
    draft.instructions.append(instruction)
    if instruction.trigger is not None:
        draft.onbuild.append(instruction.trigger)
    else:
        _change(draft, instruction)


def _begin(file: _File, instruction: Instruction) -> None:
    """Start a stage; its base is an earlier stage or an image."""
    parts = list(words(instruction.value.source, instruction.value.span))
    has_name = len(parts) == 3 and parts[1].value.upper() == "AS"  # noqa: PLR2004  # image AS name
    if len(parts) != 1 and not has_name:
        span = instruction.value.span
        raise refused(instruction.value.source, span, "FROM requires either one or three arguments")
    name = parts[2].value.lower() if has_name else ""
    if has_name and not _STAGE_NAME.fullmatch(name):
        raise refused(parts[2].source, parts[2].span, f"invalid name for build stage: {parts[2].value}")
    number = len(file.drafts)
    text, unknown = _expanded(parts[0], file.lookup, file, "image")
    base = None if text is None else Located(text, parts[0].source, parts[0].span)
    parent = file.by_name.get(base.value.lower()) if base else None
    above = parent.finish() if parent else None
    lists = (above.exposed, above.labels, above.environment) if above else ((), (), ())
    env = parent.env if parent else {}
    stored: Sequence[Instruction] = parent.onbuild if parent else ()
    file.may_inherit -= sum(map(len, (*lists, env, stored)))
    if file.may_inherit < 0 and parent:
        message = (
            f"the stages of this file inherit more than {MAX_INHERITED} values: what this one does is not followed"
        )
        file.stop(instruction.value.source, instruction.value.span, message)
        unknown.append(
            Unknown(base.value if base else "", "the stages inherit too much", parts[0].source, parts[0].span)
        )
        lists, env, stored = ((), (), ()), {}, ()
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
    draft = _Draft(stage, parent, file, env)
    draft.is_from_scratch &= file.may_inherit >= 0
    draft.unknowns += unknown
    file.drafts.append(draft)
    if name:
        file.by_name[name] = draft
    for one in stored:
        _change(draft, one)


def _change(draft: _Draft, instruction: Instruction) -> None:
    """Let an instruction act on its stage."""
    change = _CHANGES.get(instruction.keyword)
    if change is not None:
        change(draft, instruction)


def _user(draft: _Draft, instruction: Instruction) -> None:
    value = instruction.value
    user, unknown = _expanded(value, draft.lookup, draft.file, "user")
    draft.unknowns = [one for one in draft.unknowns if one.fields != ("user",)] + unknown
    located = None if user is None else Located(user, value.source, value.span)
    draft.stage = draft.stage._replace(user=located)


def _arg(draft: _Draft, instruction: Instruction) -> None:
    for name, value in _declared(instruction):
        if name in draft.file.given:
            draft.args[name] = draft.file.given[name]
        elif value:
            draft.args[name] = _value(value, draft.lookup, draft.file)
        else:
            draft.args[name] = draft.file.args.get(name)


def _env(draft: _Draft, instruction: Instruction) -> None:
    found = list(pairs(instruction.value.source, instruction.value.span))
    # One instruction sees the values from before it.
    values = [_value(value, draft.lookup, draft.file) for _, value in found]
    draft.env.update(zip((name for name, _ in found), values, strict=True))
    draft.environment += _written(found, values)


def _label(draft: _Draft, instruction: Instruction) -> None:
    found = list(pairs(instruction.value.source, instruction.value.span))
    values = [_value(value, draft.lookup, draft.file) for _, value in found]
    draft.labels += _written(found, values)


def _expose(draft: _Draft, instruction: Instruction) -> None:
    ports = []
    for word in words(instruction.value.source, instruction.value.span):
        value = _value(word, draft.lookup, draft.file)
        if value is not None:
            ports += [Located(port, word.source, word.span) for port in value.split()]
    draft.exposed += ports


def _shell(draft: _Draft, instruction: Instruction) -> None:
    draft.shell = tuple(word.value for word in instruction.words or ())


def _cmd(draft: _Draft, instruction: Instruction) -> None:
    draft.has_command = True
    draft.stage = draft.stage._replace(command=_run_words(draft, instruction))


def _entrypoint(draft: _Draft, instruction: Instruction) -> None:
    entrypoint = _run_words(draft, instruction)
    # A new entrypoint forgets the command of what the stage builds upon, not one of the stage's own.
    command = draft.stage.command if draft.has_command else None
    draft.stage = draft.stage._replace(entrypoint=entrypoint, command=command)


_CHANGES: dict[str, Callable[[_Draft, Instruction], None]] = {
    "ARG": _arg,
    "CMD": _cmd,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "EXPOSE": _expose,
    "LABEL": _label,
    "SHELL": _shell,
    "USER": _user,
}


def _run_words(draft: _Draft, instruction: Instruction) -> tuple[Located[str], ...]:
    """Give the words that are executed: those of the JSON form, or the shell's and the text."""
    if instruction.words is not None:
        return instruction.words
    value = instruction.value
    if not value.value:
        return ()
    return tuple(Located(word, value.source, value.span) for word in (*draft.shell, value.value))


def _declared(instruction: Instruction) -> Iterable[tuple[str, Located[str] | None]]:
    """Give the names of an ARG instruction with their defaults."""
    for word in words(instruction.value.source, instruction.value.span):
        name, has_default, default = word.value.partition("=")
        start = word.span.start + len(name) + 1
        yield name, Located(default, word.source, Span(start, word.span.end)) if has_default else None


def _written(found: list[tuple[str, Located[str]]], values: list[str | None]) -> list[Located[str]]:
    """Write pairs whose values are known as `name=value`."""
    return [
        Located(f"{name}={value}", place.source, place.span)
        for (name, place), value in zip(found, values, strict=True)
        if value is not None
    ]


def _value(written: Located[str], lookup: Callable[[str], str | None], file: _File) -> str | None:
    """Expand a value; None where it depends on what is not in the file."""
    return _expanded(written, lookup, file, "")[0]


def _expanded(
    written: Located[str], lookup: Callable[[str], str | None], file: _File, field: str
) -> tuple[str | None, list[Unknown]]:
    """Expand a value; where that is not possible, say why for the container's field that is made of it."""
    try:
        return expand(written.value, lookup, file.escape, file.budget), []
    except UnknownVariableError as error:
        reason = f"the value of {error} is not in this file"
    except TooLongError:
        reason = "it is too long to follow"
        file.stop(written.source, written.span, _TOO_LONG)
    except ExpansionError as error:
        raise refused(written.source, written.span, str(error)) from None
    return None, [Unknown(written.value, reason, written.source, written.span, (field,))]
