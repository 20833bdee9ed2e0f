"""devcontainer.json: the one container that an editor starts from it.

The file becomes the words of the `docker run` that the reference implementation makes of it (devcontainers/cli
f683c29, src/spec-node/singleContainer.ts, spawnDevContainer), and these are read as any command line. With a
Compose file it is a service of that project, with what this file adds laid over it: see
:mod:`dropcap.carriers.devcontainer.service`.

`remoteUser` is the user of the editor's own processes, which are executed in the running container, and
`forwardPorts` are forwarded by the editor: both say nothing of the container.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.devcontainer.features import FIELDS, asked_by, has_metadata
from dropcap.carriers.devcontainer.image import base_of, dockerfile_of, read_image
from dropcap.carriers.devcontainer.properties import (
    VARIABLE,
    Properties,
    beside,
    first_character,
    located,
    mount_text,
    option,
    volume_text,
    word,
    written,
)
from dropcap.carriers.devcontainer.service import ComposeService, compose_service, laid_over, service_of
from dropcap.carriers.request import alone
from dropcap.clients import client_names
from dropcap.docker_cli.command_line import RefusedError, read_words, refusal
from dropcap.lang.jsonc import Object, Scalar, members, parse
from dropcap.model import (
    Container,
    Document,
    Engine,
    Failure,
    Kind,
    Level,
    Located,
    ProcessOptions,
    Related,
    Route,
    Unknown,
    UnreadableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.carriers.request import Request
    from dropcap.lang.jsonc import Node
    from dropcap.lang.words import Word
    from dropcap.model import Stage
    from dropcap.source import Source

__all__ = ["ComposeService", "compose_service", "read"]

_BUILT_IMAGE = "devcontainer"
_SHELL = "/bin/sh"
# What says the same for a service of a Compose project.
_IN_COMPOSE = {
    "runArgs": "write the options into the service, or use capAdd and securityOpt",
    "appPort": "publish ports of the service, or use forwardPorts",
    "workspaceMount": "write the mount into the service, or use mounts",
}
# What Docker's client says of a line that is meant for Podman.
_MEANT_FOR_PODMAN = ("unknown flag:", "unknown shorthand flag:", "--userns: invalid USER mode")


def read(source: Source, request: Request | None = None) -> Document:
    """Read a devcontainer.json, with the Dockerfile or the Compose project that it names.

    Args:
        source: its text.
        request: the files that it may name, and how to resolve a Compose project; without one it stands alone.

    Raises:
        UnreadableError: it is not JSON, or no object.

    """
    request = request or alone(source)
    text = parse(source)
    if not isinstance(text.root, Object):
        span = text.root.span
        raise UnreadableError(
            Failure(source.path, "not a devcontainer.json: write an object, { }", source=source, span=span)
        )
    properties = Properties(text.root)
    named = compose_service(properties)
    bases: tuple[tuple[str, str], ...] = ()
    if named is None:
        container = _single(properties, request)
    else:
        container, bases = _of_service(named, properties, request)
    failures = tuple(dict.fromkeys((*text.problems, *properties.failures)))
    if container is not None:
        container = container._replace(routes=(*container.routes, *_from_features(properties)))
    document = Document(source, "devcontainer", () if container is None else (container,), failures, bases=bases)
    if re.search(client_names(), source.text) is None:
        return document
    from dropcap.carriers.devcontainer.lifecycle import with_commands  # few start a container

    return with_commands(document, properties, VARIABLE)


def _single(properties: Properties, request: Request) -> Container | None:
    """Give the container of an image or a Dockerfile."""
    anchor = _grip(properties)
    unknowns: list[Unknown] = []
    dockerfile = dockerfile_of(properties)
    stage: Stage | None = None
    if dockerfile is not None:
        built = read_image(properties, dockerfile, request.workspace)
        stage = built.stage
        unknowns += built.unknowns
    words = [
        *_before(properties),
        *_user(properties),
        *map(word, properties.texts("runArgs")),
        *_after(properties, unknowns),
    ]
    image = None if dockerfile else properties.text("image")
    if image is None and dockerfile is None:
        message = "names no image, no Dockerfile and no Compose file, so the editor asks for one; add image"
        properties.failures.append(Failure(anchor.source.path, message, Level.NOTE, anchor.source, anchor.span))
    container = _run(properties, anchor, words, image)
    if container is None:
        return None
    _check_order(properties, container, image or anchor)
    unknowns += _from_image(located(image) if image else None, stage)
    if dockerfile is not None:
        container = _with_context(container, properties, request)
    overrides = properties.truth("overrideCommand")
    is_overridden = overrides is None or overrides.value is True
    return container._replace(
        kind=Kind.DEVCONTAINER,
        name=anchor.value,
        source=anchor.source,
        span=anchor.span,
        engine=container.engine if container.engine is Engine.PODMAN else None,
        image=container.image if image else None,
        entrypoint=(Located(_SHELL, anchor.source, anchor.span),) if is_overridden else None,
        command=None,
        stage=stage,
        unknowns=(*container.unknowns, *unknowns),
    )


def _of_service(
    named: ComposeService, properties: Properties, request: Request
) -> tuple[Container | None, tuple[tuple[str, str], ...]]:
    """Give the container of a Compose service, and what it is made of: real paths of files, and its name there."""
    anchor = located(named.service) if named.service else _grip(properties)
    properties.failures += _without_effect(properties)
    unknowns: list[Unknown] = []
    words = [*_user(properties), *_mounts(properties, volume_text), *_after(properties, unknowns)]
    container = _run(properties, anchor, words, None)
    if container is None:
        return None, ()
    own = container._replace(
        kind=Kind.DEVCONTAINER,
        name=anchor.value,
        source=anchor.source,
        span=anchor.span,
        engine=None,
        image=None,
        entrypoint=None,
        command=None,
        unknowns=(*container.unknowns, *unknowns),
    )
    service = service_of(named, properties, request)
    if service.container is None:
        return own._replace(unknowns=(*own.unknowns, *service.unknowns)), ()
    shell = own._replace(entrypoint=(Located(_SHELL, anchor.source, anchor.span),))
    joined = laid_over(service, shell, properties)
    from_image = _from_image(joined.image, joined.stage)
    return joined._replace(unknowns=(*joined.unknowns, *from_image)), service.bases


def _without_effect(properties: Properties) -> Iterator[Failure]:
    """Say which properties count for a single container alone."""
    for name, advice in _IN_COMPOSE.items():
        found = properties.member(name)
        if found is not None:
            message = f"{name} does nothing where dockerComposeFile is set; {advice}"
            yield Failure(found.key.source.path, message, Level.NOTE, found.key.source, found.key.span)


def _grip(properties: Properties) -> Located[str]:
    """Find the container's name, or what it is made of, or the brace that all stands in."""
    name = properties.member("name")
    if name is not None and isinstance(name.value, Scalar) and isinstance(name.value.value, str):
        return located(name.value)
    for key in ("image", "build", "dockerFile", "dockerComposeFile"):
        member = properties.member(key)
        if member is not None:
            return Located(_BUILT_IMAGE, member.key.source, member.key.span)
    root = properties.root
    return Located(_BUILT_IMAGE, root.source, first_character(root))


