"""What the Compose schema does not allow in a model, and where: found by `jsonschema`, told in our words.

Of a value that may be of several types `jsonschema` says that it is none of them. The branch that is meant is the
one for the type that the value has, and what that branch says is told.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from dropcap.carriers.compose.schema import messages
from dropcap.carriers.compose.schema.compose_schema import SCHEMA
from dropcap.carriers.compose.schema.to_python import Plain, TooLargeError, UnknownValue, identity
from dropcap.carriers.compose.schema.unknown_keys import is_version_1, unknown_key
from dropcap.carriers.compose.schema.validator import branches_of, matcher
from dropcap.lang.yaml import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Dictionary

    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

    from dropcap.lang.yaml import Mapping, Node, Pair, Value

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
    plain = Plain(MAX_VALUES)
    try:
        data = plain.of(root._replace(pairs=tuple(pair for pair in root.pairs if not _is_extension(pair))))
    except TooLargeError:
        return [(root, f"Docker Compose refuses this, and it has too many values (over {MAX_VALUES:,}) to say why")]
    found: dict[tuple[int, str], tuple[Node, str]] = {}
    for error in _validator().iter_errors(data):
        for leaf in _leaves(error):
            if is_fragment and leaf.validator in _MISSING:
                continue
            place = _Place(root, data, plain, tuple(leaf.absolute_path))
            # One mapping may have any number of unknown keys, and to find what was meant by one takes a while.
            for where, message in islice(_told(leaf, place), limit):
                found.setdefault((id(where), message), (where, message))
        if len(found) >= MAX_FOUND:
            break
    in_order = sorted(found.values(), key=lambda one: (one[0].source.path, one[0].span.start))
    return in_order[:limit]


def _is_extension(pair: Pair) -> bool:
    """Whether a pair at the top level may hold anything."""
    return isinstance(pair.key, Scalar) and pair.key.text.startswith("x-")


class _Place:
    """Where in a model something stands.

    Attributes:
        path: the keys and positions that lead there.
        key: the key that it stands behind; None at the top and in lists.
        value: the node itself.
        data: the same as plain data.
        keys: if it is a mapping, the node of each key.
        items: if it is a list, the nodes of its items.

    """

    __slots__ = ("data", "items", "key", "keys", "path", "value")

    def __init__(self, root: Mapping, data: Any, plain: Plain, path: tuple[str | int, ...]) -> None:  # noqa: ANN401  # plain data is of any type
        self.path = path
        self.key: Node | None = None
        self.value: Node = root
        for step in path:
            if isinstance(step, str):
                entry = plain.entries(data)[step]
                self.key, self.value = entry.key, entry.value
            else:
                self.key, self.value = None, plain.items(data)[step]
            data = data[step]
        self.data = data
        self.keys: Dictionary[str, Node] = {}
        self.items: list[Value] = []
        if isinstance(data, dict):
            self.keys = {name: entry.key for name, entry in plain.entries(data).items()}
        elif isinstance(data, list):
            self.items = plain.items(data)

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
        yield place.anchor if is_empty else place.value, messages.wrong_type(place.path, types, instance, place.value)
    elif keyword == "additionalProperties":
        yield from _unknown_keys(error.schema, place)
    elif keyword in _MISSING:
        yield place.anchor, f"{name} {messages.missing(keyword, error.validator_value, instance)}"
    elif keyword == "uniqueItems":
        for index in _repeated(instance):
            yield place.items[index], f"{name} has this item twice: take one out"
    else:
        yield place.value, f"{name} {messages.wrong_value(keyword, error.validator_value, instance)}"


def _unknown_keys(schema: Any, place: _Place) -> Iterator[tuple[Node, str]]:  # noqa: ANN401  # a schema is any JSON
    patterns = [matcher(pattern) for pattern in schema.get("patternProperties", {})]
    known = schema.get("properties", {})
    unknown = [key for key in place.data if key not in known and not any(match(key) for match in patterns)]
    if not place.path and is_version_1(place.data, unknown):
        message = "services stand at the top level, as in version 1, which Docker Compose no longer reads"
        yield place.keys[unknown[0]], f"{message}: put them below a services key"
        return
    for key in unknown:
        yield place.keys[key], unknown_key(place.path, key, place.data[key], schema)


def _repeated(items: list[Any]) -> list[int]:
    """Give the positions of items that are equal to one before them."""
    seen = set()
    found = []
    for index, one in enumerate(map(identity, items)):
        if one in seen:
            found.append(index)
        seen.add(one)
    return found
