"""The data that readers give, rules judge and writers print. Frozen and dumb: functions do the work.

Records are named tuples, not dataclasses: importing `dataclasses` costs more than reading a Compose file.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum, IntEnum
from os import listdir
from os.path import dirname, join
from typing import TYPE_CHECKING

from dropcap.namedtuple import Generic, NamedTuple, field_getter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, TypeVar

    from dropcap.source import Source, Span

    T = TypeVar("T")


def _engines() -> list[str]:
    """Return the modules of :mod:`dropcap.capabilities.engines`."""
    folder = join(dirname(__file__), "capabilities", "engines")
    return sorted(name[:-3] for name in listdir(folder) if name.endswith(".py") and name[0] != "_")


class Engine(Enum):
    """A program that starts containers; each combines capabilities in its own way."""

    __hash__ = object.__hash__  # each member is there once; that of Enum is slow, and these are keys of tables

    DOCKER = "docker"
    PODMAN = "podman"
    NERDCTL = "nerdctl"
    SWARM = "swarm"
    # Nothing speaks of the others by name.
    _ignore_ = ["name"]  # noqa: RUF012  # Enum takes it out of the class
    for name in _engines():
        if name.upper() not in vars():
            vars()[name.upper()] = name


class Kind(Enum):
    """What a container was read from."""

    __hash__ = object.__hash__  # as that of Engine

    SERVICE = "service"
    RUN = "run"
    CREATE = "create"
    EXEC = "exec"
    """A command in a running container."""
    UPDATE = "update"
    """What a running Swarm service is changed to."""
    POD = "pod"
    """What several containers of Podman share; it runs nothing of its own."""
    BUILD = "build"
    """The building of an image; `privileged` says whether its steps may be."""
    DEVCONTAINER = "devcontainer"
    QUADLET = "quadlet"
    INSPECT = "inspect"
    """A container that an engine described; nothing can be mended there."""
    STAGE = "stage"


class Severity(IntEnum):
    """How much a finding matters, in order."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The lower-case word that people type and read."""
        return self.name.lower()


class Located(tuple, Generic["T"]):  # type: ignore[type-arg]  # a generic named tuple needs Python 3.11
    """A value and the place it stands at."""

    __slots__ = ()

    def __new__(cls, value: T, source: Source, span: Span) -> Located[T]:
        """Make the value at `span` of `source`."""
        return tuple.__new__(cls, (value, source, span))

    def __getnewargs__(self) -> tuple[T, Source, Span]:
        """Let pickle call `__new__` with three arguments."""
        return (self.value, self.source, self.span)

    def __repr__(self) -> str:
        """Show the value and its place."""
        return f"Located({self.value!r}, {self.source.path!r}, {self.span.start}:{self.span.end})"

    if TYPE_CHECKING:

        @property
        def value(self) -> T:
            """What stands there."""

        @property
        def source(self) -> Source:
            """The text it stands in."""

        @property
        def span(self) -> Span:
            """Where it stands in that text."""
    else:
        value = field_getter(0, "What stands there.")
        source = field_getter(1, "The text it stands in.")
        span = field_getter(2, "Where it stands in that text.")


class Unknown(NamedTuple):
    """Something that cannot be seen through: `"${ARGS[@]}"`, an `extends` that is not resolved.

    Attributes:
        text: the expression as it is written.
        reason: why it is not known, to follow the word "because".
        source: the text it stands in.
        span: where it stands.
        fields: the names of the :class:`Container` fields it may decide; empty when it may decide any.

    """

    text: str
    reason: str
    source: Source
    span: Span
    fields: tuple[str, ...] = ()


class Mount(NamedTuple):
    """A place in the container that comes from elsewhere.

    Attributes:
        type: `bind`, `volume`, `tmpfs`, or another of the engine's words.
        source: the host path or volume name; empty when there is none.
        target: the path in the container.
        read_only: whether it cannot be written.

    """

    type: str
    source: str
    target: str
    read_only: bool = False


