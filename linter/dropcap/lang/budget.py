"""How much variables may add to a file: two that hold each other twice, sixty times over, would fill a disk."""

from __future__ import annotations


class Budget:
    """How many characters are still added to a file by what is filled in."""

    __slots__ = ("_left",)

    def __init__(self, text: str) -> None:
        """Take the file's text: twice as much again, and a little, is more than anybody writes."""
        self._left = 2 * len(text) + 100_000

    def take(self, size: int) -> bool:
        """Return whether so many characters may be added, and count them if so."""
        if size > self._left:
            return False
        self._left -= size
        return True
