"""Lines of scripts that run something in a Compose service: `docker compose run`, `docker compose exec --user root`.

The project is the one that Docker Compose finds: the files that the line or `COMPOSE_FILE` names, or else what lies in
the folder that the line runs in or in one above it. A script, a recipe of make or npm and the like is taken to be
started in the folder that it lies in. What the line says is laid over the service as Docker Compose does it
(docker/compose 01f0376, `pkg/compose/run.go`, applyRunOptions; `cmd/compose/run.go`, apply): an entry is added to the
one list of capabilities and taken out of the other one, where it is written in the same way.

`exec` starts a process in the service's container, which holds what the container may hold where it runs as root. Where
the service runs as root itself, or nobody knows its user, all that is to be said is said of the service.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import is_root
from dropcap.capabilities.names import ALL, bare_name
from dropcap.lang.shell.folders import REPOSITORY
from dropcap.model import Container, Kind, ProcessOptions, Related, Route, Unknown, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.real_paths import repository_top
from dropcap.source import Span
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from dropcap.carriers.request import Request
    from dropcap.model import Document, ServiceCall
    from dropcap.source import Source

    _Key: TypeAlias = tuple[tuple[str, ...], tuple[str, ...] | None]

__all__ = ["with_services"]

_INPUT = "-"
MOST_PROJECTS = 20
"""How many projects the lines of one file may belong to."""
_MOST_FOLDERS = 64  # how far up a project is looked for

# Their commands run in the folder that the file lies in, unless whoever starts them does so elsewhere.
_START_BESIDE = frozenset({"script", "make", "package", "just", "task"})


class _NotKnownError(Exception):
    """A project is not known; the text says why, to follow the word "because"."""


class _Project(NamedTuple):
    """A project: its services by name, the texts that it is made of, and its first one."""

    services: Mapping[str, Container]
    sources: tuple[Source, ...]

    def service(self, name: str | None) -> Container:
        """Return the container of a service."""
        found = self.services.get(name or "")
        if found is None:
            raise _NotKnownError(f"its Compose project has no service {name} that starts a container")
        return found


def with_services(document: Document, request: Request) -> Document:
    """Return a document in which the lines that run something in a service are laid over it."""
    runs = _ServiceRuns(document, request)
    return document._replace(
        containers=tuple(one if one.service is None else runs.resolved(one) for one in document.containers)
    )


class _ServiceRuns:
    """The lines of one file, and the projects that they belong to."""

    def __init__(self, document: Document, request: Request) -> None:
        self._request = request
        self._start = os.path.dirname(document.source.path) if document.syntax in _START_BESIDE else None
        self._projects: dict[_Key, _Project | str] = {}

    def resolved(self, line: Container) -> Container:
        """Return the container that a line makes of its service; the line's own where that is not known."""
        call = line.service
        if call is None:
            return line
        try:
            project = self._project(call)
            service = project.service(call.name)
        except _NotKnownError as error:
            return _unknown(line, str(error))
        found = _executed(line, service) if line.kind is Kind.EXEC else _run(line, service, call)
        if found is line:
            return line
        found = found._replace(service=call._replace(is_resolved=True))
        changed = _changed(call, project)
        if changed is not None:
            reason = f"the script changes the project's {changed}"
            found = found._replace(unknowns=(*found.unknowns, Unknown(changed, reason, line.source, line.span)))
        return found._replace(routes=tuple(_routes(line, service, project)), shared_routes=None)

    def _project(self, call: ServiceCall) -> _Project:
        if call.name is None:
            raise _NotKnownError("the name of the service is not known")
        paths, env_files = self._files(call)
        key = tuple(paths), env_files
        if key not in self._projects:
            if len(self._projects) >= MOST_PROJECTS:
                raise _NotKnownError(f"the file uses more than {MOST_PROJECTS} Compose projects")
            try:
                self._projects[key] = _read(paths, env_files, self._request)
            except _NotKnownError as error:
                self._projects[key] = str(error)
        found = self._projects[key]
        if isinstance(found, str):
            raise _NotKnownError(found)
        return found

    def _files(self, call: ServiceCall) -> tuple[Sequence[str], tuple[str, ...] | None]:
        """Return the project's files, and the files of its variables where other ones are named than `.env`."""
        given = dict(call.variables)
        for name in ("COMPOSE_ENV_FILES", "COMPOSE_DISABLE_ENV_FILE"):
            if name in given:
                raise _NotKnownError(f"the script sets {name}, which dropcap does not follow")
        env_files = tuple(self._path(path, call) for path in call.env_files) or None
        directory = self._path(call.directory[0], call) if call.directory else None
        if _INPUT in call.files:
            raise _NotKnownError("the line reads a Compose file from its input")
        if call.files:
            paths: Sequence[str] = [self._path(path, call) for path in call.files]
        elif "COMPOSE_FILE" in given:
            paths = self._listed(given, call)
        else:
            folder = directory or self._path(".", call, is_here=True)
            return self._found("" if folder == os.curdir else folder, env_files), env_files
        if directory is not None and os.path.normpath(directory) != os.path.normpath(os.path.dirname(paths[0])):
            raise _NotKnownError("--project-directory names another folder than that of its first file")
        return paths, env_files

    def _listed(self, given: Mapping[str, str | None], call: ServiceCall) -> Sequence[str]:
        """Return the files that `COMPOSE_FILE` lists, as the script sets it."""
        from dropcap.lang.shell.folders import joined_path

        value = given["COMPOSE_FILE"]
        separator = given.get("COMPOSE_PATH_SEPARATOR", ":")
        names = [name for name in value.split(separator) if name] if value and separator else []
        if not names:
            raise _NotKnownError("the script sets COMPOSE_FILE to a value that is not known")
        self._path(".", call, is_here=True)
        return [self._path(joined_path(call.folder or "", name), call) for name in names]

    def _found(self, folder: str, env_files: tuple[str, ...] | None) -> Sequence[str]:
        """Return the files that Docker Compose finds in a folder, or else in one above."""
        from dropcap.carriers.compose.project_files import is_main, project_files

        workspace = self._request.workspace
        for path in env_files or ():
            if workspace.is_file(path) and "COMPOSE_FILE" in self._source(path).text:
                raise _NotKnownError(f"{path} may list other files of the project")
        above = folder
        for _ in range(_MOST_FOLDERS):
            found = project_files(above, workspace)
            if above != folder and found.paths and not is_main(found.paths[0]):
                break  # what a file of variables lists counts in the folder itself alone
            if found.paths:
                return found.paths
            if found.failures:
                raise _NotKnownError(f"the files of the project are not known: {found.failures[0].message}")
            above = os.path.normpath(os.path.join(above, os.pardir))
            above = "" if above == os.curdir else above
            if not workspace.is_folder(above):
                break
        raise _NotKnownError(f"there is no Compose project in {folder or 'the folder'}, where dropcap takes it to run")

    def _source(self, path: str) -> Source:
        try:
            return self._request.workspace.source(path)
        except (NotReadError, UnreadableError):
            raise _NotKnownError(f"{path} cannot be read") from None

    def _path(self, path: str | None, call: ServiceCall, *, is_here: bool = False) -> str:
        """Return a path from the current folder, of one from where the file's commands are started.

        With `is_here` the path is relative to the folder that the line runs in.
        """
        if is_here:
            path = call.folder
        if path is None:
            raise _NotKnownError(call.reason or "it names a file that is not known")
        if path.startswith(REPOSITORY):
            top = repository_top(self._request.workspace.root)
            if top is None:
                raise _NotKnownError("it names the top of the repository, and the file is in none")
            path = posixpath.join(top, path[len(REPOSITORY) :].lstrip("/"))
        elif not path.startswith("/"):
            if self._start is None:
                raise _NotKnownError("it is not known in which folder it runs")
            path = os.path.normpath(os.path.join(self._start, path))
        if self._request.workspace.is_outside(path):
            raise _NotKnownError(f"{path} lies outside the project: dropcap reads nothing there")
        return path


