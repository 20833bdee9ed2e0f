"""What the Compose schema does not allow in a model, and where: found by `jsonschema`, told in our words.

Of a value that may be of several types `jsonschema` says that it is none of them. The branch that is meant is the
one for the type that the value has, and what that branch says is told.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from dropcap.carriers.compose.nodes import all_entries, entries, items, without
from dropcap.carriers.compose.schema import messages, remedies
from dropcap.carriers.compose.schema.compose_schema import SCHEMA
from dropcap.carriers.compose.schema.to_python import TooLargeError, UnknownValue, identity, to_python
from dropcap.carriers.compose.schema.unknown_keys import is_version_1, unknown_key
from dropcap.carriers.compose.schema.validator import branches_of, matcher, valid_services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Dictionary

    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

    from dropcap.lang.yaml import Mapping, Node, Scalar, Value

MAX_VALUES = 200_000
"""How many values, aliases followed, are looked at; `jsonschema` takes about a second for so many."""

MAX_FOUND = 1000
"""How many faults are put in order before the first of them are told."""

_SCALAR_TYPES = ("boolean", "integer", "null", "number", "string")
_MISSING = ("required", "anyOf")


def explained(root: Mapping, limit: int, *, is_fragment: bool) -> list[tuple[Node, str]]:
    """Give the first faults of a model, in the order of their places.

    Args:
        root: the model.
        limit: how many faults are given at most.
        is_fragment: whether nothing is missing.

    """
    try:
        # What stands at the top in an extension may be anything.
        data = to_python(without(root, *(name for name in all_entries(root) if name.startswith("x-"))), MAX_VALUES)
    except TooLargeError:
        return [
            (
                root,
                f"Docker Compose refuses this; with over {MAX_VALUES:,} values it is too large for dropcap to say why",
            )
        ]
    found: dict[tuple[int, str], tuple[Node, str]] = {}
    children = _Children()
    for error in _validator().iter_errors(_without_valid_services(root, data)):
        for leaf in _leaves(error):
            if is_fragment and leaf.validator in _MISSING:
                continue
            place = _Place(root, data, children, tuple(leaf.absolute_path))
            # One mapping may have any number of unknown keys, and to find what was meant by one takes a while.
            for where, message in islice(_told(leaf, place), limit):
                found.setdefault((id(where), message), (where, message))
        if len(found) >= MAX_FOUND:
            break
    in_order = sorted(found.values(), key=lambda one: (one[0].source.path, one[0].span.start))
    return in_order[:limit]


def _without_valid_services(root: Mapping, data: dict[str, Any]) -> dict[str, Any]:
    """Return a model without the services that nothing is wrong with: the fast check knows that of them."""
    valid = valid_services(root)
    if not valid:
        return data
    return {**data, "services": {name: one for name, one in data["services"].items() if name not in valid}}


class _Children:
    """Gives what stands in a mapping or a list by its step: a key, or None in a list, and the value; each made once."""

    def __init__(self) -> None:
        self._made: dict[int, Dictionary[str | int, tuple[Scalar | None, Value]]] = {}

    def of(self, value: Value) -> Dictionary[str | int, tuple[Scalar | None, Value]]:
        if id(value) not in self._made:
            found: dict[str | int, tuple[Scalar | None, Value]] = {}
            found.update((name, (entry.key, entry.value)) for name, entry in entries(value).items())
            found.update((index, (None, item)) for index, item in enumerate(items(value)))
            self._made[id(value)] = found
        return self._made[id(value)]


class _Place:
    """Where in a model something stands.

    Attributes:
        path: the keys and positions that lead there.
        key: the key that it stands behind; None at the top and in lists.
        value: the node itself.
        data: the same as plain data.
        inside: what is in it, by its key or position.

    """

    __slots__ = ("data", "inside", "key", "path", "value")

    def __init__(self, root: Mapping, data: Any, children: _Children, path: tuple[str | int, ...]) -> None:  # noqa: ANN401  # plain data is of any type
        self.path = path
        self.key: Node | None = None
        self.value: Value = root
        for step in path:
            self.key, self.value = children.of(self.value)[step]
            data = data[step]
        self.data = data
        self.inside = children.of(self.value)

    @property
    def anchor(self) -> Node:
        """The key, or where there is none the value: what is pointed at if something is missing."""
        return self.key or self.value


@cache
def _validator() -> Validator:
    """Make the validator: one that knows of scalars nobody knows, and takes linear time for `uniqueItems`."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    checker = Draft202012Validator.TYPE_CHECKER
    originals: Dictionary[str, Any] = Draft202012Validator.VALIDATORS

    def scalar_type(name: str) -> Any:  # noqa: ANN401  # a function for jsonschema
        return lambda _, instance: isinstance(instance, UnknownValue) or checker.is_type(instance, name)

    def of_known(keyword: str) -> Any:  # noqa: ANN401  # as above
        def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401  # as above
            # That a list is none of some texts need not be said beside that it is no text.
            if not isinstance(instance, UnknownValue) and (keyword != "enum" or isinstance(instance, str)):
                yield from originals[keyword](validator, value, instance, schema) or ()

        return check

    def one_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401  # as above
        is_any = isinstance(instance, UnknownValue) and any(
            validator.evolve(schema=one).is_valid(instance) for one in branches
        )
        if not is_any:
            yield from originals["oneOf"](validator, branches, instance, schema)

    def unique_items(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401, ARG001  # as above
        if value and isinstance(instance, list) and _repeated(instance):
            yield ValidationError("an item is repeated")

    own = {keyword: of_known(keyword) for keyword in ("enum", "maximum", "minimum", "pattern")}
    types = checker.redefine_many({name: scalar_type(name) for name in _SCALAR_TYPES})
    made: type[Validator] = extend(  # type: ignore[no-untyped-call]  # its types leave this function out
        Draft202012Validator, {**own, "oneOf": one_of, "uniqueItems": unique_items}, type_checker=types
    )
    return made(SCHEMA)


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Give what is meant by an error: itself, or what the branch for the value's type says."""
    if error.validator != "oneOf":
        yield error
        return
    branches: dict[int, list[ValidationError]] = {}
    for one in error.context or ():
        branches.setdefault(int(one.relative_schema_path[0]), []).append(one)
    meant = [errors for errors in branches.values() if not any(map(_is_of_another_type, errors))]
    if not meant:
        yield error
    for errors in meant:
        for one in errors:
            yield from _leaves(one)


def _is_of_another_type(error: ValidationError) -> bool:
    """Whether a branch says that it is not for values of this type."""
    if error.relative_path or error.validator not in ("type", "oneOf"):
        return False
    return error.validator == "type" or list(_leaves(error)) == [error]


def _told(error: ValidationError, place: _Place) -> Iterator[tuple[Node, str]]:
    """Tell an error: one or several nodes, each with a sentence."""
    keyword, instance = str(error.validator), place.data
    name = messages.path(place.path)
    if keyword in ("type", "oneOf"):
        types = [one for branch in branches_of(error.schema) for one in messages.listed(branch["type"])]
        is_empty = place.value.span.start == place.value.span.end
        validator = _validator().evolve(schema=error.schema)
        remedy = remedies.remedy(place.path, types, instance, place.value, validator.is_valid)
        yield place.anchor if is_empty else place.value, messages.wrong_type(name, types, instance, remedy)
    elif keyword == "additionalProperties":
        yield from _unknown_keys(error.schema, place)
    elif keyword in _MISSING:
        yield place.anchor, f"{name} {messages.missing(keyword, error.validator_value, instance)}"
    elif keyword == "uniqueItems":
        for index in _repeated(instance):
            yield place.inside[index][1], f"{name} has this item twice: take one out"
    else:
        yield place.value, f"{name} {messages.wrong_value(keyword, error.validator_value, instance)}"


def _unknown_keys(schema: Any, place: _Place) -> Iterator[tuple[Node, str]]:  # noqa: ANN401  # a schema is any JSON
    patterns = [matcher(pattern) for pattern in schema.get("patternProperties", {})]
    known = schema.get("properties", {})
    unknown = [key for key in place.data if key not in known and not any(match(key) for match in patterns)]
    if not place.path and is_version_1(place.data, unknown):
        message = "services are at the top level, which Docker Compose no longer reads"
        yield place.inside[unknown[0]][0] or place.value, f"{message}: indent them below services:"
        return
    remedy = remedies.joined(place.path, place.data)
    for key in unknown:
        yield place.inside[key][0] or place.value, unknown_key(place.path, key, place.data[key], schema, remedy)


def _repeated(items: list[Any]) -> list[int]:
    """Give the positions of items that are equal to one before them."""
    seen = set()
    found = []
    for index, one in enumerate(map(identity, items)):
        if one in seen:
            found.append(index)
        seen.add(one)
    return found
