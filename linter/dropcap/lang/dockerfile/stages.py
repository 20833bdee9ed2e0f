"""The stages of a Dockerfile, each with what it inherits.

Build arguments that are not given take their defaults; one without a default is unknown, and so is a variable
that only the base image may set. Rules: BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.budget import Budget
from dropcap.lang.dockerfile.checks import is_named, listed
from dropcap.lang.dockerfile.expand import Absent, ExpansionError, TooLongError, UnknownVariableError, expand
from dropcap.lang.dockerfile.heredocs import is_heredoc
from dropcap.lang.dockerfile.instructions import RefusedError, refused
from dropcap.lang.dockerfile.lexer import declared, pairs, split
from dropcap.lang.dockerfile.mounts import MountError, check_mount
from dropcap.lang.dockerfile.values import is_port, is_signal
from dropcap.model import Failure, Instruction, Located, Stage, Unknown
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dropcap.lang.dockerfile.expand import Lookup
    from dropcap.source import Source, Span

_PLATFORM_ARGS = frozenset(
    f"{side}{part}" for side in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "ARCH", "VARIANT", "OSVERSION")
)
# Builders predefine these; who sets them is not in the file.
_PROXY_ARGS = frozenset(
    name
    for upper in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (upper, upper.lower())
)
_DEFAULT_SHELL = ("/bin/sh", "-c")
# The builder sets it where the base does not.
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_TOO_LONG = "dropcap follows no more of what the variables of this file add to it; write this value out"
MAX_INHERITED = 20_000
"""How many values and instructions all the stages of a file may inherit from others of it."""
SCRATCH = "scratch"


class Built(NamedTuple):
    """A stage, and what in it depends on what is not in the file."""

    stage: Stage
    unknowns: tuple[Unknown, ...]


class _Variables(NamedTuple):
    """What a stage hands on to those that build upon it; None for a value that is not known."""

    env: Mapping[str, str | None]
    variables: Mapping[str, str | None]


class _Draft:
    """A stage while its instructions are read."""

    def __init__(self, stage: Stage, parent: _Draft | None, file: _File, inherited: _Variables) -> None:
        self.stage = stage
        self.file = file
        self.env = dict(inherited.env)
        # What ARG and ENV set, the later over the earlier one; a stage begins with what its base has as ENV.
        self.variables = {**inherited.variables, **inherited.env}
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

    def lookup(self, name: str) -> str | Absent:
        """Give a variable's value."""
        if name in self.variables:
            value = self.variables[name]
            return Absent.UNKNOWN if value is None else value
        if not self.is_from_scratch:
            return Absent.UNKNOWN
        return _DEFAULT_PATH if name == "PATH" else Absent.UNSET


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
        self.is_too_early = False  # that an instruction stands before the first FROM

    def stop(self, where: Source, span: Span, message: str) -> None:
        """Tell, once for a file, that a limit is met."""
        if not self.is_told:
            self.is_told = True
            self.fail(RefusedError(Failure(where.path, message, source=where, span=span)))

    def lookup(self, name: str) -> str | Absent:
        """Give the value of an argument that stands before the first FROM."""
        value = self.args.get(name)
        if value is not None:
            return value
        is_known = name not in self.args and name not in _PLATFORM_ARGS and name not in _PROXY_ARGS
        return Absent.UNSET if is_known else Absent.UNKNOWN


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
            if not file.is_too_early:
                file.is_too_early = True
                raise refused(file.source, instruction.span, "no build stage in current context: FROM comes first")
            return
        for name, value in declared(instruction.value.source, instruction.value.span, file.escape):
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
    parts = split(instruction.value.source, instruction.value.span)
    image = parts[0] if parts else instruction.value
    name = parts[2].value.lower() if is_named(parts) else ""
    number = len(file.drafts)
    base, unknown = _base(image, file) if len(parts) == 1 or name else _refused_base(instruction.value)
    parent = file.by_name.get(base.value) if base else None
    above = parent.finish() if parent else None
    lists = (above.exposed, above.labels, above.environment) if above else ((), (), ())
    inherited = _Variables(parent.env, parent.variables) if parent else _Variables({}, {})
    stored: Sequence[Instruction] = parent.onbuild if parent else ()
    file.may_inherit -= sum(map(len, (*lists, inherited.variables, stored)))
    if file.may_inherit < 0 and parent:
        message = (
            f"the stages of this file inherit more than {MAX_INHERITED} values: what this one does is not followed"
        )
        file.stop(instruction.value.source, instruction.value.span, message)
        unknown.append(Unknown(base.value if base else "", "the stages inherit too much", image.source, image.span))
        lists, inherited, stored = ((), (), ()), _Variables({}, {}), ()
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
    draft = _Draft(stage, parent, file, inherited)
    draft.is_from_scratch &= file.may_inherit >= 0
    draft.unknowns += unknown
    file.drafts.append(draft)
    if name:
        file.by_name[name] = draft
    for one in stored:
        _change(draft, one)