def _run(properties: Properties, anchor: Located[str], words: Sequence[Word], image: Scalar | None) -> Container | None:
    """Read the words as options of `docker run`, or of Podman's where only that knows them."""
    at = Scalar(anchor.value, anchor.source, anchor.span)
    ending = [option("--entrypoint", at), option(_SHELL, at), word(image) if image else option(_BUILT_IMAGE, at)]

    def run(program: str) -> Container | None:
        return read_words([option(program, at), option("run", at), *words, *ending])

    try:
        return run("docker")
    except RefusedError as error:
        if error.message.startswith(_MEANT_FOR_PODMAN):
            try:
                return run("podman")
            except RefusedError:
                pass
        properties.failures.append(refusal("docker", "this value", error))
        return None


def _check_order(properties: Properties, container: Container, image: Scalar | Located[str]) -> None:
    """Tell of an argument that is no option: Docker takes the first one for the image."""
    taken = container.image
    if taken is not None and taken.span != image.span:
        message = f"{taken.value} is not an option: docker takes it for the image, and what follows for the command"
        properties.failures.append(Failure(taken.source.path, message, Level.ERROR, taken.source, taken.span))


def _before(properties: Properties) -> Iterator[Word]:
    """Give the options that stand first: ports and the workspace's mount."""
    for port in properties.items("appPort"):
        if isinstance(port, Scalar) and isinstance(port.value, str | int):
            is_number = not isinstance(port.value, str)
            text = f"127.0.0.1:{port.value}:{port.value}" if is_number else str(port.value)
            yield option("-p", port)
            yield written(text, port)
    workspace = properties.text("workspaceMount")
    if workspace is not None and workspace.value:
        yield option("--mount", workspace)
        yield word(workspace)
    yield from _mounts(properties, mount_text)