class Instruction(NamedTuple):
    """One Dockerfile instruction.

    Attributes:
        keyword: in upper case: `RUN`.
        flags: its `--name=value` words, each located, without quotes and escapes.
        value: all that follows keyword and flags, continuation lines joined as the builder joins them.
        words: the JSON form's items, or None in shell form.
        body: the text that a shell would run, heredocs included, as a source of its own; None where there is none.
        span: from the keyword to the end of its last line (heredoc bodies included).
        trigger: the instruction that ONBUILD keeps for the builds upon this stage's image.
        contents: of COPY and ADD, the heredocs: the name of each, and its text, or None where the builder changes it.

    """

    keyword: str
    flags: tuple[Located[str], ...]
    value: Located[str]
    words: tuple[Located[str], ...] | None
    body: Source | None
    span: Span
    trigger: Instruction | None = None
    contents: tuple[tuple[str, Source | None], ...] = ()


class Stage(NamedTuple):
    """What a Dockerfile stage carries, with all that it inherits from the stages it builds upon.

    Attributes:
        name: the stage's own name, or its number where it has none.
        number: its number, from 0.
        base: the image or stage after `FROM`, build arguments expanded; None where they are not known.
        user: the last `USER`, expanded, looked for in parent stages too; None where only the base says.
        entrypoint: the words of the last ENTRYPOINT, or None.
        command: the words of the last CMD, or None.
        exposed: the ports of EXPOSE.
        labels: `key=value`, expanded.
        environment: `key=value`, expanded.
        instructions: the instructions of this stage alone, FROM first.
        parent: the stage that FROM names, or None for an image.
        arguments: the values of this stage's ARGs that are known, as `key=value`, each at its ARG.
        sources: the stages that its `COPY --from` names, each with the word that names it.

    """

    name: str
    number: int
    base: Located[str] | None
    user: Located[str] | None
    entrypoint: tuple[Located[str], ...] | None
    command: tuple[Located[str], ...] | None
    exposed: tuple[Located[str], ...]
    labels: tuple[Located[str], ...]
    environment: tuple[Located[str], ...]
    instructions: tuple[Instruction, ...]
    parent: Stage | None
    arguments: tuple[Located[str], ...] = ()
    sources: tuple[tuple[str, Stage], ...] = ()

    @property
    def steps(self) -> tuple[Instruction, ...]:
        """Its instructions, each ONBUILD replaced by what it keeps: what it does in a build, its own or another."""
        return tuple(one.trigger or one for one in self.instructions)


class Related(NamedTuple):
    """Another place that a problem speaks of."""

    message: str
    where: Located[Any]


class Route(NamedTuple):
    """How the values of a stretch of text come to a container that stands elsewhere.

    Attributes:
        source: the text, a whole file.
        span: the stretch: a service that is extended, a file that is included, a value that a variable sets.
        steps: the places that lead from there to the container.

    """

    source: Source
    span: Span
    steps: tuple[Related, ...]


MAX_ALIKE = 20
"""How many ways by which one stretch of text comes to a container are told."""


class SharedRoutes:
    """The routes that all containers of a project share, found by place without a look at each.

    The stretches of one text lie inside one another or apart, as the nodes of a tree do: those around a place are the
    last one that starts before it, and what that lies in.
    """

    __slots__ = ("_by_source", "routes")

    def __init__(self, routes: Sequence[Route]) -> None:
        """Take the routes in the order in which they are told."""
        self.routes = tuple(routes)
        by_source: dict[int, list[tuple[int, int, int]]] = {}
        for number, route in enumerate(self.routes):
            by_source.setdefault(id(route.source), []).append((route.span.start, -route.span.end, number))
        self._by_source = {source: _nested(sorted(places)) for source, places in by_source.items()}

    def around(self, source: Source, span: Span) -> list[Route]:
        """Return the routes whose stretch holds a span, in their order."""
        places = self._by_source.get(id(source), [])
        at = bisect_right(places, (span.start, _AFTER_ALL)) - 1
        found: list[int] = []
        while at >= 0:
            _, end, number, at = places[at]
            if span.end <= -end:
                found.append(number)
        return [self.routes[number] for number in sorted(found)]


