"""The Dockerfile that a development container is built from: its stage, or why that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers import dockerfile
from dropcap.carriers.devcontainer.properties import Properties, beside, located, word
from dropcap.lang.jsonc import Scalar
from dropcap.model import Failure, Located, Stage, Unknown, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.workspace import Workspace

_FIELDS = ("image", "user", "entrypoint", "command")


class Built(NamedTuple):
    """What a Dockerfile says; `unknowns` is what it leaves open."""

    stage: Stage | None
    unknowns: tuple[Unknown, ...]


def dockerfile_of(properties: Properties) -> Scalar | None:
    """Find the text that names the Dockerfile: `build.dockerfile`, or `dockerFile` as it was called before."""
    build = properties.inner("build")
    return properties.text("dockerFile") or (build.text("dockerfile") if build else None)


def read_image(properties: Properties, file: Scalar, workspace: Workspace) -> Built:
    """Read the Dockerfile beside the devcontainer.json, and find the stage that is built.

    A file that cannot be read is a failure of the properties; what is wrong within is told where that file is
    checked itself.
    """
    build = properties.inner("build")
    target = build.text("target") if build else None
    for text in (file, target):
        if text is not None and word(text).unknown is not None:
            return _unknown(file, "a variable of the editor's machine decides it")
    path = beside(file.source.path, str(file.value))
    try:
        document = dockerfile.read_stages(workspace.source(path), _arguments(build))
    except NotReadError as error:
        failure = Failure(file.source.path, f"{path} {error.reason}", error.level, file.source, file.span)
        properties.failures.append(failure)
        return _unknown(file, "dropcap cannot read the Dockerfile")
    except UnreadableError:
        return _unknown(file, "dropcap cannot read the Dockerfile")
    stage = dockerfile.target(document, str(target.value) if target else None)
    if stage is None:
        where = target or file
        message = (
            f"{file.value} has no stage {target.value}: correct target"
            if target
            else f"{file.value} has no stage: it needs a FROM"
        )
        properties.failures.append(Failure(file.source.path, message, source=where.source, span=where.span))
        return _unknown(where, "the Dockerfile does not have that stage")
    unknowns = next(container.unknowns for container in document.containers if container.stage is stage)
    return Built(stage, unknowns)


def base_of(stage: Stage) -> Located[str] | None:
    """Give the image that a stage is built upon in the end; None where that is not known."""
    while stage.parent is not None:
        stage = stage.parent
    return stage.base


def _arguments(build: Properties | None) -> Mapping[str, str | None]:
    """Give the build arguments; None for one with a variable of the machine in it."""
    given = build.inner("args") if build else None
    if given is None:
        return {}
    texts = {str(member.key.value): member.value for member in given.root.members}
    return {name: _argument(node) for name, node in texts.items()}


def _argument(node: object) -> str | None:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return None
    return None if word(node).unknown is not None else located(node).value


def _unknown(file: Scalar, reason: str) -> Built:
    return Built(None, (Unknown(str(file.value), reason, file.source, file.span, _FIELDS),))
