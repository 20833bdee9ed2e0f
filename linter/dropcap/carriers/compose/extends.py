"""Services that take over others: `extends`, in the same file and from other files, in chains.

Source: compose-go 2.9.1, `loader/extends.go`. A file that is named is read for that service alone: its own `include`
is not followed, and its paths are made relative to the project.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.files import join
from dropcap.carriers.compose.load_documents import documents
from dropcap.carriers.compose.merge import merge, merge_inside
from dropcap.carriers.compose.nodes import (
    RESET,
    all_entries,
    child,
    entries,
    is_nothing,
    known_text,
    with_entries,
    with_value,
    without,
    without_tags,
)
from dropcap.carriers.compose.resolve_paths import rebased_service
from dropcap.lang.yaml import Mapping
from dropcap.model import Level, Located, Related, Route
from dropcap.namedtuple import NamedTuple
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value

MAX_TAKEN_OVER = 8_000_000
"""How many characters the services of a file may take over together, each as often as it is taken."""
MAX_CHAIN = 100
"""How many services one may take over in a row."""


class _Group(NamedTuple):
    """The services of a file that can be extended.

    Attributes:
        services: by name.
        path: the file, as it is printed.
        folder: where it is, relative to the project directory; None for the file that is being loaded.

    """

    services: dict[str, Entry]
    path: str
    folder: str | None


class _Reference(NamedTuple):
    """What `extends` says: a service, the file it is in or None, and where that is written."""

    service: str
    file: str | None
    where: Value


class _Resolved(NamedTuple):
    """A service with what it takes over, how that came to it, and the characters that all of it is written in."""

    value: Value
    routes: tuple[Route, ...] = ()
    size: int = 0


def apply_extends(model: Mapping, path: str, scope: LoadContext) -> Mapping:
    """Give a model whose services hold what they take over.

    A service whose base cannot be had keeps its `extends`, so that it is known to be incomplete.

    Args:
        model: one document, variables replaced.
        path: its file.
        scope: what the project shares; its provenance is told which services were drawn in.

    """
    services = entries(model)["services"]
    if not isinstance(services.value, Mapping):
        return model
    found = all_entries(services.value)
    resolver = _Resolver(scope, _Group(found, path, None))
    extended = []
    for name, entry in found.items():
        resolved = resolver.resolve(name, resolver.main, ())
        extended.append(entry._replace(value=resolved.value))
        scope.provenance.extended.setdefault(name, []).extend(resolved.routes)
    return with_value(model, services.key, with_entries(services.value, extended))


class _Resolver:
    """Resolves the services of one document."""

    def __init__(self, scope: LoadContext, main: _Group) -> None:
        self.main = main
        self._scope = scope
        self._groups: dict[str, _Group | None] = {}
        self._taken_over = 0
        self._resolved: dict[tuple[str, str], _Resolved] = {}

    def resolve(self, name: str, group: _Group, chain: tuple[tuple[str, str], ...]) -> _Resolved:
        """Give a service with its bases; `chain` names those that led here, as Docker Compose keeps them."""
        known = self._resolved.get((group.path, name))
        if known is None:
            known = self._resolved[group.path, name] = self._resolve(name, group, chain)
        return known

    def _resolve(self, name: str, group: _Group, chain: tuple[tuple[str, str], ...]) -> _Resolved:
        service = group.services[name].value
        size = service.span.end - service.span.start
        if not isinstance(service, Mapping):
            return _Resolved(service)
        own = service if group.folder is None else rebased_service(service, group.folder, self._scope)
        reference = self._reference(name, service)
        if reference is None:
            return _Resolved(own, size=size)
        label = self.main.path if reference.file is None else _relative(reference.file, group.folder)
        base_group = group if reference.file is None else self._group(reference, group)
        if base_group is None or not self._may_extend(name, reference, base_group, (*chain, (label, name))):
            return _Resolved(own, size=size)
        above = self.resolve(reference.service, base_group, (*chain, (label, name)))
        self._taken_over += above.size
        if self._taken_over > MAX_TAKEN_OVER:
            if self._taken_over - above.size <= MAX_TAKEN_OVER:
                most = f"{MAX_TAKEN_OVER // 1_000_000} million characters"
                message = f"dropcap does not extend services.{name} and those after it: they take over more than {most}"
                self._scope.log.error(reference.where, message)
            return _Resolved(own, size=size)
        if base_group is not self.main:
            self._scope.provenance.bases.append((self._scope.files.real(base_group.path), reference.service))
        file = "" if base_group is group else f" of {base_group.path}"
        where = Located(name, reference.where.source, reference.where.span)
        step = Related(f"{name} extends {reference.service}{file}", where)
        base = base_group.services[reference.service].value
        routes = (
            Route(base.source, base.span, (step,)),
            *(Route(route.source, route.span, (*route.steps, step)) for route in above.routes),
        )
        extending = without(own, "extends")
        if not isinstance(above.value, Mapping):
            # Docker Compose shows what was to be extended and turned out to be nothing.
            place = (reference.where.source.path, reference.where.span)
            self._scope.provenance.hollow.add(place)
            return _Resolved(own if group is self.main else extending, size=size)
        merged = merge_inside(without_tags(above.value), extending, ("services", name), self._scope.log)
        return _Resolved(merged, routes, size + above.size)

    def _may_extend(self, name: str, reference: _Reference, group: _Group, chain: tuple[tuple[str, str], ...]) -> bool:
        """Whether there is a base, and no end to it that Docker Compose does not see; tells where not."""
        *before, last = chain
        base = group.services.get(reference.service)
        if base is None or base.value.tag == RESET:
            wrong = f"extends {reference.service}, but {group.path} has no service of that name: correct the name"
        elif last in before:
            names = [service for _, service in before]
            wrong = f"extends itself: {' extends '.join([*names[names.index(name) :], name])}"
        elif len(before) >= MAX_CHAIN:
            wrong = f"extends over more than {MAX_CHAIN} services in a row: dropcap stops here"
        else:
            return True
        self._scope.log.error(reference.where, f"services.{name} {wrong}")
        return False

    def _reference(self, name: str, service: Mapping) -> _Reference | None:
        """Read `extends`; None where there is none, nobody knows what it says, or the schema says what is wrong."""
        value = child(service, "extends")
        if value is None:
            return None
        named, file = (child(value, "service"), child(value, "file")) if isinstance(value, Mapping) else (value, None)
        if named is None:
            self._scope.log.error(value, f"services.{name}.extends names no service: add service: NAME")
        base = known_text(named)
        path = None if file is None or is_nothing(file) else known_text(file)
        is_known = base is not None and (path is not None or file is None or is_nothing(file))
        return _Reference(base, path, value) if is_known and base is not None else None

    def _group(self, reference: _Reference, group: _Group) -> _Group | None:
        """Load the services of another file; None where they cannot be had."""
        file = _relative(reference.file or "", group.folder)
        if file not in self._groups:
            self._groups[file] = self._load(file, reference.where)
        return self._groups[file]

    def _load(self, file: str, where: Value) -> _Group | None:
        scope = self._scope
        path = join(scope.directory, file)
        try:
            model = None
            for document in documents(path, scope):
                model = document if model is None else merge(model, document, scope.log)
        except NotReadError as error:
            scope.provenance.is_partial = True
            scope.log.tell(where, f"a service extends one of {path}, which {error.reason}", error.level)
            return None
        services = child(model, "services")
        if not isinstance(services, Mapping):
            scope.log.tell(
                where, f"a service extends one of {path}, which has no services: correct the path", Level.ERROR
            )
            return None
        folder = os.path.dirname(os.path.normpath(file)) or "."
        return _Group(entries(services), path, folder)


def _relative(file: str, folder: str | None) -> str:
    """Give a path as the project directory sees it; in the file that is loaded it stands so already."""
    return file if folder is None else join(folder, file)
