"""A result of a check as a key: it is equal to no other, so that its content need not be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropcap.model import FileResult

__all__ = ["Itself"]


class Itself:
    """A result, which the key keeps alive."""

    __slots__ = ("result",)

    def __init__(self, result: FileResult) -> None:
        """Take a result."""
        self.result = result

    def __eq__(self, other: object) -> bool:
        """Be the same where the result is the very same one."""
        return isinstance(other, Itself) and other.result is self.result

    def __hash__(self) -> int:
        """Return a number that the result has for itself as long as it lives."""
        return id(self.result)
