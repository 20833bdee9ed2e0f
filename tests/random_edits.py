"""Edits of a text as somebody makes who types, with a die."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

SIGNS = (
    *("\n", "#\n", "  # a\n", " ", "  ", "a", ":", "- ", "[", "]", '"', "'"),
    *("|\n", ">\n", "\t", "\r\n", "? a\n", "&a", "*a"),
)
"""What makes another thing of any YAML."""


def edited(text: str, dice: random.Random, pieces: Sequence[str]) -> str:
    """Return a text with one of some pieces put in somewhere, at a line's start in half the cases.

    In some cases it takes the place of what stands there, or nothing does.
    """
    at = dice.randrange(len(text) + 1)
    if dice.random() < 0.5:  # half the cases
        at = text.rfind("\n", 0, at) + 1
    end = min(len(text), at + dice.choice((0, 0, 0, 1, 2, 30)))
    return text[:at] + dice.choice((*pieces, "")) + text[end:]
