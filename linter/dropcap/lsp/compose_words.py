"""The keys and values of a service that decide what its container can do, from compose_words.toml."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.package_data import package_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Key(NamedTuple):
    """A key of a service.

    Attributes:
        name: the key.
        form: `list`, `map`, `flag` or `text`.
        about: what it does, a clause.

    """

    name: str
    form: str
    about: str

    @property
    def opening(self) -> str:
        """The key as it is written before its value."""
        return f"{self.name}:" if self.form in {"list", "map"} else f"{self.name}: "


class Word(NamedTuple):
    """A value that a key may have, and what it does."""

    value: str
    about: str


@cache
def keys() -> Mapping[str, Key]:
    """Return the keys, in the order in which they are offered."""
    tables = package_tables("lsp", "compose_words.toml")
    return {
        name: Key(name, str(table["form"]), str(table["about"]))
        for header, table in tables.items()
        for group, _, name in (header.partition("."),)
        if group == "key"
    }


@cache
def words(key: str, *, is_podman: bool = False) -> Sequence[Word]:
    """Return the values of a key that has a closed set; none where it has not."""
    table = package_tables("lsp", "compose_words.toml")["values"]
    listed = (is_podman and table.get(f"{key}_podman")) or table.get(key, ())
    return [Word(value, about) for value, _, about in (str(one).partition(" = ") for one in listed)]