def _read(paths: Sequence[str], env_files: tuple[str, ...] | None, request: Request) -> _Project:
    """Resolve a project; what is wrong in it is said where its files are checked themselves."""
    from dropcap.carriers import compose

    workspace = request.workspace
    try:
        sources = [workspace.source(path) for path in (*paths, *(env_files or ()))]
        settings = request.settings._replace(profiles=None)
        if env_files is not None:
            settings = settings._replace(env_files=env_files)
        over = tuple(paths[1:])
        document = compose.read(sources[0], request._replace(over=over, settings=settings))
    except NotReadError as error:
        raise _NotKnownError(f"{error.path} {error.reason}") from None
    except UnreadableError as error:
        raise _NotKnownError(f"{error.failure.path} cannot be read: {error.failure.message}") from None
    drawn = [workspace.known(path) for path in (*document.parts, *(path for path, _ in document.bases))]
    services = {one.name: one for one in document.containers if one.kind is Kind.SERVICE}
    found = dict.fromkeys([*sources, *(source for source in drawn if source is not None)])
    return _Project(services, tuple(found))


def _run(line: Container, service: Container, call: ServiceCall) -> Container:
    """Lay a line of `run` over its service."""
    from dropcap.carriers.compose.mounts import clean_path

    added, dropped = ({entry.value for entry in entries} for entries in (line.cap_add, line.cap_drop))
    granted = {entry.value for entry in service.cap_add}
    kept = [entry for entry in service.cap_drop if entry.value not in added]
    drops_all = any(bare_name(entry.value) == ALL for entry in (*kept, *line.cap_drop))
    # Beside a drop of ALL an entry of the line has done its work once it has taken the service's addition away.
    drops = (one for one in line.cap_drop if not (drops_all and one.value in granted and bare_name(one.value) != ALL))
    mounts = {clean_path(mount.value.target): mount for mount in (*service.mounts, *line.mounts)}
    labels = {label.value.partition("=")[0]: label for label in (*service.labels, *line.labels)}
    is_entered = line.entrypoint is not None
    return service._replace(
        kind=line.kind,
        name=line.name,
        source=line.source,
        span=line.span,
        engine=line.engine,
        user=line.user or service.user,
        cap_add=(*(one for one in service.cap_add if one.value not in dropped), *line.cap_add),
        cap_drop=(*kept, *drops),
        mounts=tuple(mounts.values()),
        labels=tuple(labels.values()),
        ports=line.ports or (service.ports if call.keeps_ports else ()),
        entrypoint=line.entrypoint if is_entered else service.entrypoint,
        command=line.command if is_entered else line.command or service.command,
        given_name=line.given_name,
        refusals=(*line.refusals, *service.refusals),
        # Compose lets a person type into what it runs so.
        process=(service.process or ProcessOptions())._replace(takes_input=True),
        unknowns=_unknowns(line, service),
    )


