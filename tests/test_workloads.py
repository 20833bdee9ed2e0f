"""The workloads, what was measured of them, and a few of them on a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from workload_page import FOLDER, PAGE, Workload, read_results, read_workload, workload_names, write_page
from workloads import differences, measure, trial_of

from dropcap.api import NAMES
from dropcap.check import Setup, check_file
from dropcap.discover import Target
from dropcap.measuring.ablation import Measured, ablate
from dropcap.measuring.trial import CLEAN_STOP, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workload_engine import Engine

FAST = (
    "chown-find-volume",
    "chown-swallowed",
    "drop-gosu",
    "find-named-volume",
    "mknod-device",
    "secret-of-another",
    "setpriv-ambient",
    "unshare-net",
)
WORKLOAD = Workload("one", ("CHOWN",), (("FOWNER",),), {"KILL": "a clean stop"}, "", "true", None, False)  # noqa: FBT003  # as the record has it
PASSED, FAILED = Outcome(), Outcome("restart", "no")


@pytest.mark.parametrize("name", workload_names())
def test_a_workload_is_well_formed(name: str) -> None:
    workload, folder = read_workload(name), FOLDER / name
    sets = (workload.minimal, *workload.alternatives, tuple(workload.degrades))
    assert all(set(one) <= set(NAMES) and len(set(one)) == len(one) for one in sets)
    assert not set(workload.minimal) & set(workload.degrades)
    assert all(workload.degrades.values())
    assert (folder / "Dockerfile").read_text().startswith("FROM debian:bookworm\n")
    assert workload.probe.startswith("#!/bin/sh\nset -e\n")
    assert len(workload.probe.splitlines()) > 2
    path = str(folder / "compose.yaml")
    result = check_file(Target(path, "compose", named=True), (), Setup())
    assert not result.failures
    (container,) = (one for one in result.containers if one.name == "app")
    assert not container.cap_add
    assert not container.cap_drop


def test_what_was_measured_is_what_is_expected() -> None:
    results = read_results()
    assert results
    assert set(results) <= set(workload_names())
    for name, result in results.items():
        workload = read_workload(name)
        assert tuple(result["minimal"]) == workload.minimal, name
        assert [tuple(one) for one in result["alternatives"]] == list(workload.alternatives), name
        failed = {member for member, told in result["without"].items() if "fails" in told}
        lost = {member for member, told in result["without"].items() if told.get("loses")}
        assert (failed, lost) == (set(workload.minimal), set(workload.degrades)), name


def test_the_page_is_what_the_data_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(read_results())


@pytest.mark.parametrize(
    ("smallest", "strict", "other", "said"),
    [
        (
            Measured((), PASSED, {"CHOWN": FAILED}),
            Measured((), PASSED, {"KILL": Outcome(lost=(CLEAN_STOP,))}),
            PASSED,
            "",
        ),
        (Measured((), FAILED, {}), Measured((), PASSED, {"KILL": Outcome(lost=("x",))}), PASSED, "expected set fails"),
        (
            Measured((), PASSED, {"CHOWN": PASSED}),
            Measured((), PASSED, {"KILL": Outcome(lost=("x",))}),
            PASSED,
            "does without",
        ),
        (
            Measured((), PASSED, {"CHOWN": FAILED}),
            Measured((), PASSED, {"KILL": PASSED}),
            PASSED,
            "loses nothing without",
        ),
        (
            Measured((), PASSED, {"CHOWN": FAILED}),
            Measured((), PASSED, {"KILL": FAILED}),
            PASSED,
            "loses nothing without",
        ),
        (Measured((), PASSED, {"CHOWN": FAILED}), Measured((), FAILED, {}), PASSED, "fails with what it degrades"),
        (
            Measured((), PASSED, {"CHOWN": FAILED}),
            Measured((), PASSED, {"KILL": Outcome(lost=("x",))}),
            FAILED,
            "with FOWNER",
        ),
    ],
)
def test_a_difference_is_said(smallest: Measured, strict: Measured, other: Outcome, said: str) -> None:
    found = differences(WORKLOAD, smallest, strict, {("FOWNER",): other})
    assert said in "; ".join(found)
    assert bool(found) == bool(said)


@pytest.mark.parametrize("name", FAST)
def test_a_workload_needs_what_it_is_expected_to(workload_engine: Engine, name: str) -> None:
    assert measure(workload_engine, read_workload(name), ())["differs"] == []


def test_a_missing_and_a_needless_capability_are_seen(workload_engine: Engine) -> None:
    name = "mknod-device"
    image = workload_engine.build(FOLDER / name, name)
    trial = trial_of(workload_engine, read_workload(name), image)._replace(seconds=4)
    members: Sequence[str] = ("MKNOD", "KILL")
    assert ablate(workload_engine.client, trial, members, members).needed() == ("MKNOD",)
    assert ablate(workload_engine.client, trial, ("KILL",), ()).whole.failed == "first start"
    assert not workload_engine.call("ps", "--all", "--quiet")
    assert not workload_engine.call("volume", "ls", "--quiet")
