from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.source import Source
from dropcap.writers.fingerprint import identity_hash, line_hashes, portable
from handmade import finding, place, service
from steps import assert_linear

if TYPE_CHECKING:
    from dropcap.model import Finding

_VECTORS = json.loads((Path(__file__).parent / "vectors/fingerprint_vectors.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", _VECTORS, ids=lambda case: repr(case["input"][:20]))
def test_line_hashes_are_those_of_github(case: dict[str, list[str]]) -> None:
    assert line_hashes(str(case["input"])) == case["expected"]


@given(st.text(alphabet="ab \t\r\n\u2028\U0001f600", max_size=300))
def test_every_line_of_a_source_has_its_hash(text: str) -> None:
    assert len(line_hashes(text)) == Source("x", text).line_count


@given(st.text(alphabet="ab \t\r\n\u2028\U0001f600\ud800", max_size=400))
def test_line_hashes_follow_the_rolling_definition(text: str) -> None:
    assert line_hashes(text) == _rolled(text)


def _rolled(text: str) -> list[str]:
    """Roll the hash unit by unit over a window of 100, as the definition says."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = "\n".join(line.replace(" ", "").replace("\t", "") for line in lines)
    raw = kept.encode("utf-16-le", "surrogatepass")
    units = [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)] + [0xFFFF] + [0] * 100
    starts = {0} | {at + 1 for at, unit in enumerate(units) if unit == 0x0A}
    window, rolled, at_start = [0] * 100, 0, {}
    for at, unit in enumerate(units):
        rolled = (37 * rolled + unit - pow(37, 100, 2**64) * window[at % 100]) % 2**64
        window[at % 100] = unit
        at_start[at - 99] = rolled
    values = [at_start[start] for start in sorted(starts)]
    return [f"{value:x}:{values[: index + 1].count(value)}" for index, value in enumerate(values)]


def test_a_long_file_takes_linear_steps() -> None:
    assert_linear(lambda n: line_hashes("services: {}\n" * n), 500)


def test_an_identity_hash_forgets_words_and_lines() -> None:
    before = _finding("services:\n  web: {cap_add: [NET_ADMIN]}\n", "compose.yaml", "old words")
    after = _finding("# a new line\nservices:\n  web: {cap_add: [NET_ADMIN]}\n", "compose.yaml", "new words")
    assert identity_hash(before) == identity_hash(after)


def test_an_identity_hash_differs_where_the_identity_does() -> None:
    text = "services:\n  web: {cap_add: [NET_ADMIN]}\n"
    base = _finding(text, "compose.yaml", "words")
    others = [
        base,
        _finding(text, "other.yaml", "words"),
        base._replace(rule="other-rule"),
        base._replace(container=base.container._replace(name="other")),
        base._replace(problem=base.problem._replace(evidence=("NET", "ADMIN"))),
        base._replace(problem=base.problem._replace(evidence=())),
        base._replace(ordinal=2),
    ]
    assert len({identity_hash(one) for one in others}) == len(others)


def test_an_identity_hash_stays_over_releases() -> None:
    # Baselines keep it: a change here makes every known finding a new one.
    one = _finding("services:\n  web: {cap_add: [NET_ADMIN]}\n", "compose.yaml", "words")
    assert identity_hash(one) == "73c7736298ad830063752f7860292d37"


def _finding(text: str, path: str, message: str) -> Finding:
    source = Source(path, text)
    where = place(source, "NET_ADMIN")
    return finding(service(source, "web"), where, message, evidence=("NET_ADMIN",))._replace(path=path)


def test_a_path_is_the_same_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert portable("./a/b.yaml") == "a/b.yaml"
    monkeypatch.setattr(os, "sep", "\\")
    assert portable("a\\b.yaml") == "a/b.yaml"
    assert portable(".\\a\\b.yaml") == "a/b.yaml"
