"""The files that a service takes variables and labels from, put in their place.

What a file sets is weaker than what the service itself says. A file that cannot be had stays named: what it sets is
not known. Sources: compose-go 2.9.1, `types/project.go`; docker/compose, `cmd/compose/compose.go`, for `format: raw`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.canonical.tree import Leaf
from dropcap.carriers.compose.dotenv import read_dotenv, read_raw
from dropcap.carriers.compose.environment import Environment, Variable
from dropcap.carriers.compose.files import join
from dropcap.lang.yaml import Scalar, UnknownText
from dropcap.model import Level, UnreadableError
from dropcap.source import Source
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.load_context import LoadContext


def take_in_files(service: dict[str, Tree], scope: LoadContext) -> None:
    """Put what the files of variables and labels set into a service, and take out the names of those files."""
    _variables(service, scope)
    _labels(service, scope)


def _variables(service: dict[str, Tree], scope: LoadContext) -> None:
    files = service.pop("env_file", None)
    if type(files) is not list:
        return
    own = _leaves(service.get("environment"))
    found = {name: _variable(leaf) for name, leaf in own.items() if leaf.value is not None}
    environment = scope.environment.over(Environment(found, is_complete=False))
    left: list[Tree] = []
    for tree in files:
        parts = tree if isinstance(tree, dict) else {"path": tree}
        path, required, written = (parts.get(name) for name in ("path", "required", "format"))
        if not isinstance(path, Leaf):
            continue
        source = _source(path, scope)
        may_be_missing = isinstance(required, Leaf) and required.value is False
        if isinstance(source, Source):
            is_raw = isinstance(written, Leaf) and written.value == "raw"
            found = read_raw(source, environment, found) if is_raw else _read(source, environment, found, scope)
        elif not may_be_missing:
            left.append(_hidden(path, source))
        elif source is not None:
            left.append({**parts, "path": _hidden(path, source)})
    if left:
        service["env_file"] = left
    variables: dict[str, Tree] = {**{name: _leaf(variable) for name, variable in found.items()}, **own}
    if variables:
        service["environment"] = variables


def _labels(service: dict[str, Tree], scope: LoadContext) -> None:
    files = service.pop("label_file", None)
    if type(files) is not list:
        return
    found: dict[str, Variable] = {}
    left: list[Tree] = []
    for path in files:
        source = _source(path, scope) if isinstance(path, Leaf) else None
        if isinstance(source, Source):
            found = _read(source, Environment(found, is_complete=True), found, scope)
        elif isinstance(path, Leaf):
            left.append(_hidden(path, source))
    if left:
        service["label_file"] = left
    labels = {**{name: _leaf(variable) for name, variable in found.items()}, **_leaves(service.get("labels"))}
    if labels:
        service["labels"] = {**labels}


def _source(path: Leaf, scope: LoadContext) -> Source | UnknownText | None:
    """Give a file's text; or why nobody knows it, or None where it is not there."""
    if isinstance(path.at, Scalar) and path.at.unknown:
        return path.at.unknown
    try:
        return scope.files.source(join(scope.directory, str(path.value)))
    except NotReadError as error:
        return None if error.level is Level.ERROR else UnknownText(str(path.value), f"{path.value} {error.reason}")
    except UnreadableError as error:
        scope.log.add(error.failure)
        return UnknownText(str(path.value), f"{path.value} cannot be read")


def _hidden(path: Leaf, unknown: UnknownText | None) -> Leaf:
    """Say of a path why what its file sets is not known."""
    if not isinstance(path.at, Scalar):
        return path
    reason = unknown or UnknownText(str(path.value), f"{path.value} does not exist")
    return path._replace(at=path.at._replace(unknown=reason))


def _read(
    source: Source, environment: Environment, earlier: dict[str, Variable], scope: LoadContext
) -> dict[str, Variable]:
    found, failures = read_dotenv(source, environment, earlier)
    scope.log.add(*failures)
    return found


def _leaves(tree: Tree | None) -> dict[str, Leaf]:
    return {name: leaf for name, leaf in tree.items() if isinstance(leaf, Leaf)} if isinstance(tree, dict) else {}


def _variable(leaf: Leaf) -> Variable:
    at = leaf.at
    if at is None:
        raise ValueError("a variable of a service stands somewhere")
    return Variable(str(leaf.value), at.source, at.span, at.unknown if isinstance(at, Scalar) else None)


def _leaf(variable: Variable) -> Leaf:
    at = Scalar(variable.value, '"', None, variable.source, variable.span, variable.unknown)
    return Leaf(variable.value, at)
