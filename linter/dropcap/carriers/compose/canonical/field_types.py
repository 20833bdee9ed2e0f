"""How a field's node becomes a value: one form a kind of field, each for what Go's type and its JSON do.

Which field has which form is in the column `form` of the table of fields. A form gives a tree, or None where there is
nothing that Docker Compose would show: no value, or one of a kind that it refuses, which the log is told elsewhere.
Sources: compose-go 2.9.1, `types/*.go` and `loader/mapstructure.go`.
"""

from __future__ import annotations

import math
from functools import wraps
from typing import TYPE_CHECKING, TypeVar, cast

from dropcap.carriers.compose.canonical.tree import Leaf
from dropcap.carriers.compose.field_table import LIST
from dropcap.carriers.compose.interpolate import Use
from dropcap.carriers.compose.nodes import entries, is_nothing, items
from dropcap.carriers.compose.quantities import duration, nanoseconds, signed_size_in_bytes, single
from dropcap.carriers.compose.yaml_types import scalar_type, to_string, truth
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.field_table import Field
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value

    Form: TypeAlias = Callable[[Value, LoadContext, Field], Tree | None]

T = TypeVar("T")
F = TypeVar("F", bound="Form")

FORMS: dict[str, Form] = {}
"""By the word that the table has for it."""

_FRACTIONAL = frozenset(".eE")


