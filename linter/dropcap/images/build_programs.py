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

__all__ = ["BuildPrograms", "Runner", "build_programs"]


class Runner(NamedTuple):
    """A program that runs the code of others: the words behind it with which it is known what it does.

    Attributes:
        nothing: with these it changes nothing.
        here: with these it writes into the folder that it runs in.
        goals: as `here`, where each operand is one of these.
        packages: with these it puts packages in their places, and writes into that folder.
        unless: words with which nobody knows, whatever the others are.

    """

    nothing: tuple[str, ...] = ()
    here: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class BuildPrograms(NamedTuple):
    """What is known of them.

    Attributes:
        harmless: the names of those that change nothing that is asked for.
        asks: the names of those whose success is not known.
        writers: the names of those that write files of whoever runs them.
        rewriters: those of these that change files that no word names.
        only_with: the options without which one of these writes nothing, by its name.
        unpackers: the options that name the folder that an archive is unpacked into, by the program's name.
        runners: those that run the code of others, by name.
        places: where packages of these lie.
        installers: the word behind which packages stand, by the name of a package manager.
        plain: packages that bring nothing that a startup asks for, wherever they are installed.
        folders: where packages put files.

    """

    harmless: frozenset[str]
    asks: frozenset[str]
    writers: frozenset[str]
    rewriters: frozenset[str]
    only_with: Mapping[str, frozenset[str]]
    unpackers: Mapping[str, frozenset[str]]
    runners: Mapping[str, Runner]
    places: tuple[str, ...]
    installers: Mapping[str, str]
    plain: frozenset[str]
    folders: tuple[str, ...]


@cache
def build_programs() -> BuildPrograms:
    """Return what is known of them."""
    table = tomllib.loads(package_text("images", "build_programs.toml"))
    packages = table["packages"]
    runners = {
        name: Runner(**{key: tuple(words) for key, words in row.items()}) for name, row in table["runners"].items()
    }
    return BuildPrograms(
        harmless=frozenset(table["harmless"]),
        asks=frozenset(table["asks"]),
        writers=frozenset(table["writers"]),
        rewriters=frozenset(table["rewriters"]),
        only_with={name: frozenset(options) for name, options in table["only_with"].items()},
        unpackers={name: frozenset(options) for name, options in table["unpackers"].items()},
        runners=runners | {name: runners[same] for name, same in table["same"].items()},
        places=tuple(table["places"]["packages"]),
        installers=table["installers"],
        plain=frozenset(packages["plain"]),
        folders=tuple(packages["folders"]),
    )
