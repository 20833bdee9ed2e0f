"""Compose files: a container for each service of the project that they make up.

A project is resolved as Docker Compose does it (files laid over one another, variables, `extends`, `include`), and
every value keeps the file and place it was written at. What only the machine knows that Compose runs on stays unknown.
"""

from __future__ import annotations

import os
import re
from itertools import islice
from typing import TYPE_CHECKING

from dropcap.carriers.compose.diagnostics import Diagnostics
from dropcap.carriers.compose.files import Files
from dropcap.carriers.compose.load_context import LoadContext, Provenance, route, whole
from dropcap.carriers.compose.nodes import entries
from dropcap.carriers.compose.project import TOP_LEVEL, is_version_1, load
from dropcap.carriers.compose.project_checks import check_parts, check_project
from dropcap.carriers.compose.project_environment import environment_of, profiles_of
from dropcap.carriers.compose.project_files import is_main, is_started_alone
from dropcap.carriers.compose.services import containers
from dropcap.carriers.compose.version import VERSIONS
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.carriers.request import alone
from dropcap.lang.yaml import Mapping, Scalar
from dropcap.model import MOST_CONTAINERS, Document, Engine, Located, SharedRoutes, UnreadableError
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dropcap.carriers.request import Request
    from dropcap.lang.yaml import Value
    from dropcap.model import Container, Failure, Route
    from dropcap.source import Source

__all__ = ["Project", "looks_like_compose", "read", "recognise", "resolve", "told"]

# `services:` at the margin with a block below it whose first key stands further in and has a block of its own.
_SERVICES = (
    r"(?m)^(['\"]?)services\1[ \t]*:[ \t]*(?:&\S+[ \t]*)?(?:\#[^\n]*)?\r?\n"
    r"(?:[ \t]*(?:\#[^\n]*)?\r?\n)*"
    r"[ ]+[^\s#\-][^\n]*:[ \t]*(?:[&*<#{][^\n]*)?\r?$"
)
_IN_BRACES = r"(?m)^(['\"]?)services\1[ \t]*:[ \t]*\{"
_OF_ONE_IN_BRACES = r"[{,]\s*(['\"]?)(?:image|build|extends)\1\s*:"
_OF_A_SERVICE = r"(?m)^[ ]+(?:image|build|extends|<<)[ \t]*:"
_TOP_KEY = r"(?m)^(['\"]?)([A-Za-z_][\w.-]*)\1[ \t]*:(?=\s)"
# An escape in double quotes may spell a key, and so may two lines of one.
_SPELLS_LETTERS = r"\\(?:[xuU]|\r?\n)"
_OF_ANY = frozenset({"image", "build", "extends", "<<"})
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def recognise(_path: str, data: bytes) -> bool:
    """Return whether a YAML file of any name is a Compose file."""
    if b"services" not in data and b"\\" not in data and not data.startswith(_UTF_16):
        return False
    encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8"
    text = data.decode(encoding, "replace").lstrip("\ufeff")
    return looks_like_compose(text.replace("\r\n", "\n").replace("\r", "\n"))


def looks_like_compose(text: str) -> bool:
    """Tell by its text alone whether a YAML file of any name is a Compose file."""
    is_block = re.search(_SERVICES, text) and re.search(_OF_A_SERVICE, text)
    if not is_block and not (re.search(_IN_BRACES, text) and re.search(_OF_ONE_IN_BRACES, text)):
        # Most that is none ends here. Keys in other styles are asked for by their meaning.
        return ("services" in text or re.search(_SPELLS_LETTERS, text) is not None) and _holds_services(text)
    return _are_top_level({key for _, key in re.findall(_TOP_KEY, text)})


def _are_top_level(keys: Iterable[str]) -> bool:
    return all(key in TOP_LEVEL or key.startswith("x-") for key in keys)


def _holds_services(text: str) -> bool:
    """Whether a document is a mapping with services, of which one has what services have."""
    from dropcap.lang.yaml import parse, target
    from dropcap.source import Source

    try:
        roots = [target(root) for root in parse(Source("", text), go_version=4).documents]
    except UnreadableError:
        return False
    return any(_is_top_with_services(root) for root in roots)


def _is_top_with_services(root: Value) -> bool:
    top = dict(_named(root))
    services = [one for _, one in _named(top.get("services"))]
    return _are_top_level(top) and any(not _OF_ANY.isdisjoint(dict(_named(one))) for one in services)


def _named(value: Value | None) -> Iterator[tuple[str, Value]]:
    """Give a mapping's values by the text of their keys."""
    from dropcap.lang.yaml import target

    for pair in value.pairs if isinstance(value, Mapping) else ():
        key = target(pair.key)
        if isinstance(key, Scalar):
            yield key.text, target(pair.value)


