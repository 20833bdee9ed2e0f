"""What the parts of a project share while it is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Related, Route
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.environment import Environment
    from dropcap.carriers.compose.files import Files
    from dropcap.carriers.compose.interpolate import Use
    from dropcap.carriers.compose.version import Version
    from dropcap.model import Located
    from dropcap.source import Source


class Provenance:
    """Which files and services were drawn in, and by what.

    Attributes:
        parts: the real paths of the files that were included.
        bases: real path and name of the services that were extended from other files.
        routes: how values came from included files and from variables; for all services alike.
        uses: which variable decides which value.
        is_partial: whether something that the project names was not looked into.
        included: how many files were included, each time one was.
        included_size: how many characters these have together.
        repeated_size: how many of them are those of files that were included before.
        is_full: whether no more is included.
        hollow: where services are named that others extend and that are nothing.
        extended: how values came from the services that a service extends, by its file's path and its name.

    """

    def __init__(self) -> None:
        """Start with none."""
        self.parts: list[str] = []
        self.bases: list[tuple[str, str]] = []
        self.routes: list[Route] = []
        self.uses: list[Use] = []
        self.is_partial = False
        self.included = 0
        self.included_size = 0
        self.repeated_size = 0
        self._seen: set[str] = set()
        self.is_full = False
        self.hollow: set[tuple[str, Span]] = set()
        self.extended: dict[str, list[Route]] = {}

    def count(self, path: str, size: int) -> None:
        """Count a file that is included, by its real path."""
        self.included_size += size
        self.repeated_size += size if path in self._seen else 0
        self._seen.add(path)


class LoadContext(NamedTuple):
    """Where files are looked for, what variables are, and who is told.

    Attributes:
        files: the files of the project.
        directory: the project directory, which paths are relative to.
        environment: the variables.
        version: the version of Docker Compose.
        log: what Docker Compose would refuse.
        provenance: what was drawn in.

    """

    files: Files
    directory: str
    environment: Environment
    version: Version
    log: Diagnostics
    provenance: Provenance


def whole(source: Source) -> Span:
    """Give the span of all of a text."""
    return Span(0, len(source.text))


def route(source: Source, span: Span, message: str, where: Located[str], *before: Related) -> Route:
    """Say that what stands at a span came by a place, after the steps before it."""
    return Route(source, span, (*before, Related(message, where)))
