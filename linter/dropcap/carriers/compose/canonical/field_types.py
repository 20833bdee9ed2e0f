"""How a field's node becomes a value: one form a kind of field, each for what Go's type and its JSON do.

A form takes a node and the scope, and gives a tree, or None where there is nothing that Docker Compose would show:
no value, or one of a kind that it refuses, which the log is told elsewhere.
Sources: compose-go 2.9.1, `types/*.go` and `loader/mapstructure.go`.
"""

from __future__ import annotations

import math
from functools import wraps
from typing import TYPE_CHECKING, cast

from dropcap.carriers.compose.canonical.quantities import duration, nanoseconds, single, size_in_bytes
from dropcap.carriers.compose.canonical.tree import Leaf
from dropcap.carriers.compose.interpolate import Use
from dropcap.carriers.compose.nodes import entries, items
from dropcap.carriers.compose.yaml_types import scalar_type, to_string, truth
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as Dictionary
    from typing import TypeAlias

    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value

    Form: TypeAlias = Callable[[Value, LoadContext], "Tree | None"]

_FRACTIONAL = frozenset(".eE")


def word(value: Value, scope: LoadContext | None = None) -> Leaf | None:
    """Give a text, be it empty."""
    del scope
    return Leaf(value.text if value.unknown else to_string(value), value) if isinstance(value, Scalar) else None


def text(value: Value, scope: LoadContext | None = None) -> Leaf | None:
    """Give a text, which is left out where it is empty."""
    del scope
    if not isinstance(value, Scalar) or scalar_type(value) == "nothing":
        return None
    leaf = word(value)
    return leaf if leaf is None or leaf.value else leaf._replace(only="text")


def _of_scalar(read: Callable[[Scalar], Leaf | None]) -> Callable[[Value, LoadContext], Leaf | None]:
    """Make a form of what reads a scalar that is known; one that is not stays as it is written."""

    @wraps(read)
    def form(value: Value, scope: LoadContext) -> Leaf | None:
        del scope
        if not isinstance(value, Scalar):
            return None
        return word(value) if value.unknown else read(value)

    return form


def flag(value: Value, scope: LoadContext) -> Leaf | None:
    """Give true or false, which is left out where it is false."""
    leaf = choice(value, scope)
    return leaf if leaf is None or leaf.value else leaf._replace(only="text")


@_of_scalar
def choice(value: Scalar) -> Leaf | None:
    """Give true or false, where false differs from nothing."""
    is_true = truth(value.text) if scalar_type(value) in ("boolean", "text") else None
    return None if is_true is None else Leaf(is_true, value)


@_of_scalar
def count(value: Scalar) -> Leaf | None:
    """Give a whole number, where 0 differs from nothing."""
    number = _number(value)
    return None if number is None else Leaf(int(number), value)


def integer(value: Value, scope: LoadContext) -> Leaf | None:
    """Give a whole number, which is left out where it is 0."""
    leaf = count(value, scope)
    return leaf if leaf is None or leaf.value else leaf._replace(only="text")


@_of_scalar
def decimal(value: Scalar) -> Leaf | None:
    """Give a number of single precision, which is left out where it is 0."""
    number = _number(value)
    return None if number is None else Leaf(single(number), value, "" if number else "text")


@_of_scalar
def size(value: Scalar) -> Leaf | None:
    """Give a number of bytes, as a text; left out where it is 0."""
    number = _number(value) if scalar_type(value) == "number" else size_in_bytes(value.text)
    # Go leaves out a size that is written as a fraction and not as a text.
    return Leaf(str(number), value, "" if number else "text") if isinstance(number, int) else None


@_of_scalar
def span(value: Scalar) -> Leaf | None:
    """Give a span of time, where none at all differs from nothing."""
    number = nanoseconds(to_string(value))
    return None if number is None else Leaf(duration(number), value)


def wait(value: Value, scope: LoadContext) -> Leaf | None:
    """Give a span of time, which is left out where it is none."""
    leaf = span(value, scope)
    return leaf._replace(only="text") if leaf is not None and leaf.value == "0s" else leaf


def raw(value: Value, scope: LoadContext) -> Tree:
    """Give a value of any kind as it stands."""
    if isinstance(value, Mapping):
        return {name: raw(entry.value, scope) for name, entry in entries(value).items()}
    if isinstance(value, Sequence):
        return [raw(item, scope) for item in items(value)]
    kind = scalar_type(value)
    if kind == "boolean":
        return Leaf(truth(value.text), value)
    if kind == "nothing":
        return Leaf(None, value)
    if kind == "number":
        return Leaf(_number(value), value)
    return Leaf(value.text, value)