def shown(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give a value in the form that the table says, or else that of its kind."""
    form = FORMS.get(field.kind)
    if form is not None:
        return form(value, scope, field)
    if isinstance(value, Mapping) and LIST not in field.below:
        found = record(value, scope, field)
        return found or (None if "*" in field.below else found)
    return listed(value, scope, field) if LIST in field.below else None


def record(value: Value, scope: LoadContext, field: Field) -> dict[str, Tree]:
    """Give the fields of a mapping that the table names; nothing for anything else."""
    found: dict[str, Tree] = {}
    for name, entry in entries(value).items():
        inner = field.at(name)
        tree = shown(entry.value, scope, inner) if inner is not None else None
        if tree is not None:
            found[name] = tree
    return found


def completed(value: Value, scope: LoadContext, field: Field, /, **defaults: Tree) -> dict[str, Tree] | None:
    """Give the fields of a mapping, and what it has where they do not say otherwise."""
    found = record(value, scope, field)
    for name, tree in defaults.items():
        found.setdefault(name, tree)
    return found if isinstance(value, Mapping) else None


def listed(value: Value, scope: LoadContext, field: Field) -> list[Tree] | None:
    """Give the items of a list, each in its form; left out where there are none."""
    found = [shown(item, scope, field.below[LIST]) for item in items(value)]
    return [tree for tree in found if tree is not None] or None


def of_fields(form: F) -> F:
    """Register a form for the table, by its function's name."""
    FORMS[form.__name__] = form
    return form


def of_value(read: Callable[[Value], T]) -> Callable[[Value], T]:
    """Register a form that looks at nothing but the value."""
    FORMS[read.__name__] = lambda value, _scope, _field: cast("Tree | None", read(value))
    return read


def _of_scalar(read: Callable[[Scalar], Leaf | None]) -> Callable[[Value], Leaf | None]:
    """Register a form of what reads a scalar that is known; one that is not stays as it is written."""

    @of_value
    @wraps(read)
    def form(value: Value) -> Leaf | None:
        if not isinstance(value, Scalar):
            return None
        return word(value) if value.unknown else read(value)

    return form


def _unless_empty(leaf: Leaf | None, empty: str = "") -> Leaf | None:
    """Leave a value out where it is empty, 0 or false: it is for people."""
    return leaf if leaf is None or (leaf.value and leaf.value != empty) else leaf._replace(only="text")


@of_value
def word(value: Value) -> Leaf | None:
    """Give a text, be it empty."""
    return Leaf(value.text if value.unknown else to_string(value), value) if isinstance(value, Scalar) else None


@of_value
def text(value: Value) -> Leaf | None:
    """Give a text, which is left out where it is empty."""
    return None if is_nothing(value) else _unless_empty(word(value))


@_of_scalar
def choice(value: Scalar) -> Leaf | None:
    """Give true or false, where false differs from nothing."""
    is_true = truth(value.text) if scalar_type(value) in ("boolean", "text") else None
    return None if is_true is None else Leaf(is_true, value)


@of_value
def flag(value: Value) -> Leaf | None:
    """Give true or false, which is left out where it is false."""
    return _unless_empty(choice(value))


@_of_scalar
def count(value: Scalar) -> Leaf | None:
    """Give a whole number, where 0 differs from nothing."""
    number = _number(value)
    return None if number is None else Leaf(int(number), value)


@of_value
def integer(value: Value) -> Leaf | None:
    """Give a whole number, which is left out where it is 0."""
    return _unless_empty(count(value))


@of_value
def integer_16(value: Value) -> Leaf | None:
    """Give a whole number of which Docker Compose keeps the last sixteen bits."""
    return _unless_empty(_lowest(count(value), 16))


@of_value
def integer_32(value: Value) -> Leaf | None:
    """Give a whole number of which Docker Compose keeps the last 32 bits."""
    return _unless_empty(_lowest(count(value), 32))


def _lowest(leaf: Leaf | None, bits: int) -> Leaf | None:
    number = leaf.value if leaf is not None else None
    return leaf._replace(value=number % (1 << bits)) if leaf is not None and isinstance(number, int) else leaf


@_of_scalar
def decimal(value: Scalar) -> Leaf | None:
    """Give a number of single precision, which is left out where it is 0."""
    number = _number(value)
    return None if number is None else Leaf(single(number), value, "" if number else "text")


@_of_scalar
def size(value: Scalar) -> Leaf | None:
    """Give a number of bytes, as a text; left out where it is 0."""
    number = _written_whole(value) if scalar_type(value) == "number" else signed_size_in_bytes(value.text)
    # Go leaves out a size that is written as a fraction and not as a text.
    return Leaf(str(number), value, "" if number else "text") if isinstance(number, int) else None


@_of_scalar
def span(value: Scalar) -> Leaf | None:
    """Give a span of time, where none at all differs from nothing."""
    number = nanoseconds(to_string(value))
    return None if number is None else Leaf(duration(number), value)


@of_value
def wait(value: Value) -> Leaf | None:
    """Give a span of time, which is left out where it is none."""
    return _unless_empty(span(value), "0s")


def raw(value: Value) -> Tree:
    """Give a value of any kind as it stands."""
    if isinstance(value, Mapping):
        return {name: raw(entry.value) for name, entry in entries(value).items()}
    if isinstance(value, Sequence):
        return [raw(item) for item in items(value)]
    kind = scalar_type(value)
    if kind == "boolean":
        return Leaf(truth(value.text), value)
    if kind == "number":
        return Leaf(_number(value), value)
    return Leaf(None if kind == "nothing" else value.text, value)


@of_value
def strings(value: Value) -> list[Leaf] | None:
    """Give a list of texts, which is left out where it has no items."""
    return [leaf for leaf in map(word, items(value)) if leaf is not None] or None


@of_value
def one_or_strings(value: Value) -> list[Leaf] | None:
    """Give a list of texts; a single one is a list as well."""
    if not isinstance(value, Scalar):
        return strings(value)
    return None if is_nothing(value) else [Leaf(value.text if value.unknown else to_string(value), value)]


def pairs(value: Value) -> Iterator[tuple[str, Leaf]]:
    """Give what a mapping or a list of `name=value` holds; None where a name has no value."""
    for name, entry in entries(value).items():
        leaf = Leaf(None, entry.value) if is_nothing(entry.value) else word(entry.value)
        if leaf is not None:
            yield name, leaf
    for leaf in strings(value) or ():
        name, equals, rest = str(leaf.value).partition("=")
        yield name, leaf._replace(value=rest if equals else None)


@of_value
def mapping(value: Value) -> dict[str, Leaf] | None:
    """Give texts by name, where no value is an empty text; left out where there are none."""
    return {name: leaf if leaf.value is not None else leaf._replace(value="") for name, leaf in pairs(value)} or None


@of_fields
def variables(value: Value, scope: LoadContext, _field: Field) -> Tree | None:
    """Give texts by name; one without a value is the variable of its name."""
    found: dict[str, Tree] = {}
    for name, leaf in pairs(value):
        found[name] = leaf
        variable = scope.environment.lookup(name) if leaf.value is None else None
        if variable is not None and leaf.at is not None:
            is_empty = not variable.value
            scope.provenance.uses.append(Use(leaf.at.source, leaf.at.span, name, variable, is_empty=is_empty))
            found[name] = leaf._replace(value=variable.value)
    return found or None


@of_fields
def arguments(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Do the same; one that is certainly set nowhere is left out."""
    found = variables(value, scope, field)
    if not isinstance(found, dict) or not scope.environment.is_complete:
        return found
    return {name: leaf for name, leaf in found.items() if isinstance(leaf, Leaf) and leaf.value is not None} or None


@of_fields
def names(value: Value, scope: LoadContext, field: Field) -> Tree | None:
    """Give a mapping of names to values, where a name may have no value; a list of names is a mapping of such."""
    found: dict[str, Tree] = {item.text: Leaf(None, item) for item in items(value) if isinstance(item, Scalar)}
    for name, entry in entries(value).items():
        tree = shown(entry.value, scope, field.below["*"])
        found[name] = Leaf(None, entry.value) if tree is None else tree
    return found or None


def _written_whole(value: Scalar) -> int | float | None:
    """Read a number that is no fraction by how it is written either: to Go `1e3` is one."""
    is_fraction = not value.text.lower().startswith(("0x", "-0x", "+0x")) and _FRACTIONAL & set(value.text)
    return None if is_fraction else _number(value)


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
