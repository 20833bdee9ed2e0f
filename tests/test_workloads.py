"""The workloads, what was measured of them, and a few of them on a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from compare_images import compare
from image_ways import Client
from locked_answers import Answers, answers_of, read_images
from locked_answers import differences as locked_differences
from locked_page import PAGE as LOCKED_PAGE
from locked_page import read_limits, read_locked, write_locked_page
from verified_page import PAGE as VERIFY_PAGE
from verified_page import read_verified, write_verified_part
from workload_engine import BASE
from workload_page import FOLDER, PAGE, Workload, read_results, read_workload, workload_names, write_page
from workloads import differences, measure, trial_of

from dropcap.api import NAMES
from dropcap.check import Setup, check_file
from dropcap.discover import Target
from dropcap.measuring.ablation import Measured, ablate
from dropcap.measuring.trial import CLEAN_STOP, Outcome
from dropcap.needs.model import Needs, UnknownNeed
from oracles.engine import install

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
KNOWN = Needs(cap_add=("CHOWN",))
PARTLY = Needs(cap_add=("CHOWN",), unknown=(UnknownNeed("nobody knows"),))
UNKNOWN = Needs(unknown=(UnknownNeed("the image is not at hand", "run `dropcap images lock`"),))
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


def test_the_page_of_locks_is_what_the_data_makes() -> None:
    assert LOCKED_PAGE.read_text(encoding="utf-8") == write_locked_page(read_locked())


def test_the_part_about_what_was_verified_is_what_the_data_makes() -> None:
    assert VERIFY_PAGE.read_text(encoding="utf-8").endswith("\n\n" + write_verified_part(read_verified()))


def test_what_was_verified_is_what_is_expected() -> None:
    for name, told in read_verified().items():
        workload = read_workload(name)
        sets = [set(one) for one in (workload.minimal, *workload.alternatives)]
        assert set(told["needed"].split()) in sets, name


def test_what_a_lock_does_not_know_has_its_reason() -> None:
    not_complete = {name for name, told in read_locked().items() if "lock unknown" in told}
    reasons = [name for limits in read_limits().values() for name in limits]
    assert sorted(reasons) == sorted(not_complete)


# Texts that a shell draws in from files of no known kind are not kept: they are where secrets stand.
NOT_KEPT = ("dotenv-then-runuser", "env-file-closed-home")


@pytest.mark.parametrize(("name", "told"), sorted(read_locked().items()))
def test_a_lock_knows_no_less_than_a_dockerfile(name: str, told: dict[str, str]) -> None:
    workload = read_workload(name)
    for way in ("file", "base", "lock"):
        is_complete = f"{way} unknown" not in told
        suffices = any(set(one) <= set(told[way].split()) for one in (workload.minimal, *workload.alternatives))
        assert suffices or not is_complete, way
        assert is_complete or "file unknown" in told or (name in NOT_KEPT and way == "lock"), way


@pytest.mark.parametrize(
    ("by_file", "by_base", "by_lock", "by_nothing", "said"),
    [
        (KNOWN, KNOWN, KNOWN, UNKNOWN, []),
        (PARTLY, PARTLY, PARTLY, UNKNOWN, []),
        (PARTLY, PARTLY, KNOWN, UNKNOWN, []),
        (KNOWN, KNOWN, KNOWN._replace(cap_add=()), UNKNOWN, ["by lock complete, and LACKS CHOWN"]),
        (KNOWN, PARTLY, KNOWN, UNKNOWN, ["by base not complete: nobody knows"]),
        (KNOWN, KNOWN, KNOWN._replace(cap_add=("CHOWN", "KILL")), UNKNOWN, ["by lock too much: KILL"]),
        (KNOWN, KNOWN, KNOWN, PARTLY, ["by nothing it is not told what to do"]),
    ],
)
def test_what_a_lock_knows_less_is_said(
    by_file: Needs, by_base: Needs, by_lock: Needs, by_nothing: Needs, said: list[str]
) -> None:
    assert locked_differences(WORKLOAD, Answers(by_file, by_base, by_lock, by_nothing)) == said


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


def test_a_lock_in_the_place_of_the_dockerfile_answers_as_well(
    workload_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FOLDER.parent.parent)
    images = {name: workload_engine.build(FOLDER / name, name) for name in FAST}
    contents = read_images(workload_engine, [BASE, *images.values()])
    for name, image in images.items():
        answers = answers_of(name, image, contents[image], contents[BASE])
        assert locked_differences(read_workload(name), answers) == [], name
        assert answers.by_lock.is_complete, name


@pytest.mark.parametrize("name", ["arping", "drop-gosu", "secret-of-another"])
def test_an_image_is_the_same_by_each_way(workload_engine: Engine, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    install("skopeo", "getcap")
    for key in ("DOCKER_HOST", "DOCKER_CONFIG"):
        monkeypatch.setenv(key, workload_engine.environment[key])
    client = Client(("docker",), workload_engine.environment)
    assert compare(client, name, workload_engine.build(FOLDER / name, name))


def test_a_missing_and_a_needless_capability_are_seen(workload_engine: Engine) -> None:
    name = "mknod-device"
    image = workload_engine.build(FOLDER / name, name)
    trial = trial_of(workload_engine, read_workload(name), image)._replace(seconds=4)
    members: Sequence[str] = ("MKNOD", "KILL")
    assert ablate(workload_engine.client, trial, members, members).needed() == ("MKNOD",)
    assert ablate(workload_engine.client, trial, ("KILL",), ()).whole.failed == "first start"
    assert not workload_engine.call("ps", "--all", "--quiet")
    assert not workload_engine.call("volume", "ls", "--quiet")