def strings(value: Value, scope: LoadContext) -> Tree | None:
    """Give a list of texts, which is left out where it has no items."""
    del scope
    if not isinstance(value, Sequence):
        return None
    found = [leaf for leaf in map(word, items(value)) if leaf is not None]
    return cast("Tree", found) or None


def one_or_strings(value: Value, scope: LoadContext) -> Tree | None:
    """Give a list of texts; a single one is a list as well."""
    if isinstance(value, Scalar):
        leaf = None if scalar_type(value) == "nothing" else word(value)
        return None if leaf is None else [leaf]
    return strings(value, scope)


def pairs(value: Value, scope: LoadContext) -> Iterator[tuple[str, Leaf | None]]:
    """Give what a mapping or a list of `name=value` holds; None where a name has no value."""
    del scope
    if isinstance(value, Mapping):
        for name, entry in entries(value).items():
            is_nothing = isinstance(entry.value, Scalar) and scalar_type(entry.value) == "nothing"
            yield name, Leaf(None, entry.value) if is_nothing else word(entry.value)
    elif isinstance(value, Sequence):
        for item in items(value):
            leaf = word(item)
            if leaf is None:
                continue
            name, equals, rest = str(leaf.value).partition("=")
            yield name, Leaf(rest if equals else None, item)


def mapping(value: Value, scope: LoadContext) -> Tree | None:
    """Give texts by name, where no value is an empty text; left out where there are none."""
    found: dict[str, Tree] = {
        name: leaf if leaf.value is not None else leaf._replace(value="")
        for name, leaf in pairs(value, scope)
        if leaf is not None
    }
    return found or None


def variables(value: Value, scope: LoadContext) -> Tree | None:
    """Give texts by name; one without a value is the variable of its name."""
    return {**_variables(value, scope)} or None


def arguments(value: Value, scope: LoadContext) -> Tree | None:
    """Do the same; one that is certainly set nowhere is left out."""
    found = _variables(value, scope)
    is_complete = scope.environment.is_complete
    return {name: leaf for name, leaf in found.items() if leaf.value is not None or not is_complete} or None


def _variables(value: Value, scope: LoadContext) -> dict[str, Leaf]:
    found: dict[str, Leaf] = {}
    for name, leaf in pairs(value, scope):
        if leaf is None:
            continue
        variable = scope.environment.lookup(name) if leaf.value is None else None
        if variable is None or leaf.at is None:
            found[name] = leaf
            continue
        is_empty = not variable.value
        scope.provenance.uses.append(Use(leaf.at.source, leaf.at.span, name, variable, is_empty=is_empty))
        found[name] = leaf._replace(value=variable.value)
    return found


def record(table: Dictionary[str, Form]) -> Form:
    """Make the form of a mapping whose names are given, each with its form; other names are left out."""

    def form(value: Value, scope: LoadContext) -> Tree | None:
        return fields(value, table, scope) if isinstance(value, Mapping) else None

    return form


def fields(value: Mapping, table: Dictionary[str, Form], scope: LoadContext) -> dict[str, Tree]:
    """Give the fields of a mapping that a table names."""
    found: dict[str, Tree] = {}
    for name, entry in entries(value).items():
        form = table.get(name)
        tree = None if form is None else form(entry.value, scope)
        if tree is not None:
            found[name] = tree
    return found


def listed(form: Form) -> Form:
    """Make the form of a list whose items have a form; left out where it has no items."""

    def of_list(value: Value, scope: LoadContext) -> Tree | None:
        found = [form(item, scope) for item in items(value)] if isinstance(value, Sequence) else []
        return [tree for tree in found if tree is not None] or None

    return of_list


def named(form: Form, *, keeps_nothing: bool = False) -> Form:
    """Make the form of a mapping of any names to values of a form; left out where it is empty.

    With `keeps_nothing` a name may have no value, and a list of names is a mapping of such.
    """

    def of_mapping(value: Value, scope: LoadContext) -> Tree | None:
        found: dict[str, Tree] = {}
        if isinstance(value, Sequence) and keeps_nothing:
            return {item.text: Leaf(None, item) for item in items(value) if isinstance(item, Scalar)} or None
        if not isinstance(value, Mapping):
            return None
        for name, entry in entries(value).items():
            tree = form(entry.value, scope)
            if tree is not None:
                found[name] = tree
            elif keeps_nothing:
                found[name] = Leaf(None, entry.value)
        return found or None

    return of_mapping


def _number(value: Scalar) -> int | float | None:
    """Read a number, or a text that Compose casts to one; None where it is none, or endless."""
    written = to_string(value).replace("_", "")
    try:
        if written.lstrip("+-").isdecimal():
            return int(written)
        number = float(written) if _FRACTIONAL & set(written) else math.inf
    except ValueError:
        return None
    return number if math.isfinite(number) else None
