"""The members of JSON objects by their types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.jsonc import Array, Object, Scalar, members, strings
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.jsonc import Node

__all__ = ["Fields"]


class Fields:
    """The members of an object; what is `null` or missing is not there, and so is what has another type."""

    def __init__(self, node: Node | None) -> None:
        """Take an object; of anything else there are no members."""
        self._members = members(node) if isinstance(node, Object) else {}

    def names(self) -> set[str]:
        """Return the names that are there."""
        return set(self._members)

    def get(self, name: str) -> Node | None:
        """Return a value of any type."""
        member = self._members.get(name)
        return member.value if member else None

    def inner(self, name: str) -> Fields:
        """Return the members of an object in it."""
        return Fields(self.get(name))

    def text(self, name: str) -> Located[str] | None:
        """Return a text that is not empty."""
        node = self.get(name)
        is_text = isinstance(node, Scalar) and isinstance(node.value, str) and node.value
        return _text(node) if is_text and isinstance(node, Scalar) else None

    def truth(self, name: str) -> Located[bool] | None:
        """Return true or false."""
        node = self.get(name)
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return Located(node.value, node.source, node.span)
        return None

    def number(self, name: str) -> int | None:
        """Return a whole number."""
        node = self.get(name)
        value = node.value if isinstance(node, Scalar) else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return the whole numbers of a list."""
        node = self.get(name)
        values = (item.value for item in node.items if isinstance(item, Scalar)) if isinstance(node, Array) else ()
        return tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool))

    def texts(self, name: str) -> tuple[Located[str], ...]:
        """Return the texts of a list."""
        node = self.get(name)
        return tuple(_text(item) for item in strings(node)) if node is not None else ()

    def objects(self, name: str) -> Iterator[Object]:
        """Give the objects of a list."""
        node = self.get(name)
        if isinstance(node, Array):
            yield from (item for item in node.items if isinstance(item, Object))

    def pairs(self, name: str) -> Iterator[tuple[str, Node]]:
        """Give the names and values of an object in it, as often as they are there."""
        node = self.get(name)
        if isinstance(node, Object):
            yield from ((str(member.key.value), member.value) for member in node.members)


def _text(node: Scalar) -> Located[str]:
    return Located(str(node.value), node.source, node.span)
