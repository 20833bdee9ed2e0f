"""Words of which there are a few: engines, what a container was read from, how grave things are."""

from __future__ import annotations

from enum import Enum, IntEnum
from os import listdir
from os.path import dirname, join


def _engines() -> list[str]:
    """Return the modules of :mod:`dropcap.capabilities.engines`."""
    folder = join(dirname(dirname(__file__)), "capabilities", "engines")
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
    FILE = "file"
    """A file itself, which a rule about comments and the configuration speaks of; it is no container."""


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


NEVER = 5
"""As the severity from which findings make a run fail: none does, as none is that grave."""


class Level(Enum):
    """What a failure does to the exit code."""

    ERROR = "error"
    """Something could not be checked."""
    NOTE = "note"
    """All was checked; a person should know this nevertheless."""
    DEFECT = "defect"
    """Something could not be checked, and the fault is dropcap's own."""
