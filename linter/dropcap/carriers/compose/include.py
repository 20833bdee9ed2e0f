"""Projects that a project includes: `include`, each with a folder and variables of its own.

Sources: compose-go 2.9.1 and 2.14.0, `loader/include.go` and `loader/environment.go`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.files import join
from dropcap.carriers.compose.interpolate import Use
from dropcap.carriers.compose.load_context import route, whole
from dropcap.carriers.compose.merge import merge_inside
from dropcap.carriers.compose.nodes import (
    OVERRIDE,
    RESET,
    all_entries,
    child,
    entries,
    is_nothing,
    items,
    with_entries,
    with_value,
    without,
    without_tags,
)
from dropcap.carriers.compose.project_environment import with_files
from dropcap.carriers.compose.resolve_paths import rebased_model
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.model import Level, Located, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.carriers.compose.environment import Environment
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value

    Load = Callable[[tuple[str, ...], LoadContext, tuple[str, ...]], Mapping]
    # By kind its key, what it is there, and what is in it by name.
    _Joined = dict[str, tuple[Scalar, Mapping, dict[str, Entry]]]

MAX_INCLUDED = 1_000
"""How many files a project may include, each counted as often as it is: two that include two more grow fast."""
MAX_INCLUDED_SIZE = 32 * 1024 * 1024
"""How many characters these may have together."""
MAX_REPEATED_SIZE = 1024 * 1024
"""How many characters of these may be those of files that were included before."""
RESOURCES = ("services", "volumes", "networks", "secrets", "configs", "models")
"""What an included project brings."""


class _Include(NamedTuple):
    """One entry of `include`: the paths as they are written, and where that is."""

    paths: tuple[str, ...]
    directory: str | None
    env_files: tuple[str, ...]
    where: Value


def apply_include(model: Mapping, scope: LoadContext, included: tuple[str, ...], load: Load) -> Mapping:
    """Give a model with all that it includes, and without its `include`.

    Args:
        model: one document.
        scope: what the project shares; its provenance is told which files were drawn in.
        included: the real paths of the files that led here, this one last.
        load: loads a project of several files, as the one that is being loaded was.

    """
    written = child(model, "include")
    model = without(model, "include")
    joined: _Joined = {}
    for include in _read(written, scope):
        imported = _imported(include, scope, included, load)
        if imported is not None:
            _join(joined, model, imported, scope)
    for key, value, own in joined.values():
        model = with_value(model, key, with_entries(value, own.values()))
    return model


def _read(value: Value | None, scope: LoadContext) -> list[_Include]:
    found = []
    for item in items(value):
        paths = _texts(child(item, "path") if isinstance(item, Mapping) else item, scope)
        directories = _texts(child(item, "project_directory"), scope)
        if paths:
            env_files = _texts(child(item, "env_file"), scope)
            found.append(_Include(paths, directories[0] if directories else None, env_files, item))
    return found


def _texts(value: Value | None, scope: LoadContext) -> tuple[str, ...]:
    """Give one text or a list of them; nothing where a part is not known, which is told."""
    found = []
    for one in items(value) if isinstance(value, Sequence) else [] if value is None else [value]:
        if not isinstance(one, Scalar) or is_nothing(one):
            continue
        if one.unknown:
            reason = f"dropcap does not check the file that {one.unknown.text} includes, because {one.unknown.reason}"
            scope.log.tell(one, reason, Level.NOTE)
            scope.provenance.is_partial = True
            return ()
        found.append(one.text)
    return tuple(found)


def _imported(include: _Include, scope: LoadContext, included: tuple[str, ...], load: Load) -> Mapping | None:
    """Load what one entry names, its paths relative to the including project; None where it cannot be had."""
    paths = tuple(join(scope.directory, path) for path in include.paths)
    main = scope.files.real(paths[0])
    if main in included:
        names = " includes ".join(os.path.basename(path) for path in (*included[included.index(main) :], main))
        scope.log.error(include.where, f"this include leads back to itself: {names}")
        return None
    if _is_too_much(include, scope):
        return None
    folder = _folder(include, scope)
    directory = join(scope.directory, folder)
    try:
        environment = _environment(include, directory, scope)
        for path in paths:
            source = scope.files.source(path)
            scope.provenance.count(scope.files.real(path), len(source.text))
            where = Located(path, include.where.source, include.where.span)
            scope.provenance.routes.append(route(source, whole(source), f"this includes {path}", where))
        inner = scope._replace(directory=directory, environment=environment)
        model = load(paths, inner, included)
    except NotReadError as error:
        scope.provenance.is_partial = True
        scope.log.tell(include.where, f"include names {paths[0]}, which {error.reason}", error.level)
        return None
    except UnreadableError as error:
        scope.log.add(error.failure._replace(level=Level.ERROR))
        return None
    scope.provenance.parts.extend(map(scope.files.real, paths))
    return rebased_model(_with_variables(without_tags(model), environment, scope), folder, scope)


def _with_variables(model: Mapping, environment: Environment, scope: LoadContext) -> Mapping:
    """Give a model whose services have the values of the variables that they name alone: `environment: [NAME]`."""
    services = child(model, "services")
    if not isinstance(services, Mapping):
        return model
    found = all_entries(services)
    for name, entry in found.items():
        listed = child(entry.value, "environment")
        if isinstance(entry.value, Mapping) and isinstance(listed, Sequence):
            key = entries(entry.value)["environment"].key
            given = listed._replace(items=tuple(_with_value(item, environment, scope) for item in items(listed)))
            found[name] = entry._replace(value=with_value(entry.value, key, given))
    return with_value(model, entries(model)["services"].key, with_entries(services, found.values()))


def _with_value(item: Value, environment: Environment, scope: LoadContext) -> Value:
    variable = environment.lookup(item.text) if isinstance(item, Scalar) and not item.unknown else None
    if variable is None or not isinstance(item, Scalar):
        return item
    use = Use(item.source, item.span, item.text, variable, is_empty=not variable.value)
    scope.provenance.uses.append(use)
    return item._replace(text=f"{item.text}={variable.value}", style='"', unknown=variable.unknown)


def _is_too_much(include: _Include, scope: LoadContext) -> bool:
    """Whether enough was included already; says so, once."""
    provenance = scope.provenance
    if (
        provenance.included + len(include.paths) <= MAX_INCLUDED
        and provenance.included_size <= MAX_INCLUDED_SIZE
        and provenance.repeated_size <= MAX_REPEATED_SIZE
    ):
        provenance.included += len(include.paths)
        return False
    if not provenance.is_full:
        provenance.is_full = provenance.is_partial = True
        most = f"{MAX_INCLUDED:,} files or {MAX_INCLUDED_SIZE // 1024 // 1024} million characters"
        if provenance.repeated_size > MAX_REPEATED_SIZE:
            most = f"{MAX_REPEATED_SIZE // 1024 // 1024} million characters of files that it includes already"
        scope.log.error(include.where, f"the project includes more than {most}: dropcap stops here")
    return True


def _folder(include: _Include, scope: LoadContext) -> str:
    """Give the included project's folder, relative to the including one's."""
    directory = include.directory
    if directory is None:
        return os.path.dirname(include.paths[0]) or "."
    # Docker Compose takes a folder that is not there for a file, and its folder instead.
    return directory if scope.files.is_folder(join(scope.directory, directory)) else os.path.dirname(directory) or "."


def _environment(include: _Include, directory: str, scope: LoadContext) -> Environment:
    """Lay the including project's variables over those of the included one's own files."""
    paths = [join(scope.directory, path) for path in include.env_files if path != os.devnull]
    default = os.path.join(directory, ".env")
    if not include.env_files and scope.files.is_there(default):
        paths = [default]
    return with_files(paths, scope.environment, scope.files, scope.log, include.where)


def _join(joined: _Joined, model: Mapping, imported: Mapping, scope: LoadContext) -> None:
    """Put what an include brings beside what is there.

    Of a name that both have Docker Compose before version 5 wants the same value in both; version 5 lays what is there
    over what is included.
    """
    present, brought = entries(model), entries(imported)
    for kind in RESOURCES:
        entry = brought.get(kind)
        if entry is None or not isinstance(entry.value, Mapping):
            continue
        if kind not in joined:
            first = present.get(kind, entry)
            mapping = first.value if isinstance(first.value, Mapping) else entry.value
            joined[kind] = first.key, mapping, all_entries(mapping)
            if mapping is entry.value:
                continue
        own = joined[kind][2]
        for name, other in entries(entry.value).items():
            here = own.get(name)
            if here is None:
                own[name] = other
            elif here.value.tag == RESET:  # it takes out what the files before say, and not this
                own[name] = other._replace(value=other.value._replace(tag=OVERRIDE))
            elif scope.version.merges_included:
                own[name] = other._replace(value=_laid_over(other, here, kind, name, scope))
            elif not _is_same(here.value, other.value):
                place = other.key.source.region(other.key.span)
                message = f"{kind}.{name} is also in {place.path}:{place.line}, which this project includes"
                scope.log.error(here.key, f"{message}; Docker Compose before 5 refuses that: rename one of them")
                own[name] = other._replace(value=_laid_over(other, here, kind, name, scope))


def _laid_over(included: Entry, here: Entry, kind: str, name: str, scope: LoadContext) -> Value:
    if not isinstance(included.value, Mapping) or not isinstance(here.value, Mapping):
        return included.value if is_nothing(here.value) else here.value
    # A tag on all of it speaks of the files before alone.
    over = here.value._replace(tag=None)
    return merge_inside(included.value, over, (kind, name), scope.log)._replace(tag=here.value.tag)


def _is_same(left: Value, right: Value) -> bool:
    """Whether two values say the same, wherever they stand."""
    if left is right:
        return True
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return left.text == right.text and scalar_type(left) == scalar_type(right)
    if isinstance(left, Sequence) and isinstance(right, Sequence):
        ours, theirs = items(left), items(right)
        return len(ours) == len(theirs) and all(map(_is_same, ours, theirs))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        mine, other = entries(left), entries(right)
        return mine.keys() == other.keys() and all(_is_same(mine[key].value, other[key].value) for key in mine)
    return False
