"""devcontainer.json: the one container that an editor starts from it.

The file becomes the words of the `docker run` that the reference implementation makes of it (devcontainers/cli
f683c29, src/spec-node/singleContainer.ts, spawnDevContainer), and these are read as any command line. With a
Compose file it is a service that gets more capabilities (src/spec-node/dockerCompose.ts).

`remoteUser` is the user of the editor's own processes, which are executed in the running container, and
`forwardPorts` are forwarded by the editor: both say nothing of the container.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Container, Document, Engine, Failure, Kind, Level, Located, Opaque, UnreadableError
from dropcap.readers.command_line import RefusedError, read_words, refusal
from dropcap.readers.devcontainer.features import FIELDS, asked_by, has_metadata
from dropcap.readers.devcontainer.image import base_of, dockerfile_of, read_image
from dropcap.readers.devcontainer.properties import (
    Properties,
    first_character,
    located,
    mount_text,
    option,
    word,
    written,
)
from dropcap.readers.jsonc import Object, Scalar, parse
from dropcap.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Stage
    from dropcap.readers.flags import Word
    from dropcap.source import Source

__all__ = ["ComposeService", "compose_service", "read"]

_BUILT_IMAGE = "devcontainer"
_SHELL = "/bin/sh"
# What Docker's client says of a line that is meant for Podman.
_MEANT_FOR_PODMAN = ("unknown flag:", "unknown shorthand flag:", "--userns: invalid USER mode")


class ComposeService(NamedTuple):
    """The service of a Compose project that a devcontainer.json adds to.

    Attributes:
        files: the Compose files, as they are written, relative to the devcontainer.json, the weakest first.
        service: the service's name; None where the file forgets it.

    """

    files: tuple[Located[str], ...]
    service: Located[str] | None


def read(source: Source) -> Document:
    """Read a devcontainer.json.

    Raises:
        UnreadableError: it is no JSON, or no object.

    """
    text = parse(source)
    if not isinstance(text.root, Object):
        span = text.root.span
        raise UnreadableError(Failure(source.path, "no devcontainer.json: it is no object", source=source, span=span))
    properties = Properties(text.root)
    container = _container(properties)
    failures = tuple(dict.fromkeys((*text.problems, *properties.failures)))
    return Document(source, "devcontainer", () if container is None else (container,), failures)


def compose_service(root: Object) -> ComposeService | None:
    """Find the Compose files and the service that a devcontainer.json names; None where it names none."""
    properties = Properties(root)
    if properties.member("dockerComposeFile") is None:
        return None
    service = properties.text("service")
    files = tuple(map(located, properties.text_or_texts("dockerComposeFile")))
    return ComposeService(files, located(service) if service else None)


def _container(properties: Properties) -> Container | None:
    grip = _grip(properties)
    opaque: list[Opaque] = []
    compose = compose_service(properties.root)
    dockerfile = None if compose else dockerfile_of(properties)
    stage: Stage | None = None
    if dockerfile is not None:
        built = read_image(properties, dockerfile)
        stage = built.stage
        opaque += built.opaque
    words = [
        *(() if compose else _before(properties)),
        *_user(properties),
        *(() if compose else map(word, properties.texts("runArgs"))),
        *_after(properties, opaque, is_mounted=compose is not None),
    ]
    image = None if dockerfile or compose else properties.text("image")
    if image is None and dockerfile is None and compose is None:
        message = "names no image, no Dockerfile and no Compose file; an editor asks, or takes an image of its own"
        properties.failures.append(Failure(grip.source.path, message, Level.NOTE, grip.source, grip.span))
    container = _run(properties, grip, words, image)
    if container is None:
        return None
    _check_order(properties, container, image or grip)
    opaque += _from_image(image, stage)
    name = grip.value
    if compose is not None:
        name = compose.service.value if compose.service else name
        text = ", ".join(file.value for file in compose.files)
        opaque.append(Opaque(text, "the Compose file says the rest", grip.source, grip.span))
    overrides = properties.truth("overrideCommand")
    is_overridden = compose is None and (overrides is None or overrides.value is True)
    return container._replace(
        kind=Kind.DEVCONTAINER,
        name=name,
        source=grip.source,
        span=grip.span,
        engine=container.engine if container.engine is Engine.PODMAN else None,
        image=container.image if image else None,
        entrypoint=(Located(_SHELL, grip.source, grip.span),) if is_overridden else None,
        command=None,
        stage=stage,
        opaque=(*container.opaque, *opaque),
    )


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


def _run(properties: Properties, grip: Located[str], words: Sequence[Word], image: Scalar | None) -> Container | None:
    """Read the words as options of `docker run`, or of Podman's where only that knows them."""
    at = Scalar(grip.value, grip.source, grip.span)
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
        properties.failures.append(refusal("docker", "what this makes", error))
        return None


def _check_order(properties: Properties, container: Container, image: Scalar | Located[str]) -> None:
    """Tell of an argument that is no option: Docker takes the first one for the image."""
    taken = container.image
    if taken is not None and taken.span != image.span:
        message = f"docker takes {taken.value} for the image, and what follows it for the command; it is no option"
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
    yield from _mounts(properties)


def _mounts(properties: Properties) -> Iterator[Word]:
    for mount in properties.items("mounts"):
        text = mount_text(mount)
        if text is None:
            message = "a mount is a text, or an object with a target; this one is left out"
            properties.failures.append(Failure(mount.source.path, message, source=mount.source, span=mount.span))
        else:
            yield option("--mount", mount)
            yield written(text, mount)


def _user(properties: Properties) -> Iterator[Word]:
    user = properties.text("containerUser")
    if user is not None and user.value:
        yield option("-u", user)
        yield word(user)


def _after(properties: Properties, opaque: list[Opaque], *, is_mounted: bool) -> Iterator[Word]:
    """Give the options that stand last: what the file and its features ask for."""
    if is_mounted:
        yield from _mounts(properties)
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
        if asked.opaque is not None:
            opaque.append(asked.opaque)


def _from_image(image: Scalar | None, stage: Stage | None) -> Iterator[Opaque]:
    """Say what the metadata of an image may add."""
    base = located(image) if image else base_of(stage) if stage else None
    if base is not None and has_metadata(base.value):
        reason = "the image's metadata may ask for more than the file says"
        yield Opaque(base.value, reason, base.source, base.span, FIELDS[:3])
