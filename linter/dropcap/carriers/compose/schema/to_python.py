"""Nodes as plain data, typed as Docker Compose types them, for programs that know no nodes."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from dropcap.carriers.compose.nodes import entries, items
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Hashable

    from dropcap.lang.yaml import Value

_LONGEST_INTEGER = 20
"""How many characters an integer of 64 bits may have; go-yaml makes longer ones a fraction."""


class UnknownValue:
    """A scalar that nobody knows; no two are the same."""

    __slots__ = ()


class Date:
    """A date, which is of no type that a schema can name; two of one text are the same."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        """Keep it as it is written."""
        self.text = text

    def __eq__(self, other: object) -> bool:
        """Compare what is written."""
        return isinstance(other, Date) and self.text == other.text

    def __hash__(self) -> int:
        """Go by what is written."""
        return hash(self.text)


class TooLargeError(Exception):
    """There are more values, aliases followed, than may be converted."""


def to_python(node: Value, limit: float = inf) -> Any:  # noqa: ANN401  # plain data is of any type
    """Convert a node.

    Raises:
        TooLargeError: there are more values than the limit allows.

    """
    left = limit

    def converted(value: Value) -> Any:  # noqa: ANN401  # as above
        nonlocal left
        left -= 1
        if left < 0:
            raise TooLargeError
        if isinstance(value, Scalar):
            return scalar(value)
        if isinstance(value, Mapping):
            return {key: converted(entry.value) for key, entry in entries(value).items()}
        return list(map(converted, items(value)))

    return converted(node)


def scalar(node: Scalar) -> Any:  # noqa: ANN401  # plain data is of any type
    """Convert a scalar."""
    if node.unknown is not None:
        return UnknownValue()
    kind = scalar_type(node)
    if kind == "text":
        return node.text
    if kind == "boolean":
        return node.text.lower() == "true"
    if kind == "number":
        return number(node)
    return Date(node.text) if kind == "date" else None


def number(node: Scalar) -> int | float:
    """Convert a number."""
    digits = to_string(node)
    if len(digits) <= _LONGEST_INTEGER and digits.removeprefix("-").isdecimal():
        return int(digits)
    try:
        return float(digits.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:  # a word in other letters, or a tag that calls a word a number
        return float("nan" if "nan" in digits.lower() else "-inf" if digits.startswith("-") else "inf")


def identity(data: Any) -> Hashable:  # noqa: ANN401  # plain data is of any type
    """Give what is equal for values that a schema calls equal: 1 and 1.0, but not 1 and true."""
    if isinstance(data, bool):
        return (bool, data)
    if isinstance(data, list):
        return (list, *map(identity, data))
    if isinstance(data, dict):
        return (dict, frozenset((key, identity(value)) for key, value in data.items()))
    return data  # type: ignore[no-any-return]  # what is left is hashable: a text, a number, None and the two above
