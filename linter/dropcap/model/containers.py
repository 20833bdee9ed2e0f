"""A container as its file describes it, and what that says of its processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model.located import Located
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from dropcap.model.failures import Failure
    from dropcap.model.kinds import Engine, Kind
    from dropcap.model.live import Process
    from dropcap.model.located import Unknown
    from dropcap.model.routes import Related, Route, SharedRoutes
    from dropcap.model.stages import Stage
    from dropcap.source import Source, Span


class Mount(NamedTuple):
    """A place in the container that comes from elsewhere.

    Attributes:
        type: `bind`, `volume`, `tmpfs`, or another of the engine's words.
        source: the host path or volume name; empty when there is none.
        target: the path in the container.
        read_only: whether it cannot be written.
        options: of a `tmpfs`, what is said of it beside, as it is written: `uid=1000,mode=0700`. Of the engine's socket
            the option that mounts it, where that is one of its own: `use_api_socket`.
        propagation: how mounts below it spread to the host and from there: `rshared`; empty where nothing says so.
        device: of a volume that is a path of the host by another name, that path.

    """

    type: str
    source: str
    target: str
    read_only: bool = False
    options: str = ""
    propagation: str = ""
    device: str = ""

    @property
    def host_path(self) -> str:
        """The path of the host that it is, as it is written; empty for a volume of the engine's own."""
        return self.source if self.type in {"bind", "npipe"} else self.device


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
        takes_input: whether its first process may be told things that no file shows: it has a terminal, or its
            standard input is open.
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
    takes_input: bool = False
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


class Declared(NamedTuple):
    """The Compose service that a container was made from, as the files of its project are now.

    Attributes:
        name: the service's name.
        service: the service; None where the project has none of that name any more.
        where: the project's first file, at its start.

    """

    name: str
    service: Container | None
    where: Located[str]


class Live(NamedTuple):
    """What is known of a container that exists.

    Attributes:
        state: the engine's word: `running`, `exited`, `created`; empty where it says none.
        processes: what the kernel says of its processes, each at its place; none where nobody asked.
        not_read: why nothing is known of its processes; empty where it is known, or where nobody asked.
        declared: what its Compose project says of it now; None where it has none, or where nobody asked.
        image_id: the digest of the image that it was made from, by which its engine knows it; a name may mean another
            one by now.

    """

    state: str = ""
    processes: tuple[Located[Process], ...] = ()
    not_read: str = ""
    declared: Declared | None = None
    image_id: str = ""


class Container(NamedTuple):
    """One container, as its file describes it: values as written, each with its place.

    What the values mean is computed, never stored: see :mod:`dropcap.capabilities.effective`.

    Attributes:
        kind: what it was read from.
        name: a service's name, `--name` or the image of a command line, a stage's name.
        source: the text it stands in.
        span: its anchor, the name or the command's words; an absence is reported there.
        engine: the engine that its file names, or None: then the configuration decides.
        networks: of a service, the networks that it is attached to and that its project does not make, by the names
            that the engine knows.
        limits: what it may use at most, by the names of Docker's options: `memory=512m`, `pids-limit=100`, `cpus=0.5`;
            without a value where that is not known. See :func:`dropcap.model.limits.is_limited`.
        pod: the pod of Podman's that it is put into; `new:` stands before the name of one that is made for it.
        shares: of a pod, the fields that its containers have of it where they do not say otherwise.
        given_name: the name that the file tells the engine to give it: `--name`, `container_name`.
        refusals: why its engine does not start it as it is; what it would hold is said all the same.
        stage: the Dockerfile stage that its image is built from, where that is known.
        build_grants: what lets steps of that build run with every capability or in the network of the machine:
            `privileged`, `security.insecure`, `network.host`; `network` where all of them run in that network.
        process: what is said of its processes besides; None where nothing is, or the file's kind has no more to say.
        service: of a command line, the Compose service that it runs or runs a command in.
        unknowns: what cannot be seen through; ask :meth:`may_be_set`.
        routes: how values that stand elsewhere came to it; ask :meth:`route`.
        shared_routes: the same of what comes to all containers of its project alike.
        engine_version: the version of its engine that the configuration names; empty for the current one.
        live: of a container that exists, its state, its processes and what its project's file says now.

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
    networks: tuple[Located[str], ...] = ()
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
    limits: tuple[Located[str], ...] = ()
    entrypoint: tuple[Located[str], ...] | None = None
    command: tuple[Located[str], ...] | None = None
    labels: tuple[Located[str], ...] = ()
    pod: Located[str] | None = None
    shares: tuple[str, ...] = ()
    given_name: str = ""
    refusals: tuple[Failure, ...] = ()
    stage: Stage | None = None
    build_grants: tuple[Located[str], ...] = ()
    process: ProcessOptions | None = None
    service: ServiceCall | None = None
    unknowns: tuple[Unknown, ...] = ()
    routes: tuple[Route, ...] = ()
    shared_routes: SharedRoutes | None = None
    engine_version: str = ""
    live: Live | None = None

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
        places = tuple(where.source.around(where.span))
        own = (one for one in self.routes if any(one.holds(*place) for place in places))
        shared = self.shared_routes.around(places) if self.shared_routes else []
        return tuple(dict.fromkeys(step for route in (*own, *shared) for step in route.steps))


MOST_CONTAINERS = 10_000
"""How many containers of one file are checked: a few bytes make one of some kilobytes. That it has more is an error."""
