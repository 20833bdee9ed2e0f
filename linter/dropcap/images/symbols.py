"""What the functions that a program imports say it may ask the kernel for, from `symbols.toml`."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

from dropcap.package_data import package_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["capability_of"]


@cache
def _table() -> Mapping[str, str]:
    rows = tomllib.loads(package_text("images", "symbols.toml"))
    return {symbol: capability for capability, symbols in rows.items() for symbol in symbols}


def capability_of(symbol: str) -> str | None:
    """Return the capability that a function may take; None for any other function."""
    return _table().get(symbol)
