"""The Compose service that a container was made from, as the files of its project are now.

Labels of the container name them: Docker Compose writes them (docker/compose f729794, `pkg/api/labels.go` and
`pkg/compose/loader.go`), and so does podman-compose. An image may have any labels, and whoever starts a container may
give it any, so that they lead anywhere: files are read below folders that a person named, and nowhere else.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.request import Request, Settings
from dropcap.model import Declared, Kind, Located, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.paths import shown
from dropcap.real_paths import is_below, is_path, real_folder_of
from dropcap.source import Span
from dropcap.workspace import NotReadError, Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.model import Container, Engine

__all__ = ["MOST_PROJECTS", "Projects"]

MOST_PROJECTS = 1000
"""How many projects the labels of all containers may name."""
_MOST_FILES = 100
_LONGEST = 16 * 1024
_PREFIX = "com.docker.compose."
_SERVICE = f"{_PREFIX}service"
_FOLDER = f"{_PREFIX}project.working_dir"
_FILES = f"{_PREFIX}project.config_files"
_ENV_FILES = f"{_PREFIX}project.environment_file"
_ONE_OFF = f"{_PREFIX}oneoff"
_INPUT = "-"


class _NotComparedError(Exception):
    """What a container's project says now is not known; says why."""


class _Named(NamedTuple):
    """A project as labels name it: real paths, and the folder of a person's that it lies in."""

    root: str
    files: tuple[str, ...]
    env_files: tuple[str, ...]
    engine: Engine | None


class _Read(NamedTuple):
    """A project: its services by name, where it begins, and whether all of it could be read."""

    services: Mapping[str, Container]
    where: Located[str]
    is_whole: bool


class Projects:
    """Compose projects below some folders; each is read once."""

    def __init__(
        self, roots: Sequence[str], settings: Settings | None = None, *, workspace: Workspace | None = None
    ) -> None:
        """Take folders, and how projects are resolved; a workspace in place of the disk holds all files itself."""
        self._roots = tuple(roots) if workspace is not None else tuple(real_folder_of(root) for root in roots)
        self._settings = (settings or Settings())._replace(profiles=None, env_files=None, uses_environment=False)
        self._files = workspace
        self._read: dict[_Named, _Read | str] = {}

    def anew(self) -> Projects:
        """Return the same, with nothing read yet: files change while somebody watches."""
        return Projects(self._roots, self._settings, workspace=self._files)

    def declared(self, container: Container) -> Declared | str | None:
        """Return what the project of a container says of it now, or why that is not known; None without a project."""
        try:
            return self._declared(container)
        except _NotComparedError as error:
            return str(error)

    def _declared(self, container: Container) -> Declared | None:
        labels = dict(label.value.partition("=")[::2] for label in container.labels)
        service = labels.get(_SERVICE)
        if not service:
            return None
        if labels.get(_ONE_OFF, "").lower() == "true":
            raise _NotComparedError("`compose run` started it, which may give it more than its service has")
        project = self._project(self._named(labels, container.engine))
        found = project.services.get(service)
        if found is None and not project.is_whole:
            raise _NotComparedError("its Compose project could not be read as a whole")
        return Declared(service, found, project.where)

    def _named(self, labels: Mapping[str, str], engine: Engine | None) -> _Named:
        folder = labels.get(_FOLDER, "")
        if not os.path.isabs(folder) or not is_path(folder) or len(folder) > _LONGEST:
            raise _NotComparedError("its labels do not say in which folder its Compose project is")
        real = folder if self._files is not None else real_folder_of(folder)
        root = next((one for one in self._roots if is_below(real, one)), None)
        if root is None:
            advice = "add --compose-root with that folder if you trust it"
            raise _NotComparedError(f"dropcap does not look into the folder of its Compose project, {folder}: {advice}")
        files = self._listed(labels.get(_FILES, ""), folder)
        env_files = self._listed(labels.get(_ENV_FILES, ""), folder)
        if not files:
            raise _NotComparedError("its labels do not say which Compose files it was made from")
        if not env_files and os.path.dirname(files[0]) != os.path.normpath(folder):
            beside = os.path.join(folder, ".env")  # not that beside the first file
            env_files = (beside,) if self._workspace(root).is_file(beside) else ()
        return _Named(root, files, env_files, engine)

    @staticmethod
    def _listed(value: str, folder: str) -> tuple[str, ...]:
        names = value.split(",") if value else []
        if len(value) > _LONGEST or len(names) > _MOST_FILES:
            raise _NotComparedError("its labels name more files than dropcap reads")
        if _INPUT in names or any(os.path.basename(name) == _INPUT for name in names):
            raise _NotComparedError("a Compose file of its project came from standard input")
        return tuple(os.path.normpath(os.path.join(folder, name)) for name in names)

    def _project(self, named: _Named) -> _Read:
        found = self._read.get(named)
        if found is None:
            if len(self._read) >= MOST_PROJECTS:
                raise _NotComparedError(f"the containers belong to more than {MOST_PROJECTS} Compose projects")
            try:
                found = self._resolved(named)
            except _NotComparedError as error:
                found = str(error)
            self._read[named] = found
        if isinstance(found, str):
            raise _NotComparedError(found)
        return found

    def _workspace(self, root: str) -> Workspace:
        return self._files if self._files is not None else Workspace(root)

    def _resolved(self, named: _Named) -> _Read:
        from dropcap.carriers import compose  # most containers have no such labels

        workspace = self._workspace(named.root)
        first, *over = map(shown, named.files)
        settings = self._settings._replace(env_files=tuple(map(shown, named.env_files)) or None)
        request = Request(workspace, tuple(over), settings=settings)
        if named.engine is not None:
            request = request._replace(engine=named.engine)
        try:
            for path in (first, *over, *(settings.env_files or ())):
                workspace.source(path)
            document = compose.read(workspace.source(first), request)
        except NotReadError as error:
            raise _NotComparedError(f"{error.path}, a file of its Compose project, {error.reason}") from None
        except UnreadableError as error:
            raise _NotComparedError(f"its Compose project cannot be read: see {error.failure.path}") from None
        services = {one.name: one for one in document.containers if one.kind is Kind.SERVICE}
        source = document.source
        # A failure may be about a part that has services of its own.
        return _Read(services, Located(source.path, source, Span(0, 0)), not document.failures)
