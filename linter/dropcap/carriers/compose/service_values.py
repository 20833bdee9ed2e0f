"""The values of a service, looked up by its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import items, known_scalar
from dropcap.lang.yaml import Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as Dictionary
    from typing import TypeAlias

    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value

    Service: TypeAlias = Dictionary[str, Entry]
    Wrong: TypeAlias = tuple[Value, str, str]
    """Where something is wrong, in which field, and what."""
    Check: TypeAlias = tuple[frozenset[str], Callable[[Service], Iterator[Wrong]]]
    """What looks at a service that has one of some keys; without them it finds nothing."""


def value_of(found: Service, key: str) -> Value | None:
    """Return the value of a key; None where a service has it not."""
    return found[key].value if key in found else None


def texts(found: Service, key: str) -> Iterator[tuple[Value, str]]:
    """Give the texts of a list, or the one that stands in its place."""
    value = value_of(found, key)
    for one in items(value) if isinstance(value, Sequence) else [value]:
        text = known_scalar(one)
        if one is not None and text is not None:
            yield one, text
