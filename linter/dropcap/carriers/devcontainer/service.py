"""The service of a Compose project that a devcontainer.json runs, with what the file lays over it.

The reference implementation writes an override file (devcontainers/cli f683c29, src/spec-node/dockerCompose.ts,
generateFeaturesComposeOverrideContent) with the user, `init`, `privileged`, capabilities, security options and mounts
that devcontainer.json and its features ask for. None of that takes anything away from the service. `runArgs`,
`appPort` and `workspaceMount` are not in it. Its entrypoint is a shell that executes the service's own one, unless
`overrideCommand` is true. All profiles count, and no file is looked for beside those that are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.devcontainer.properties import Properties, beside, located
from dropcap.model import Failure, Kind, Level, Located, Related, Route, Unknown, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.lang.jsonc import Scalar
    from dropcap.model import Container, ProcessOptions
    from dropcap.source import Source


MAX_FILES = 100
"""How many Compose files may be named; one that is named again is read again."""


class ComposeService(NamedTuple):
    """The service of a Compose project that a devcontainer.json adds to.

    Attributes:
        files: the Compose files, as they are written, relative to the devcontainer.json, the weakest first.
        service: the service's name; None where the file forgets it.

    """

    files: tuple[Scalar, ...]
    service: Scalar | None


class Service(NamedTuple):
    """What became of it.

    Attributes:
        container: the service's container; None where the service is not in its files.
        unknowns: why it cannot.
        first: the text of the project's first file.
        bases: real path and name of it in each of the files.

    """

    container: Container | None
    unknowns: tuple[Unknown, ...] = ()
    first: Source | None = None
    bases: tuple[tuple[str, str], ...] = ()


def compose_service(properties: Properties) -> ComposeService | None:
    """Find the Compose files and the service that a devcontainer.json names; None where it names no files."""
    if properties.member("dockerComposeFile") is None:
        return None
    return ComposeService(properties.text_or_texts("dockerComposeFile"), properties.text("service"))


def service_of(named: ComposeService, properties: Properties, request: Request) -> Service:
    """Resolve the project and find the service; what is wrong is a failure of the properties.

    Args:
        named: the files and the service.
        properties: of the devcontainer.json, which lies in the project that nothing is read outside of.
        request: the door to the files, and how to resolve them; profiles do not count.

    """
    anchor = properties.member("dockerComposeFile")
    if anchor is None or not named.files:
        # The editor then takes what Compose finds in the folder that the editor was started in.
        return _unknown(properties, named, "only the editor's machine has the list of its files")
    if named.service is None:
        if properties.member("service") is None:
            where = Located("", anchor.key.source, anchor.key.span)
            _tell(properties, where, "names Compose files but no service: add service")
        return _unknown(properties, named, "the file names no service")
    if any("${" in str(text.value) for text in (*named.files, named.service)):
        return _unknown(properties, named, "a variable of the editor's machine decides it")
    if len(named.files) > MAX_FILES:
        _tell(properties, located(named.files[MAX_FILES]), f"is one file too many: dropcap reads {MAX_FILES}")
        return _unknown(properties, named, "there are more files than dropcap reads")
    sources = [_source(file, properties, request) for file in named.files]
    known = [source for source in sources if source is not None]
    if len(known) < len(sources):
        return _unknown(properties, named, "dropcap cannot read all of its files")
    return _found(named.service, known, properties, request) or _unknown(
        properties, named, "the service is not in its files"
    )


def laid_over(service: Service, own: Container, properties: Properties) -> Container:
    """Give the container that is started.

    Args:
        service: a service that could be had.
        own: what devcontainer.json and its features ask for; its name and anchor are the container's.
        properties: the file's.

    """
    base = service.container
    if base is None:
        raise ValueError("there is no service to lay anything over")
    from dropcap.carriers.compose.mounts import clean_path  # few files join one

    overrides = properties.truth("overrideCommand")
    is_overridden = overrides is not None and overrides.value is True
    mounts = {clean_path(mount.value.target): mount for mount in (*base.mounts, *own.mounts)}
    _tell_twice(base, own, properties)
    return base._replace(
        kind=Kind.DEVCONTAINER,
        process=_joined(base.process, own.process),
        name=own.name,
        source=own.source,
        span=own.span,
        user=own.user or base.user,
        privileged=own.privileged if base.privileged is None or not base.privileged.value else base.privileged,
        cap_add=_once(*base.cap_add, *own.cap_add),
        security_opt=_once(*base.security_opt, *own.security_opt),
        mounts=tuple(mounts.values()),
        entrypoint=own.entrypoint if is_overridden else base.entrypoint,
        command=None if is_overridden else base.command,
        unknowns=(*base.unknowns, *own.unknowns),
        routes=tuple(_routes(service, base, own)),
        shared_routes=None,
    )


def _found(name: Scalar, sources: list[Source], properties: Properties, request: Request) -> Service | None:
    """Find the service in the project; tells where the service is not in its files."""
    from dropcap.carriers import compose  # few files join one

    first, over = sources[0], [source.path for source in sources[1:]]
    settings = request.settings._replace(profiles=None)
    try:
        document = compose.read(first, request._replace(over=tuple(over), settings=settings))
    except UnreadableError as error:
        # Found in a folder, YAML of another kind is passed over with a word; here it is what the container is made of.
        properties.failures.append(error.failure._replace(level=Level.ERROR))
        return None
    properties.failures += document.failures
    for container in document.containers:
        if container.kind is Kind.SERVICE and container.name == name.value:
            bases = tuple((request.workspace.real(source.path), container.name) for source in sources)
            return Service(container, (), first, bases)
    files = ", ".join(source.path for source in sources)
    _tell(properties, located(name), f"{files} has no service {name.value} that starts a container: correct service")
    return None


def _joined(base: ProcessOptions | None, own: ProcessOptions | None) -> ProcessOptions | None:
    """Lay what the file says of the processes over what the service does."""
    if base is None or own is None:
        return own or base
    named = {one.value.partition("=")[0]: one for one in (*base.environment, *own.environment)}
    return base._replace(
        environment=tuple(named.values()),
        has_more=base.has_more or own.has_more,
        init=own.init or base.init,
        takes_input=own.takes_input or base.takes_input,
        unknowns=(*base.unknowns, *own.unknowns),
    )


def _source(file: Scalar, properties: Properties, request: Request) -> Source | None:
    """Read a file that is named; tells at its name why it cannot be."""
    path = beside(file.source.path, str(file.value))
    try:
        return request.workspace.source(path)
    except NotReadError as error:
        _tell(properties, located(file), f"{path} {error.reason}", error.level)
    except UnreadableError as error:
        _tell(properties, located(file), f"{path}: {error.failure.message}")
    return None


def _unknown(properties: Properties, named: ComposeService, reason: str) -> Service:
    anchor = properties.member("dockerComposeFile")
    if anchor is None:
        return Service(None)
    text = ", ".join(str(file.value) for file in named.files[:MAX_FILES]) or "dockerComposeFile"
    said = f"the rest is in the Compose project, and {reason}"
    return Service(None, (Unknown(text, said, anchor.value.source, anchor.value.span),))


def _once(*texts: Located[str]) -> tuple[Located[str], ...]:
    """Leave out what the service has already: only there can it be taken away."""
    kept: dict[str, Located[str]] = {}
    for text in texts:
        kept.setdefault(text.value, text)
    return tuple(kept.values())


def _tell_twice(base: Container, own: Container, properties: Properties) -> None:
    """Tell of security options that the service has already.

    The editor writes them into its file nevertheless, and they are a list whose items have to differ.
    """
    known = {option.value for option in base.security_opt}
    for option in own.security_opt:
        if option.value in known:
            message = (
                f"the service {base.name} has {option.value} too: Docker Compose refuses it twice; take it out here"
            )
            _tell(properties, option, message)


def _routes(service: Service, base: Container, own: Container) -> Iterator[Route]:
    """Say how values came from the Compose files to the container, each after the steps that led to the service."""
    step = Related(f"the development container runs the service {base.name}", own.anchor)
    for route in (*base.routes, *(base.shared_routes.routes if base.shared_routes else ())):
        yield route._replace(steps=(*route.steps, step))
    for source in dict.fromkeys(filter(None, (service.first, base.source.to_root(base.span)[0]))):
        yield Route(source, Span(0, len(source.text)), (step,))


def _tell(properties: Properties, where: Located[str], message: str, level: Level = Level.ERROR) -> None:
    properties.failures.append(Failure(where.source.path, message, level, where.source, where.span))
