"""The tables that the package brings along: capability facts, flags of clients, the Compose schema."""

from __future__ import annotations

import os

_HERE = os.path.dirname(__file__)


def package_text(*path: str) -> str:
    """Return the text of a file of this package, by the names that lead to it."""
    with open(os.path.join(_HERE, *path), encoding="utf-8") as file:
        return file.read()