def _executed(line: Container, service: Container) -> Container:
    """Lay a line of `exec` over its service; gives the line itself where it adds nothing to what the service holds."""
    is_privileged = line.privileged is not None and line.privileged.value
    if is_privileged or is_root(line) is not True or is_root(service) is not False:
        return line
    return service._replace(
        kind=line.kind,
        name=line.name,
        source=line.source,
        span=line.span,
        engine=line.engine,
        user=line.user,
        entrypoint=None,
        command=line.command,
        given_name="",
        refusals=line.refusals,
        unknowns=_unknowns(line, service),
    )


def _unknowns(line: Container, service: Container) -> tuple[Unknown, ...]:
    """Return what cannot be seen through: of the line all but the service, of the service what the line leaves."""
    own = (one for one in line.unknowns if (one.text, one.span) != (line.name, line.span))
    of_user = ("user",) if line.user is not None else ()
    return (*own, *(one for one in service.unknowns if not one.fields or set(one.fields) - set(of_user)))


# What a process in a container has of it; the user is its own.
_OF_CONTAINER = ("cap_add", "cap_drop", "security_opt", "network_mode", "pid", "ipc", "userns", "devices", "mounts")


def _unknown(line: Container, reason: str) -> Container:
    """Say why a line's service is not known."""
    own = tuple(one for one in line.unknowns if (one.text, one.span) != (line.name, line.span))
    fields = _OF_CONTAINER if line.kind is Kind.EXEC else ()
    said = Unknown(line.name, f"it is in the Compose file, and {reason}", line.source, line.span, fields)
    return line._replace(unknowns=(*own, said))


def _changed(call: ServiceCall, project: _Project) -> str | None:
    """Name a variable that the script gives the project, and that one of its files asks for."""
    for name, _ in call.variables:
        pattern = re.compile(rf"(?<!\$)\$(?:{re.escape(name)}\b|\{{{re.escape(name)}\b)")
        if any(pattern.search(source.text) for source in project.sources):
            return name
    return None


def _routes(line: Container, service: Container, project: _Project) -> Iterator[Route]:
    """Say how values came from the project's files to the line."""
    what = "runs in" if line.kind is Kind.EXEC else "runs"
    step = Related(f"the command {what} the service {service.name}", line.anchor)
    for route in (*service.routes, *(service.shared_routes.routes if service.shared_routes else ())):
        yield route._replace(steps=(*route.steps, step))
    for source in project.sources:
        yield Route(source, Span(0, len(source.text)), (step,))