def _base(image: Located[str], file: _File) -> tuple[Located[str] | None, list[Unknown]]:
    """Give the name of a stage's base; where the builder refuses it, the stage stands on nothing known."""
    try:
        text, unknown = _expanded(image, file.lookup, file, "image")
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
    for name, value in declared(instruction.value.source, instruction.value.span, draft.file.escape):
        if name in draft.file.given:
            draft.variables[name] = draft.file.given[name]
        elif value:
            draft.variables[name] = _value(value, draft.lookup, draft.file)
        elif name in draft.file.args or name not in draft.variables:
            draft.variables[name] = draft.file.args.get(name)


def _env(draft: _Draft, instruction: Instruction) -> None:
    # One instruction sees the values from before it.
    found = list(_pairs(draft, instruction))
    for name, value, _ in found:
        draft.env[name] = draft.variables[name] = value
    draft.environment += _written(found)


def _label(draft: _Draft, instruction: Instruction) -> None:
    draft.labels += _written(_pairs(draft, instruction))


def _expose(draft: _Draft, instruction: Instruction) -> None:
    ports = []
    for word in split(instruction.value.source, instruction.value.span):
        value = _value(word, draft.lookup, draft.file)
        for port in value.split() if value is not None else ():
            if not is_port(port):
                raise refused(word.source, word.span, f"invalid port: {port[:30]!r}")
            ports.append(Located(port, word.source, word.span))
    draft.exposed += ports


def _stop_signal(draft: _Draft, instruction: Instruction) -> None:
    signal = _value(instruction.value, draft.lookup, draft.file)
    if signal is not None and not is_signal(signal):
        raise refused(instruction.value.source, instruction.value.span, f"invalid signal: {signal[:30]}")


def _volume(draft: _Draft, instruction: Instruction) -> None:
    for word in listed(instruction):
        if _value(word, draft.lookup, draft.file) == "":
            raise refused(word.source, word.span, "VOLUME specified can not be an empty string")


def _copy(draft: _Draft, instruction: Instruction) -> None:
    for word in listed(instruction):
        if not is_heredoc(word.value):
            _value(word, draft.lookup, draft.file)
    for flag in instruction.flags:
        name, _, value = flag.value.partition("=")
        if name in {"--chown", "--chmod", "--checksum"}:
            _value(Located(value, flag.source, flag.span), draft.lookup, draft.file)


def _run(draft: _Draft, instruction: Instruction) -> None:
    for flag in instruction.flags:
        if not flag.value.startswith("--mount="):
            continue
        try:
            check_mount(
                flag.value.removeprefix("--mount="),
                lambda value, flag=flag: _value(Located(value, flag.source, flag.span), draft.lookup, draft.file),  # type: ignore[misc]  # bound now
            )
        except MountError as error:
            raise refused(flag.source, flag.span, str(error)) from None


def _workdir(draft: _Draft, instruction: Instruction) -> None:
    _value(instruction.value, draft.lookup, draft.file)


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
    "ADD": _copy,
    "ARG": _arg,
    "CMD": _cmd,
    "COPY": _copy,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "EXPOSE": _expose,
    "LABEL": _label,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _stop_signal,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}


def _run_words(draft: _Draft, instruction: Instruction) -> tuple[Located[str], ...]:
    """Give the words that are executed: those of the JSON form, or the shell's and the text."""
    if instruction.words is not None:
        return instruction.words
    value = instruction.value
    if not value.value:
        return ()
    return tuple(Located(word, value.source, value.span) for word in (*draft.shell, value.value))


def _pairs(draft: _Draft, instruction: Instruction) -> Iterable[tuple[str, str | None, Located[str]]]:
    """Give the names and values of an instruction that sets some; one whose name is not known is left out."""
    for name, place in pairs(instruction.value.source, instruction.value.span, draft.file.escape):
        key = _value(name, draft.lookup, draft.file)
        value = _value(place, draft.lookup, draft.file)
        if key is not None:
            yield key, value, place


def _written(found: Iterable[tuple[str, str | None, Located[str]]]) -> list[Located[str]]:
    """Write pairs whose values are known as `name=value`."""
    return [Located(f"{name}={value}", place.source, place.span) for name, value, place in found if value is not None]


def _value(written: Located[str], lookup: Lookup, file: _File) -> str | None:
    """Expand a value; None where it depends on what is not in the file."""
    return _expanded(written, lookup, file, "")[0]


def _expanded(written: Located[str], lookup: Lookup, file: _File, field: str) -> tuple[str | None, list[Unknown]]:
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
