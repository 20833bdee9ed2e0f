"""Kernel parameters that a container may set for itself, and which value of them protects less than another."""

from __future__ import annotations

import sys
from functools import cache

from dropcap.package_data import package_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def weakness(name: str, value: str) -> str | None:
    """Say what a parameter, written with dots, lets happen at a value; None where it weakens nothing that is known."""
    try:
        number = int(value.strip())
    except ValueError:
        return None
    first, last = name.rpartition(".")[0], name.rpartition(".")[2]
    names = {name, f"{first.rpartition('.')[0]}.*.{last}"}
    return next((means for known, at, means in _weak() if known in names and at == number), None)


@cache
def _weak() -> tuple[tuple[str, int, str], ...]:
    rows = tomllib.loads(package_text("capabilities", "sysctls.toml"))["weak"]
    return tuple((row["name"], row["value"], row["means"]) for row in rows)