class Project(NamedTuple):
    """A project, resolved.

    Attributes:
        model: all of it, values in the form they are written in.
        services: the services by name, as the model has them; of a file of version 1 its top level.
        scope: what it was resolved with; its log has been told what is wrong, its provenance what was drawn in.
        profiles: the profiles whose services count, besides services of none; None for all.

    """

    model: Mapping
    services: Value | None
    scope: LoadContext
    profiles: tuple[str, ...] | None = None


def read(source: Source, request: Request | None = None) -> Document:
    """Read a project.

    Args:
        source: its first file.
        request: the files that are laid over it, and how to resolve it; without one the text stands alone.

    Raises:
        UnreadableError: the first file is no YAML, or no Compose file; the failure's level is that of a note where
            the file is YAML of another kind.

    """
    request = request or alone(source)
    over = request.over
    project = resolve(source, request)
    scope = project.scope
    found: tuple[Container, ...] = ()
    if isinstance(project.services, Mapping):
        routes = scope.provenance.routes
        shared = SharedRoutes(routes) if routes else None
        found = tuple(
            container._replace(routes=tuple(_routes(container, scope, over)), shared_routes=shared)
            if shared or over
            else container
            for container in islice(
                containers(project.services, scope, project.profiles, project.model), MOST_CONTAINERS + 1
            )
        )
    provenance = scope.provenance
    parts = (*map(scope.files.real, over), *provenance.parts)
    failures = told(project)
    if request.engine is Engine.SWARM:
        from dropcap.carriers.compose.stack import ignored_by_stack

        failures = (*failures, *ignored_by_stack(found))
    is_base = not over and not is_started_alone(source.path)
    return Document(source, "compose", found, failures, parts, tuple(provenance.bases), is_base)


def told(project: Project) -> tuple[Failure, ...]:
    """Return what was told of a project, without the values of its variables."""
    failures, uses = project.scope.log.failures, project.scope.provenance.uses
    if not failures or not uses:
        return failures
    from dropcap.carriers.compose.masked_failures import without_values  # few files have both

    return without_values(failures, uses)


def resolve(source: Source, request: Request | None = None) -> Project:
    """Resolve a project as :func:`read` does, and raise as it does."""
    request = request or alone(source)
    over = request.over
    directory = os.path.dirname(source.path)
    log = Diagnostics()
    version = VERSIONS[request.settings.compose]
    files = Files(request.workspace, log, version)
    paths = (source.path, *over)
    environment = environment_of(directory, files, log, request.settings)
    if over or _may_have_name(source.text):
        from dropcap.carriers.compose.project_name import with_name

        environment = with_name(paths, directory, environment, files)
    scope = LoadContext(files, directory, environment, version, log, Provenance())
    model = load(paths, scope)
    profiles = request.settings.profiles
    if profiles is None and request.only_resolves:
        profiles = profiles_of(environment)
        request = request._replace(settings=request.settings._replace(profiles=profiles))
    top = entries(model)
    if "services" in top:
        services = top["services"].value
        if not isinstance(services, Mapping) and not (
            isinstance(services, Scalar) and scalar_type(services) == "nothing"
        ):
            log.error(
                services, "services must be a mapping: write each service as its name, a colon, and its keys below"
            )
        if isinstance(services, Mapping):
            # A file that stands alone may be laid over one that has what it names.
            is_whole = (is_main(source.path) or bool(over)) and not scope.provenance.is_partial
            check_project(model, services, scope, request, is_whole=is_whole)
        return Project(model, services, scope, profiles)
    if is_version_1(model):
        first = next(iter(top.values()))
        log.error(
            first.key,
            "services are at the top level, which Docker Compose refuses since 2.0: indent them below services:",
        )
        return Project(model, model, scope, profiles)
    check_parts(model, scope, request, is_whole=False)
    return Project(model, None, scope, profiles)


def _may_have_name(text: str) -> bool:
    """Whether a project's own name may be written in a file, or asked for in it or in one that it draws in."""
    names = text.count("name") - text.count("container_name") - text.count("hostname") - text.count("username")
    # What an escape may spell is not to be seen in the text.
    return names > 0 or any(word in text for word in ("COMPOSE_PROJECT_NAME", "include", "extends", "\\"))


def _routes(container: Container, scope: LoadContext, over: Sequence[str]) -> Iterator[Route]:
    """Say how values came to a container from the services it extends and the files laid over its own."""
    yield from container.routes
    for path in over:
        source = scope.files.given(path)
        if source is not None and source is not container.source:
            where = Located(container.name, container.source, container.span)
            yield route(source, whole(source), f"{path} changes the service {container.name}", where)
