"""How a list becomes another one by the fewest edits: values are written in the place of others, taken out or added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.model import Located

MOST_VALUES = 200
"""A list that holds more, or is to, is not written: what is worth mending is short."""


class ListEdits(NamedTuple):
    """What makes a list hold what is wanted.

    Attributes:
        replaced: values, each with the one that takes its place.
        removed: values that go.
        added: values that come.

    """

    replaced: tuple[tuple[Located[str], str], ...]
    removed: tuple[Located[str], ...]
    added: tuple[str, ...]


def list_edits(field: str, held: Sequence[Located[str]], wanted: Sequence[str]) -> ListEdits:
    """Return what makes a list of a container hold what is wanted, whatever the order.

    Args:
        field: its name, for the refusal.
        held: what it holds; a value that comes twice is wanted once.
        wanted: what it is to hold.

    Raises:
        RefusedError: there are more values than :data:`MOST_VALUES`.

    """
    if max(len(held), len(wanted)) > MOST_VALUES:
        raise RefusedError(f"its {field} has more than {MOST_VALUES} values")
    seen: set[str] = set()
    unwanted = []
    for one in held:
        if one.value not in wanted or one.value in seen:
            unwanted.append(one)
        seen.add(one.value)
    missing = [value for value in wanted if value not in seen]
    count = min(len(unwanted), len(missing))
    replaced = tuple(zip(unwanted[:count], missing[:count], strict=True))
    return ListEdits(replaced, tuple(unwanted[count:]), tuple(missing[count:]))
