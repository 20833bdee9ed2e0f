"""What is inferred of the workloads, held against what a kernel was measured to need of them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropcap.capabilities.engines.docker import STRATEGY
from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.needs.model import Needs

WORKLOADS = Path(__file__).parent.parent / "fixtures" / "workloads"
NAMES = sorted(path.parent.name for path in WORKLOADS.glob("*/expected.toml"))
# Their suggestion is too small, and they say that it is not complete. A set that suffices takes its name out.
TOO_SMALL: frozenset[str] = frozenset()
# Nobody has measured these yet: what is expected of them is a guess.
NOT_MEASURED = frozenset(NAMES) - frozenset(json.loads((WORKLOADS / "results.json").read_text(encoding="utf-8")))


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(WORKLOADS.parent.parent)


def inferred(name: str) -> Needs:
    path = os.path.relpath(WORKLOADS / name / "compose.yaml")
    (target,), _ = discover([path])[:2]
    (container,) = [one for one in check_file(target, (), Setup()).containers if one.kind is Kind.SERVICE]
    return needs_of(container, Workspace("."))


def measured(name: str) -> set[str]:
    text = (WORKLOADS / name / "expected.toml").read_text(encoding="utf-8")
    return set(tomllib.loads(text)["minimal"])


@pytest.mark.parametrize("name", NAMES)
def test_what_is_complete_suffices(name: str) -> None:
    """A false "not needed" breaks a container: never where all is said to be known."""
    needs = inferred(name)
    suffices = measured(name) <= set(needs.cap_add)
    if name in NOT_MEASURED:
        return
    assert suffices is (name not in TOO_SMALL)
    if not suffices:
        assert needs.unknown


def score(suggested: Callable[[str], set[str]]) -> tuple[float, float]:
    """Return precision and recall over the workloads that a kernel was asked about."""
    found = [(suggested(name), measured(name)) for name in NAMES if name not in NOT_MEASURED]
    right = sum(len(ours & theirs) for ours, theirs in found)
    return right / sum(len(ours) for ours, _ in found), right / sum(len(theirs) for _, theirs in found)


def figures() -> str:
    """Return the table of docs/needs.md."""
    rows = {
        "dropcap": lambda name: set(inferred(name).cap_add),
        "Docker's default set": lambda _: set(STRATEGY.default),
        "SETUID and SETGID always": lambda _: {"SETUID", "SETGID"},
    }
    lines = ["| suggested | precision | recall |", "|---|---|---|"]
    for name, suggested in rows.items():
        precision, recall = score(suggested)
        lines.append(f"| {name} | {precision:.2f} | {recall:.2f} |")
    known = [name for name in NAMES if name not in NOT_MEASURED]
    complete = sum(inferred(name).is_complete for name in known)
    return "\n".join([*lines, "", f"Of {len(known)} pictures {complete} are complete, and each of those suffices."])


def test_most_of_what_is_suggested_is_needed() -> None:
    precision, recall = score(lambda name: set(inferred(name).cap_add))
    assert precision > 0.92
    assert recall == 1


def test_the_docs_say_how_good_it_is(request: pytest.FixtureRequest) -> None:
    page = WORKLOADS.parents[1] / "docs" / "needs.md"
    text = page.read_text(encoding="utf-8")
    if request.config.getoption("--accept"):
        head, rest = text.split("recall how much of what is needed is suggested:\n\n")
        tail = rest[rest.index("Most of these workloads") :]
        text = f"{head}recall how much of what is needed is suggested:\n\n{figures()}\n\n{tail}"
        page.write_text(text, encoding="utf-8")
    assert figures() in text


@pytest.mark.parametrize("name", NAMES)
def test_all_evidence_stands_in_a_file(name: str) -> None:
    for need in inferred(name).needs:
        assert need.evidence
        for one in need.evidence:
            if one.where is not None:
                source, span = one.where.source.to_root(one.where.span)
                assert 0 <= span.start <= span.end <= len(source.text)


def test_the_inference_names_no_workload() -> None:
    house = Path(__file__).parent.parent / "linter" / "dropcap"
    texts = [
        path.read_text(encoding="utf-8") for folder in ("needs", "images") for path in (house / folder).glob("*.py")
    ]
    for name in NAMES:
        if "-" in name:
            assert not any(name in text for text in texts), name
