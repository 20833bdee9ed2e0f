"""Controls of benchmarks, weaknesses and attacks, which rules name by their ids: what is in `controls.toml`."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.package_data import package_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Catalogue(NamedTuple):
    """Who numbers controls, weaknesses or attacks.

    Attributes:
        id: the word that entries have for it.
        name: what it is called.
        version: whose numbers these are.
        url: where it is.
        item: where one entry is, with `{}` for its number; empty where entries have no address.

    """

    id: str
    name: str
    version: str
    url: str
    item: str = ""


class Control(NamedTuple):
    """An entry of a catalogue.

    Attributes:
        id: what rules write: `CIS-5.4`, `CWE-250`, `T1611`.
        title: what it asks for, or is, in our words.
        catalogue: whose it is.
        maps_to: ids of the safeguards of the CIS Controls that the benchmark names for it.
        same_as: the id of a control of another catalogue that asks for the same; empty for none.
        undecided: why no rule is about it; empty where one is.
        in_part: what rules leave open of it; empty for nothing.

    """

    id: str
    title: str
    catalogue: Catalogue
    maps_to: tuple[str, ...] = ()
    same_as: str = ""
    undecided: str = ""
    in_part: str = ""

    @property
    def number(self) -> str:
        """The number that its catalogue gives it: `5.4`, `250`, `T1611`."""
        return self.id.rpartition("-")[2]

    @property
    def url(self) -> str:
        """Its own address, or that of its catalogue."""
        item = self.catalogue.item
        return item.format(self.number.replace(".", "/")) if item else self.catalogue.url


@lru_cache(1)
def controls() -> Mapping[str, Control]:
    """Return all entries by their ids, in the order of their catalogues."""
    table = tomllib.loads(package_text("controls.toml"))
    catalogues = {name: Catalogue(name, **fields) for name, fields in table.pop("catalogues").items()}
    return {
        name: Control(
            name,
            entry["title"],
            catalogues[entry["catalogue"]],
            tuple(entry.get("maps_to", ())),
            entry.get("same_as", ""),
            entry.get("undecided", ""),
            entry.get("in_part", ""),
        )
        for name, entry in table.items()
    }


def named(ids: Collection[str]) -> list[Control]:
    """Return the controls with some ids, and those of other catalogues that are the same, in these' order."""
    return [one for one in controls().values() if one.id in ids or one.same_as in ids]
