"""How far may be followed what the containers of a file need. It stands alone since each file has one, asked or not."""

from __future__ import annotations


class Allowance:
    """How many commands may still be followed for the containers of one file.

    Attributes:
        left: how many.

    """

    __slots__ = ("left",)

    def __init__(self, left: int = 50_000) -> None:
        """Begin with as many as a hundred long startups have."""
        self.left = left
