"""The schema of configurations is one that others can use, and what checks by it here agrees with a validator."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.capabilities.engines import strategy
from dropcap.configuration.checking import KEYWORDS, faults, schema
from dropcap.configuration.places import places
from dropcap.configuration.syntax import parse
from dropcap.model import Engine, Severity
from dropcap.package_data import package_text
from steps import GROWTH, SLACK, steps_of

SCHEMA: dict[str, Any] = json.loads(package_text("configuration", "dropcap.schema.json"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
WORDS = ["docker", "podman", "low", "never", "net-raw", "20.10", "v2", "", "NET_RAW", "2027-01-31", "x" * 5000, "a b"]
LEAVES = st.one_of(st.sampled_from(WORDS), st.booleans(), st.sampled_from([2, 5, 0, 20.1]))
LISTS = st.lists(LEAVES, max_size=3)
ENTRIES = [key for name in ("per-path", "allow") for key in SCHEMA["definitions"][name]["properties"]]
TABLES = st.dictionaries(st.sampled_from([*ENTRIES, "net-raw", "x", "docker", "nerdctl"]), LEAVES | LISTS, max_size=3)
VALUES = st.one_of(LEAVES, LISTS, TABLES, st.lists(TABLES, max_size=2))
CONFIGURATIONS = st.dictionaries(st.sampled_from([*SCHEMA["properties"], "y", "fail_on"]), VALUES, max_size=3)


def parts(value: object) -> list[dict[str, Any]]:
    """Return the parts of a schema that are schemas themselves."""
    if isinstance(value, list):
        return [one for item in value for one in parts(item)]
    if not isinstance(value, dict):
        return []
    return [value, *(one for key, item in value.items() if key != "default" for one in parts(item))]


def test_it_is_a_schema_of_the_draft_that_editors_know() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_it_uses_no_word_that_is_not_known_here() -> None:
    names = {"properties", "definitions"}
    keys = {key for part in parts(SCHEMA) for key in part}
    own = {name for part in parts(SCHEMA) for key in names & part.keys() for name in part[key]}
    assert keys - own <= KEYWORDS
    assert {"items", "enum", "pattern", "required"} <= keys


def test_it_says_what_the_code_has() -> None:
    definitions = SCHEMA["definitions"]
    assert definitions["engine"]["enum"] == [engine.value for engine in Engine]
    assert definitions["level"]["enum"] == [severity.label for severity in Severity]
    assert definitions["threshold"]["enum"] == [*definitions["level"]["enum"], "never"]
    told_apart = {engine.value for engine in Engine if strategy(engine).oldest}
    assert set(definitions["engine-version"]["properties"]) == told_apart
    assert schema()["properties"] == SCHEMA["properties"]
    assert all(part["description"].endswith(".") for part in SCHEMA["properties"].values())


@settings(max_examples=60, deadline=None)
@given(CONFIGURATIONS)
def test_a_validator_finds_what_is_found_here(table: dict[str, Any]) -> None:
    if isinstance(table.get("severity"), dict):  # no rule is called like a key, but the schema does not say so
        table["severity"] = {key: item for key, item in table["severity"].items() if key not in SCHEMA["properties"]}
    found = faults(table, lambda _: "")
    theirs = list(VALIDATOR.iter_errors(table))
    assert bool(found) is bool(theirs), (found, theirs)
    wrong = {fault.path[: len(fault.path) - fault.is_key] for fault in found}
    assert {tuple(error.absolute_path) for error in theirs} <= {path[:end] for path in wrong for end in range(9)}


def written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[ # ]\n" + ",\n ".join(map(written, value)) + "\n]" if value else "[ ]"
    return json.dumps(value)


def paths(value: object, above: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], object]:
    found: dict[tuple[str | int, ...], object] = {}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        path = (*above, key)
        found[path] = item
        found |= paths(item, path)
    return found


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b-c", "d.e", 'f"', "é"]), VALUES, max_size=4))
def test_every_value_is_found_where_it_stands(table: dict[str, Any]) -> None:
    text = "# x = [\n" + "".join(
        f"{json.dumps(key, ensure_ascii=False)} = {written(item)} # c\n" for key, item in table.items()
    )
    parsed = parse(text)
    assert parsed.table is not None
    found, expected = places(text), paths(parsed.table)
    assert found.keys() == expected.keys()
    for path, value in expected.items():
        place = found[path]
        assert text[place.start : place.end].split() == written(value).split()


HEADERS = """x = 1
[a.b]
c."d" = "]"
[[per-path]] # y
paths = ['x', \"\"\"
]\"\"\"]
[per-path.severity]
z = 'low'
[[per-path]]
[[a.e]]
f = {g = [1, {h = 2}]}
"""


def test_headers_lead_to_what_stands_below_them() -> None:
    parsed = parse(HEADERS)
    assert parsed.table is not None
    found = places(HEADERS)
    assert found.keys() == paths(parsed.table).keys()
    lines = {path: HEADERS.count("\n", 0, place.key) + 1 for path, place in found.items()}
    assert (lines["a", "b", "c", "d"], lines["per-path", 0, "paths"], lines["per-path", 0, "severity", "z"]) == (
        3,
        5,
        8,
    )
    assert (lines["per-path", 1], lines["a", "e", 0, "f", "g", 1, "h"]) == (9, 11)


REPEATED = ("[", "a.", '"', "a = x\n", "{", "[a.b]\n", "a = [", "a = {b.c = ", "'''\n", "# [\n", "[[a]]\n", "a = 1\n")


@pytest.mark.parametrize("text", REPEATED)
def test_no_text_takes_long(text: str) -> None:
    def steps(size: int) -> int:
        return steps_of(lambda: (parse(text * size), places(text * size)))

    one, two = steps(400), steps(800)
    assert two <= one * GROWTH + SLACK