def _mounts(properties: Properties, text_of: Callable[[Node], str | None]) -> Iterator[Word]:
    for mount in properties.items("mounts"):
        text = text_of(mount)
        if text is None:
            message = "a mount must be a string, or an object with a target; dropcap ignores this one"
            properties.failures.append(Failure(mount.source.path, message, source=mount.source, span=mount.span))
        else:
            yield option("--mount", mount)
            yield written(text, mount)


def _user(properties: Properties) -> Iterator[Word]:
    user = properties.text("containerUser")
    if user is not None and user.value:
        yield option("-u", user)
        yield word(user)


def _after(properties: Properties, unknowns: list[Unknown]) -> Iterator[Word]:
    """Give the options that stand last: what the file and its features ask for."""
    yield from _environment(properties)
    init, privileged = properties.truth("init"), properties.truth("privileged")
    if init is not None and init.value:
        yield option("--init", init)
    if privileged is not None and privileged.value:
        yield option("--privileged", privileged)
    for name, flag in (("capAdd", "--cap-add"), ("securityOpt", "--security-opt")):
        for text in properties.texts(name):
            yield option(flag, text)
            yield word(text)
    features = properties.inner("features")
    for member in features.root.members if features else ():
        asked = asked_by(member.key)
        yield from (option(text, member.key) for text in asked.options)
        if asked.unknowns is not None:
            unknowns.append(asked.unknowns)


def _from_features(properties: Properties) -> Iterator[Route]:
    """Say of what features ask for that they do: their line does not show it."""
    features = properties.inner("features")
    for member in features.root.members if features else ():
        asked = asked_by(member.key)
        if asked.options:
            step = Related(f"this feature adds {' '.join(asked.options)}", located(member.key))
            yield Route(member.key.source, member.key.span, (step,))


def _environment(properties: Properties) -> Iterator[Word]:
    """Give the variables; what Docker would not take for one is left out."""
    given = properties.member("containerEnv")
    for member in given.value.members if given is not None and isinstance(given.value, Object) else ():
        if isinstance(member.value, Scalar) and isinstance(member.value.value, str):
            yield option("-e", member.value)
            yield written(f"{member.key.value}={member.value.value}", member.value)


def _with_context(container: Container, properties: Properties, request: Request) -> Container:
    """Say which folder the image is built from; without a word of it that is the file's own."""
    build = properties.member("build")
    inner = members(build.value) if build is not None and isinstance(build.value, Object) else {}
    given = inner.get("context") or properties.member("context")
    name = "." if given is None else given.value.value if isinstance(given.value, Scalar) else None
    if not isinstance(name, str) or "${" in name:
        return container
    path = beside(properties.root.source.path, name)
    if not request.workspace.is_folder(path):
        return container
    return container._replace(process=(container.process or ProcessOptions())._replace(context=path))


def _from_image(image: Located[str] | None, stage: Stage | None) -> Iterator[Unknown]:
    """Say what the metadata of an image may add."""
    base = base_of(stage) if stage else image
    if base is not None and has_metadata(base.value):
        reason = "the labels of the image may add more, and dropcap does not read them"
        yield Unknown(base.value, reason, base.source, base.span, FIELDS[:3])
