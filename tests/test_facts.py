"""facts.toml says of each capability what capabilities(7) and the kernel say, and is read as TOML reads it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from dropcap.capabilities import facts as module
from dropcap.capabilities.engines import default_set
from dropcap.capabilities.facts import circumstances, fact, facts
from dropcap.capabilities.names import NAMES
from dropcap.model import Container, Engine

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(module.__file__).with_name("facts.toml")


def parsed() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return table


def test_a_real_parser_reads_the_same_facts() -> None:
    table = parsed()
    assert list(facts()) == list(table["capabilities"])
    for name, known in facts().items():
        entry = table["capabilities"][name]
        evidence = tuple(table["sources"][source] for source in entry.pop("evidence"))
        assert known._asdict() == {
            "name": name,
            **{key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()},
            "evidence": evidence,
        }


def test_a_real_parser_reads_the_same_circumstances() -> None:
    table = parsed()
    assert {name: known._asdict() for name, known in circumstances().items()} == {
        name: {"name": name, **entry, "values": tuple(entry["values"])}
        for name, entry in table["circumstances"].items()
    }


def test_facts_stand_in_the_order_of_the_kernels_numbers() -> None:
    assert [known.number for known in facts().values()] == list(range(41))
    assert tuple(facts()) == tuple(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_is_said(name: str) -> None:
    known = fact(name)
    assert known.meaning.endswith(".")
    assert known.why.endswith(".")
    assert known.risk in {"low", "moderate", "high", "critical"}
    assert known.evidence
    assert set(known.raised_by) <= set(circumstances())


def test_each_circumstance_looks_at_a_field_there_is() -> None:
    for circumstance in circumstances().values():
        assert circumstance.field in {*Container._fields, "held"}
        assert circumstance.title
        assert circumstance.message


@pytest.mark.parametrize(
    ("engine", "mask"),
    [
        (Engine.DOCKER, 0xA80425FB),  # CapBnd in a container of Docker's own defaults
        (Engine.NERDCTL, 0xA80425FB),
        (Engine.SWARM, 0xA80425FB),
        (Engine.PODMAN, 0x800405FB),
    ],
)
def test_numbers_and_default_sets_give_the_masks_that_the_kernel_shows(engine: Engine, mask: int) -> None:
    assert sum(1 << fact(name).number for name in default_set(engine)) == mask
