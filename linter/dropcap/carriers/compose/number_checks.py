"""Numbers that the schema allows and that Docker Compose cannot read where they stand.

Sources: compose-go 2.9.1 and 2.14.0, `transform/ulimits.go`, `types/cpus.go`, `types/types.go` and
`loader/mapstructure.go`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.coercions import NotCastError, cast
from dropcap.carriers.compose.nodes import child, entries, is_nothing, items
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dropcap.lang.yaml import Value

_WHOLE_NUMBER = r"-?[0-9]{1,20}"
_IN_FRACTIONS = frozenset(".e")
_LARGEST = 1 << 63


def _groups(value: Value) -> Iterator[tuple[Value, str]]:
    for item in items(value) if isinstance(value, Sequence) else ():
        if isinstance(item, Scalar) and not item.unknown and _is_fraction(item):
            yield (
                item,
                f"has the number {item.text[:40]}, which is not whole; Docker Compose refuses that: put it into quotes",
            )


def _is_fraction(scalar: Scalar) -> bool:
    """Whether a number is written as one with a fraction or an exponent, be it whole."""
    text = scalar.text.lstrip("+-").lower()
    is_written_so = not _IN_FRACTIONS.isdisjoint(text) and not text.startswith("0x")
    return is_written_so and scalar_type(scalar) == "number"


def limit_types(value: Value) -> Iterator[tuple[Value, str]]:
    """Give the limits of resources that are no whole numbers; one in soft and hard is not looked at."""
    for name, entry in entries(value).items():
        limit = entry.value
        if isinstance(limit, Scalar) and not limit.unknown and not is_nothing(limit):
            is_whole = scalar_type(limit) == "number" and re.fullmatch(_WHOLE_NUMBER, to_string(limit))
            if not is_whole or not -_LARGEST <= int(to_string(limit)) < _LARGEST:
                yield limit, f"has no whole number for {name}: write one that fits 64 bits, without quotes"


def _deploy(value: Value) -> Iterator[tuple[Value, str]]:
    """Give the amounts under `deploy` that are texts, and no numbers as Go reads them."""
    resources = child(value, "resources")
    for group in ("limits", "reservations"):
        part = child(resources, group)
        for name, kind in (("cpus", "float"), ("pids", "int")):
            yield from _not_cast(child(part, name), kind)
        for one in items(child(part, "generic_resources")):
            yield from _not_cast(child(child(one, "discrete_resource_spec"), "value"), "int")


def _not_cast(value: Value | None, kind: str) -> Iterator[tuple[Value, str]]:
    if isinstance(value, Scalar) and not value.unknown and scalar_type(value) == "text":
        try:
            cast(value, kind)
        except NotCastError as error:
            yield value, f"has an amount that {error}"


NUMBERS: tuple[tuple[str, Callable[[Value], Iterator[tuple[Value, str]]]], ...] = (
    ("group_add", _groups),
    ("ulimits", limit_types),
    ("deploy", _deploy),
)
