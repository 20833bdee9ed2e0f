"""Twice as many command lines, options and keys to fix take twice the steps."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup
from dropcap.fixes.mending import Mender, Wishes
from dropcap.rule import load_rules
from dropcap.targets import Target
from hostile.test_growth import each
from steps import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = [rule for rule in load_rules() if rule.on_by_default]
WISHES = Wishes(chosen=frozenset({"useless-drop", "useless-add", "unknown-capability"}), unsafe=True)
SIZE = 40
JOBS = "on: push\njobs:\n"
DIMENSIONS: dict[str, tuple[str, str, Callable[[int], str]]] = {
    "lines": ("x.sh", "script", lambda n: each(n, "docker run --cap-drop ALL --cap-drop CHOWN x{}\n")),
    "options": ("x.sh", "script", lambda n: "docker run --cap-drop ALL" + " \\\n  --cap-drop CHOWN" * n + " x\n"),
    "other options": ("x.sh", "script", lambda n: "docker run -e A" + each(n, " -e A{}=';'") + " --cap-drop=-ALL x\n"),
    "quotation marks": ("x.sh", "script", lambda n: "docker run -e A='" + '\\" ; ' * n + "' --cap-drop=-ALL x\n"),
    "blanks": ("x.sh", "script", lambda n: "docker run" + " \\\n" * n + " --cap-drop=-ALL" + " " * n + "x\n"),
    "an array": (
        "x.sh",
        "script",
        lambda n: "A=(" + "\n --cap-drop CHOWN # why" * n + "\n)\ndocker run --cap-drop ALL ${A[@]} x\n",
    ),
    "variables": (
        "x.sh",
        "script",
        lambda n: each(n, "A{}='--cap-drop CHOWN'\ndocker run --cap-drop ALL $A{} x\n"),
    ),
    "uses": (
        "x.sh",
        "script",
        lambda n: "A='--cap-drop CHOWN'\n" + "echo $A\n" * n + "docker run --cap-drop ALL $A x\n",
    ),
    "jobs": (
        ".github/workflows/x.yml",
        "workflow",
        lambda n: JOBS + each(n, "  j{}:\n    container:\n      image: x\n      options: --cap-drop=-ALL\n"),
    ),
    "arguments": (
        ".devcontainer.json",
        "devcontainer",
        lambda n: '{"image": "x", "runArgs": [' + '"--init", ' * n + '"--cap-drop=-ALL", "--cap-drop=CHOWN"]}\n',
    ),
    "items": (
        ".devcontainer.json",
        "devcontainer",
        lambda n: '{"image": "x", "capAdd": [\n' + "  // why\n" * n + '  "CHOWN", // why\n  "SETUID"]}\n',
    ),
    "keys": (
        "x.container",
        "quadlet",
        lambda n: "[Container]\nImage=x\nDropCapability=ALL\n" + "DropCapability=CHOWN\n" * n,
    ),
    "values": ("x.container", "quadlet", lambda n: "[Container]\nImage=x\nDropCapability=ALL" + " CHOWN" * n + "\n"),
}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_steps_grow_in_proportion(dimension: str) -> None:
    path, carrier, text = DIMENSIONS[dimension]

    def fix(size: int) -> None:
        setup = Setup(overlay={os.path.realpath(path): text(size).encode()})
        Mender([Target(path, carrier, named=True)], RULES, setup, WISHES).run()

    assert_linear(fix, SIZE)
