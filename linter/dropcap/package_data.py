"""The tables that the package brings along: capability facts, flags of clients, the Compose schema."""

from __future__ import annotations

import os
from functools import cache

TYPE_CHECKING = False  # without `typing`, which is not to be imported at a start
if TYPE_CHECKING:
    Table = dict[str, str | tuple[str, ...]]

_HERE = os.path.dirname(__file__)


def package_text(*path: str) -> str:
    """Return the text of a file of this package, by the names that lead to it."""
    with open(os.path.join(_HERE, *path), encoding="utf-8") as file:
        return file.read()


@cache
def package_tables(*path: str) -> dict[str, Table]:
    """Return the tables of a TOML file of this package by their headers, without a parser, which takes long to import.

    Such a file keeps to a part of TOML: a header, or a key with a number, a string without escapes or a list of such
    strings, each on one line. Numbers are given as they are written. A test compares with a parser.
    """
    tables: dict[str, Table] = {}
    table: Table = {}
    for line in package_text(*path).splitlines():
        first = line[:1]
        if first == "[":
            header = line[1:-1]
            table = tables[header.strip('"') if header[0] == '"' else header] = {}
        elif first not in {"", "#"}:
            key, _, value = line.partition(" = ")
            table[key] = _strings(value) if value[0] == "[" else value.strip('"')
    return tables


def _strings(text: str) -> tuple[str, ...]:
    return tuple(text.split('"')[1::2])
