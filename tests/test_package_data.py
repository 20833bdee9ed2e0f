"""The tables that come along are TOML, and are read without a parser as one reads them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dropcap
from dropcap.package_data import package_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGE = Path(dropcap.__file__).parent
PLAIN = ["controls.toml", *(str(path.relative_to(PACKAGE)) for path in PACKAGE.glob("capabilities/*.toml"))]


@pytest.mark.parametrize("name", PLAIN)
def test_a_real_parser_reads_the_same_tables(name: str) -> None:
    read = package_tables(*Path(name).parts)
    assert read == dict(tables(tomllib.loads((PACKAGE / name).read_text(encoding="utf-8"))))
    assert read


def tables(table: dict[str, Any], header: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the tables of a parsed file that hold anything but tables, by their headers."""
    values = {key: plain(value) for key, value in table.items() if not isinstance(value, dict)}
    if values:
        yield header, values
    for key, inner in table.items():
        if isinstance(inner, dict):
            written = key if re.fullmatch(r"[\w-]+", key) else f'"{key}"'
            yield from tables(inner, f"{header}.{written}" if header else key)


def plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value if isinstance(value, str) else str(value)
