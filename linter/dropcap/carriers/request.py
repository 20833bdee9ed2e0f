"""What a carrier is asked: the files it may look at, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Engine
from dropcap.namedtuple import NamedTuple
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from dropcap.model import Container, Declared
    from dropcap.source import Source

    class Declarations(Protocol):
        """What says of containers that exist what their projects' files say now."""

        def declared(self, container: Container) -> Declared | str | None:
            """Give that; why it is not known, in words; or None where a container has no project."""


class Settings(NamedTuple):
    """How to resolve projects.

    Attributes:
        env_files: the files of variables; None for the `.env` of the project's folder, if it is there.
        profiles: the profiles whose services are looked at; None for all services.
        uses_environment: whether the variables of this process count, as they do for Docker Compose; a variable that
            is set nowhere is then empty, where otherwise nobody knows what whoever runs Compose has set.
        checks_consistency: whether a project is refused whose parts exclude each other or name what is not there.
        compose: the major version of Docker Compose that resolves projects, 2 or 5.
        shows_secrets: whether the values of variables count that are named like secrets; what is made of them may
            be printed.

    """

    env_files: tuple[str, ...] | None = None
    profiles: tuple[str, ...] | None = None
    uses_environment: bool = False
    compose: int = 5
    checks_consistency: bool = True
    shows_secrets: bool = False


class Request(NamedTuple):
    """What a carrier's `read(source, request)` is given besides the text.

    Attributes:
        workspace: the door to other files.
        over: the paths of the files that are laid over the text, the strongest last.
        engine: the engine for containers whose file names none.
        settings: how to resolve projects.
        engine_by_name: whether a file's name may say that it is for another engine.
        versions: the versions of engines; the current ones where none is named.
        only_resolves: whether a project is only resolved, as `docker compose config` does, which asks no engine: what
            that refuses of a container is then a note.
        declarations: what containers that exist are compared with; None where nobody asked for that.

    """

    workspace: Workspace
    over: tuple[str, ...] = ()
    engine: Engine = Engine.DOCKER
    settings: Settings = Settings()
    only_resolves: bool = False
    engine_by_name: bool = True
    versions: Mapping[Engine, str] = {}
    declarations: Declarations | None = None


def alone(source: Source) -> Request:
    """Return the request to read a text by itself, without any other file."""
    return Request(Workspace.of_text(source))
