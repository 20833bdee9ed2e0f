"""What is known about each capability, read from facts.toml when it is first asked for.

A grade is needed on nearly every run, and a TOML parser would take 6 of the 50 ms that a run may take. So the
file keeps to a part of the language that a few lines read in 0.2 ms; a test compares them with a real parser.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Mapping


class Circumstance(NamedTuple):
    """What raises the risk of a capability by one level.

    Attributes:
        name: its key in facts.toml.
        field: the field of the container that decides, or `held` for the bounding set.
        values: what is looked for there; facts.toml says how, field by field.
        title: in words, after "raised by".
        message: in words, at the place where it is found; `{path}` stands for the path that is mounted there.

    """

    name: str
    field: str
    values: tuple[str, ...]
    title: str
    message: str


class Fact(NamedTuple):
    """What is known about one capability.

    Attributes:
        name: without its prefix.
        number: the kernel's.
        kernel: the first version that has it.
        meaning: what it permits, a sentence.
        risk: `low`, `moderate`, `high` or `critical`, in an otherwise ordinary container.
        why: the reason for the risk, in sentences.
        raised_by: the names of the circumstances that raise it by one level.
        evidence: where all this can be read up.

    """

    name: str
    number: int
    kernel: str
    meaning: str
    risk: str
    why: str
    raised_by: tuple[str, ...]
    evidence: tuple[str, ...]

    def escalators(self) -> tuple[str, ...]:
        """Say in words what raises its risk, the missing seccomp profile included."""
        from dropcap.capabilities.engines import default_set
        from dropcap.model import Engine

        everywhere = all(self.name in default_set(engine) for engine in Engine)
        names = self.raised_by if everywhere else (*self.raised_by, GENERAL)
        return tuple(circumstances()[name].title for name in names)


GENERAL = "no-seccomp"
"""The circumstance that counts for every capability outside the engine's default set."""


def fact(name: str) -> Fact:
    """Give what is known about a capability, by its bare name.

    Raises:
        KeyError: there is no such capability.

    """
    return facts()[name]


@cache
def facts() -> Mapping[str, Fact]:
    """Give what is known about all capabilities, by bare name, in the kernel's order."""
    tables = _tables()
    sources = tables["sources"]
    known = {}
    for header, table in tables.items():
        group, _, name = header.partition(".")
        if group == "capabilities":
            known[name] = Fact(
                name,
                int(str(table["number"])),
                str(table["kernel"]),
                str(table["meaning"]),
                str(table["risk"]),
                str(table["why"]),
                tuple(table["raised_by"]),
                tuple(str(sources[source]) for source in table["evidence"]),
            )
    return known


@cache
def circumstances() -> Mapping[str, Circumstance]:
    """Give all that can raise a risk, by name."""
    return {
        name: Circumstance(
            name, str(table["field"]), tuple(table["values"]), str(table["title"]), str(table["message"])
        )
        for header, table in _tables().items()
        for group, _, name in (header.partition("."),)
        if group == "circumstances"
    }


def _tables() -> dict[str, dict[str, str | tuple[str, ...]]]:
    return tables("facts.toml")


@cache
def tables(file: str) -> dict[str, dict[str, str | tuple[str, ...]]]:
    """Read the tables of a file of this folder by their headers; numbers are given as they are written."""
    tables: dict[str, dict[str, str | tuple[str, ...]]] = {}
    table: dict[str, str | tuple[str, ...]] = {}
    for line in package_text("capabilities", file).splitlines():
        first = line[:1]
        if first == "[":
            table = tables[line[1:-1]] = {}
        elif first not in {"", "#"}:
            key, _, value = line.partition(" = ")
            table[key] = _strings(value) if value[0] == "[" else value.strip('"')
    return tables


def _strings(text: str) -> tuple[str, ...]:
    return tuple(text.split('"')[1::2])