_AFTER_ALL = 1


def _nested(places: list[tuple[int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Add to each stretch, given by start, end times -1 and number, the position of the one that it lies in, or -1."""
    nested: list[tuple[int, int, int, int]] = []
    around: list[int] = []
    alike = 0
    for start, end, number in places:
        alike = alike + 1 if nested and nested[-1][:2] == (start, end) else 0
        if alike >= MAX_ALIKE:
            continue
        while around and nested[around[-1]][1] > end:
            around.pop()
        nested.append((start, end, number, around[-1] if around else -1))
        around.append(len(nested) - 1)
    return nested


class Hook(NamedTuple):
    """A command that an engine starts in a running container, or about it.

    Attributes:
        name: the key that says when: `post_start`, `pre_stop`.
        words: the command.
        user: whom it runs as; None for the container's user.
        privileged: whether it holds everything; None where nothing says so.

    """

    name: str
    words: tuple[Located[str], ...]
    user: Located[str] | None = None
    privileged: Located[bool] | None = None


class ProcessOptions(NamedTuple):
    """What a file says of a container's processes beside their entrypoint, command and user.

    Attributes:
        environment: `NAME=value` as the process gets it, or `NAME` where the value is not known; the place is the
            value's, or the name's where there is none. Never to be printed as a whole: values may be secrets.
        has_more: whether there are variables that are not seen, as those of a file that is not at hand.
        working_folder: where the first process starts; None where the image decides.
        init: whether the engine puts an init of its own before the entrypoint.
        health_check: the words of the health check, `CMD` or `CMD-SHELL` first; none where it is switched off; None
            where the image decides.
        hooks: what is started in it beside the first process.
        context: the folder that its image is built from, as it is to be printed, relative to where the program runs;
            empty where it is not built or lies elsewhere.
        texts: what is mounted as a file and whose text the project has: the path in the container, and the file's
            path or the text itself.
        unknowns: what hides some of these, by their names here.

    """

    environment: tuple[Located[str], ...] = ()
    has_more: bool = False
    working_folder: Located[str] | None = None
    init: Located[bool] | None = None
    health_check: tuple[Located[str], ...] | None = None
    hooks: tuple[Hook, ...] = ()
    context: str = ""
    texts: tuple[tuple[str, str | Source], ...] = ()
    unknowns: tuple[Unknown, ...] = ()

    def __repr__(self) -> str:
        """Name the variables and never their values, nor the words of commands: they may be secrets."""
        names = ", ".join(one.value.partition("=")[0] for one in self.environment)
        return f"ProcessOptions({names}{', and more' if self.has_more else ''})"


class ServiceCall(NamedTuple):
    """What a command line says of the Compose project that its service belongs to.

    A path is relative to the folder that the script is started in. One that is not known is None.

    Attributes:
        name: the service's name, as it is written.
        folder: the folder that the line runs in.
        reason: why the folder is not known, to follow the word "because".
        files: the Compose files that it names; none where it names none, and `-` for what it reads from its input.
        directory: the project's folder, where it names one.
        env_files: the files of variables that it names.
        variables: what the script gives it of the environment.
        keeps_ports: whether the service's ports are published.
        is_resolved: whether the container is the service's, with what the line lays over it.

    """

    name: str | None
    folder: str | None = None
    reason: str = ""
    files: tuple[str | None, ...] = ()
    directory: tuple[str | None, ...] = ()
    env_files: tuple[str | None, ...] = ()
    variables: tuple[tuple[str, str | None], ...] = ()
    keeps_ports: bool = False
    is_resolved: bool = False


class Container(NamedTuple):
    """One container, as its file describes it: values as written, each with its place.

    What the values mean is computed, never stored: see :mod:`dropcap.capabilities.effective`.

    Attributes:
        kind: what it was read from.
        name: a service's name, `--name` or the image of a command line, a stage's name.
        source: the text it stands in.
        span: its anchor, the name or the command's words; an absence is reported there.
        engine: the engine that its file names, or None: then the configuration decides.
        given_name: the name that the file tells the engine to give it: `--name`, `container_name`.
        refusals: why its engine does not start it as it is; what it would hold is said all the same.
        stage: the Dockerfile stage that its image is built from, where that is known.
        build_grants: what lets steps of that build run with every capability.
        process: what is said of its processes besides; None where nothing is, or the file's kind has no more to say.
        service: of a command line, the Compose service that it runs or runs a command in.
        unknowns: what cannot be seen through; ask :meth:`may_be_set`.
        routes: how values that stand elsewhere came to it; ask :meth:`route`.
        shared_routes: the same of what comes to all containers of its project alike.

    """

    kind: Kind
    name: str
    source: Source
    span: Span
    engine: Engine | None = None
    image: Located[str] | None = None
    user: Located[str] | None = None
    privileged: Located[bool] | None = None
    cap_add: tuple[Located[str], ...] = ()
    cap_drop: tuple[Located[str], ...] = ()
    security_opt: tuple[Located[str], ...] = ()
    network_mode: Located[str] | None = None
    pid: Located[str] | None = None
    ipc: Located[str] | None = None
    uts: Located[str] | None = None
    userns: Located[str] | None = None
    cgroup: Located[str] | None = None
    devices: tuple[Located[str], ...] = ()
    device_rules: tuple[Located[str], ...] = ()
    mounts: tuple[Located[Mount], ...] = ()
    sysctls: tuple[Located[str], ...] = ()
    ports: tuple[Located[str], ...] = ()
    group_add: tuple[Located[str], ...] = ()
    read_only: Located[bool] | None = None
    entrypoint: tuple[Located[str], ...] | None = None
    command: tuple[Located[str], ...] | None = None
    labels: tuple[Located[str], ...] = ()
    given_name: str = ""
    refusals: tuple[Failure, ...] = ()
    stage: Stage | None = None
    build_grants: tuple[Located[str], ...] = ()
    process: ProcessOptions | None = None
    service: ServiceCall | None = None
    unknowns: tuple[Unknown, ...] = ()
    routes: tuple[Route, ...] = ()
    shared_routes: SharedRoutes | None = None

    @property
    def anchor(self) -> Located[str]:
        """The container's name at its own place: where an absence is reported."""
        return Located(self.name, self.source, self.span)

    def may_be_set(self, *fields: str) -> bool:
        """Whether one of these fields may hold more than can be seen."""
        if not self.unknowns:
            return False  # as of most
        return any(not unknown.fields or set(fields) & set(unknown.fields) for unknown in self.unknowns)

    def route(self, where: Located[Any]) -> tuple[Related, ...]:
        """Say step by step how a value that stands elsewhere came to the container; nothing where it stands in it."""
        if not self.routes and self.shared_routes is None:
            return ()
        source, span = where.source.to_root(where.span)
        own = (
            one
            for one in self.routes
            if one.source is source and one.span.start <= span.start and span.end <= one.span.end
        )
        shared = self.shared_routes.around(source, span) if self.shared_routes else []
        return tuple(dict.fromkeys(step for route in (*own, *shared) for step in route.steps))


MOST_CONTAINERS = 10_000
"""How many containers of one file are checked: a few bytes make one of some kilobytes. That it has more is an error."""


class Level(Enum):
    """What a failure does to the exit code."""

    ERROR = "error"
    """Something could not be checked."""
    NOTE = "note"
    """All was checked; a person should know this nevertheless."""
    DEFECT = "defect"
    """Something could not be checked, and the fault is dropcap's own."""


class Failure(NamedTuple):
    """Something that could not be checked, or a word about how it was.

    Attributes:
        path: the file, as it is to be printed.
        message: what is wrong and what to do, in one line.
        level: whether it means that something was left unchecked.
        source: the text, where it could be read.
        span: the place in that text.
        trace: of a defect, the exception with the calls that led to it, to be reported.

    """

    path: str
    message: str
    level: Level = Level.ERROR
    source: Source | None = None
    span: Span | None = None
    trace: str = ""


def worst(failures: Iterable[Failure]) -> Level | None:
    """Give the gravest level of failures: a defect, then an error, then a note; None where there are none."""
    levels = {failure.level for failure in failures}
    return next((level for level in (Level.DEFECT, Level.ERROR, Level.NOTE) if level in levels), None)


class UnreadableError(Exception):
    """A reader cannot make sense of a file; carries the failure to report."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure."""
        super().__init__(failure.message)
        self.failure = failure


class Document(NamedTuple):
    """What a reader makes of one source.

    Attributes:
        source: the text that was read.
        syntax: `compose`, `dockerfile`, `shell`, `devcontainer`, `quadlet` or `inspect`.
        containers: in the order of the file.
        failures: what could not be read, while the rest was.
        parts: the real paths of further files that belong to it and are not to be read by themselves.
        bases: real path and name of the services of other files that it is made of.
        is_base: whether nobody starts the file by itself, so that its services may be there for others to be made of.

    """

    source: Source
    syntax: str
    containers: tuple[Container, ...]
    failures: tuple[Failure, ...] = ()
    parts: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    is_base: bool = False


class Edit(NamedTuple):
    """Replace the text at a span."""

    source: Source
    span: Span
    text: str


class Fix(NamedTuple):
    """Edits that remove a problem.

    Attributes:
        message: what they do, in the imperative.
        edits: none overlaps another.
        safe: whether the container is known to work as before.

    """

    message: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Problem(NamedTuple):
    """What a rule has to say.

    Attributes:
        where: the smallest thing that is wrong; for an absence, the container's anchor.
        message: one sentence without the container's name, lower case, no full stop.
        evidence: what makes it this problem and not another of the same rule, normalised
            (`SYS_ADMIN`, whatever was typed); part of the finding's identity.
        related: other places that it speaks of.
        fix: how to mend it, where that is certain.
        severity: how severe it is, where that is not the rule's own severity.

    """

    where: Located[Any]
    message: str
    evidence: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    severity: Severity | None = None


class Finding(NamedTuple):
    """A problem, and whose it is.

    Attributes:
        rule: the rule's id.
        severity: the problem's severity, or else the rule's.
        container: the container that it was found in.
        problem: what the rule said.
        shared_by: further containers that have it by the very same text (a YAML anchor, a loop, a service that a
            development container runs).
        path: the container's file from its project's root, with forward slashes.
        ordinal: which of the findings it is, from 1, that are equal in all else of the identity.

    """

    rule: str
    severity: Severity
    container: Container
    problem: Problem
    shared_by: tuple[Container, ...] = ()
    path: str = ""
    ordinal: int = 1

    @property
    def identity(self) -> tuple[str, str, str, str, tuple[str, ...], int]:
        """What stays the same when prose and lines change, and from whichever folder the program runs."""
        container = self.container
        return (self.path, container.kind.value, container.name, self.rule, self.problem.evidence, self.ordinal)


class FileResult(NamedTuple):
    """What one file gave.

    Attributes:
        findings: in the order of the rules; the report sorts.
        failures: what could not be read or checked.
        containers: its containers, stages included.
        read: whether the file was read at all.
        path: the file's real path.
        parts: the real paths of further files that were read as parts of the same project.
        bases: real path and name of the services of other files that it is made of.
        is_base: whether it is a file that nobody starts by itself, so that its services may be there for others to
            be made of.

    """

    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    containers: tuple[Container, ...]
    read: bool
    path: str = ""
    parts: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    is_base: bool = False


class Report(NamedTuple):
    """All that a run has to say.

    Attributes:
        findings: by path, place, rule.
        failures: by path and place.
        containers: every container that was checked, by path and place.
        files: how many files were checked.

    """

    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    containers: tuple[Container, ...]
    files: int
