"""What programs do in builds, from `build_programs.toml`."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.package_data import package_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BuildPrograms", "build_programs"]


class BuildPrograms(NamedTuple):
    """What is known of them.

    Attributes:
        harmless: the names of those that give nothing away.
        asks: the names of those whose success is not known.
        installers: the word behind which packages stand, by the name of a package manager.
        plain: packages that bring nothing that a startup asks for, wherever they are installed.
        folders: where packages put files.

    """

    harmless: frozenset[str]
    asks: frozenset[str]
    installers: Mapping[str, str]
    plain: frozenset[str]
    folders: tuple[str, ...]


@cache
def build_programs() -> BuildPrograms:
    """Return what is known of them."""
    table = tomllib.loads(package_text("images", "build_programs.toml"))
    packages = table["packages"]
    return BuildPrograms(
        frozenset(table["harmless"]),
        frozenset(table["asks"]),
        table["installers"],
        frozenset(packages["plain"]),
        tuple(packages["folders"]),
    )
