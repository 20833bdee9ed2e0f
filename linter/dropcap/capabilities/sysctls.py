"""Kernel parameters that a container may set for itself, and which value of them protects less than another."""

from __future__ import annotations

import sys
from functools import cache

from dropcap.package_data import package_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LONGEST_INTERFACE = 15


def weakness(name: str, value: str) -> str | None:
    """Say what a parameter, written with dots, lets happen at a value; None where it weakens nothing that is known."""
    try:
        number = int(value.strip())
    except ValueError:
        return None
    before, _, last = name.rpartition(".")
    family, _, interface = before.rpartition(".")
    names = {name, f"{family}.*.{last}"} if len(interface) <= _LONGEST_INTERFACE else {name}
    return next((means for known, at, means in _weak() if known in names and at == number), None)


@cache
def _weak() -> tuple[tuple[str, int, str], ...]:
    rows = tomllib.loads(package_text("capabilities", "sysctls.toml"))["weak"]
    return tuple((row["name"], row["value"], row["means"]) for row in rows)
