"""Twice as much to fix takes twice the steps, and what cannot be fixed is given up after so many tries."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup
from dropcap.fixes.mending import FEWEST_TRIES, MOST_READ, Mender, Outcome, Wishes
from dropcap.rule import load_rules
from dropcap.targets import Target
from hostile.test_growth import SERVICE, each
from steps import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = [rule for rule in load_rules() if rule.on_by_default]
SIZE = 60
DIMENSIONS: dict[str, Callable[[int], str]] = {
    "services": lambda n: "services:\n" + each(n, "  s{}:\n    image: x\n    cap_drop: [-ALL] # why\n"),
    "services in braces": lambda n: "services: {" + each(n, "s{}: {image: x, cap_drop: [-ALL]}, ") + "}\n",
    "items": lambda n: f"{SERVICE}    cap_add:\n      - CHOWN\n" + each(n, "      - CAP_CHOWN\n      - ' a{}'\n"),
    "items in brackets": lambda n: f"{SERVICE}    cap_add: [CHOWN, {'CAP_CHOWN, cap_chown, ' * n}]\n",
    "wrong items": lambda n: f"{SERVICE}    cap_drop:\n" + each(n, "      - ' CHOWN{}'\n"),
    "shared": lambda n: (
        "x-a: &a\n  cap_add: ['CHOWN,SETUID']\nservices:\n" + each(n, "  s{}: {<<: *a, image: x, cap_drop: [ALL]}\n")
    ),
    "comments": lambda n: f"{SERVICE}    cap_add:\n" + each(n, "      # text\n") + "      - CAP_CHOWN\n      - CHOWN\n",
    "keys": lambda n: SERVICE + each(n, "    x-{}: 1\n") + "    cap_drop: [ALL, CHOWN]\n",
}


def fix(text: str, *, unsafe: bool = True) -> Outcome:
    path = os.path.realpath("compose.yaml")
    setup = Setup(overlay={path: text.encode()})
    return Mender([Target("compose.yaml", "compose", named=True)], RULES, setup, Wishes(unsafe=unsafe)).run()


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_steps_grow_in_proportion(dimension: str) -> None:
    assert_linear(lambda size: fix(DIMENSIONS[dimension](size)), SIZE)


def test_what_cannot_be_fixed_is_given_up() -> None:
    text = "services:\n" + each(400, "  s{}: {image: x, cap_add: [SYS_ADMN], cap_drop: [ALL]}\n")
    tries = 0

    class Counting(Mender):
        def _changed(self, edits: object) -> object:  # type: ignore[override]  # it is only counted
            nonlocal tries
            tries += 1
            return super()._changed(edits)  # type: ignore[arg-type]  # as above

    path = os.path.realpath("compose.yaml")
    target = Target("compose.yaml", "compose", named=True)
    outcome = Counting([target], RULES, Setup(overlay={path: text.encode()})).run()
    assert len(outcome.refused) == 400
    assert not outcome.made
    assert tries <= max(FEWEST_TRIES, MOST_READ // 400) + 1
