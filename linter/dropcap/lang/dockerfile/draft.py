"""What is known of a Dockerfile and of its stages while their instructions are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.budget import Budget
from dropcap.lang.dockerfile.expand import Absent, ExpansionError, TooLongError, UnknownVariableError, expand
from dropcap.lang.dockerfile.instructions import RefusedError, refused
from dropcap.model import Failure, Located, Unknown
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dropcap.lang.dockerfile.expand import Lookup
    from dropcap.model import Instruction, Stage
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
_TOO_LONG = "the variables of this file make it too long for dropcap to follow; write this value out"
MAX_INHERITED = 20_000
"""How many values and instructions all the stages of a file may inherit from others of it."""
SCRATCH = "scratch"


class Variables(NamedTuple):
    """What a stage hands on to those that build upon it; None for a value that is not known."""

    env: Mapping[str, str | None]
    variables: Mapping[str, str | None]


class Draft:
    """A stage while its instructions are read."""

    def __init__(self, stage: Stage, parent: Draft | None, file: FileState, inherited: Variables) -> None:
        """Begin with what the stage inherits."""
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
        self.arguments: list[Located[str]] = []
        self.sources: dict[str, Stage] = {}
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
            arguments=(*stage.arguments, *self.arguments) if self.arguments else stage.arguments,
            sources=tuple(self.sources.items()) if len(self.sources) != len(stage.sources) else stage.sources,
        )
        for gathered in (self.instructions, self.environment, self.labels, self.exposed, self.arguments):
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


class FileState:
    """What the stages of a file share."""

    def __init__(
        self,
        source: Source,
        escape: str,
        given: Mapping[str, str | None],
        fail: Callable[[RefusedError], None],
    ) -> None:
        """Take what :func:`dropcap.lang.dockerfile.stages.build` takes."""
        self.source = source
        self.escape = escape
        self.fail = fail
        self.given = given
        self.args: dict[str, str | None] = {}
        self.drafts: list[Draft] = []
        self.by_name: dict[str, Draft] = {}
        self.budget = Budget(source.text)
        self.may_inherit = MAX_INHERITED
        self.is_told = False  # that a limit is met
        self.is_too_early = False  # that an instruction stands before the first FROM

    def stage(self, name: str) -> Draft | None:
        """Return the stage of a name or a number, where one before the last has it."""
        found = self.by_name.get(name.lower())
        if found is None and name.isdecimal() and int(name) < len(self.drafts) - 1:
            return self.drafts[int(name)]
        return found

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


def value_of(written: Located[str], lookup: Lookup, file: FileState) -> str | None:
    """Expand a value; None where it depends on what is not in the file."""
    return expanded(written, lookup, file, "")[0]


def expanded(written: Located[str], lookup: Lookup, file: FileState, field: str) -> tuple[str | None, list[Unknown]]:
    """Expand a value; where that is not possible, say why for the container's field that is made of it."""
    try:
        return expand(written.value, lookup, file.escape, file.budget), []
    except UnknownVariableError as error:
        reason = f"the value of {error} is not in this file"
    except TooLongError:
        reason = "it is too long for dropcap to follow"
        file.stop(written.source, written.span, _TOO_LONG)
    except ExpansionError as error:
        raise refused(written.source, written.span, str(error)) from None
    return None, [Unknown(written.value, reason, written.source, written.span, (field,))]
