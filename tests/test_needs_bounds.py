"""A startup of any size is followed in steps that grow with it, or told to be too large."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_text
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.needs.model import Allowance
from dropcap.workspace import Workspace
from steps import steps_of

if TYPE_CHECKING:
    from dropcap.needs.model import Needs

LINES = "\n".join(f'if [ -n "$A{number}" ]; then echo $A{number} >> /etc/x; fi' for number in range(5_000))
RECURSION = 'a() { echo a; b "$@"; }\nb() { echo b; a "$@"; }\na x\nchown www-data /srv\n'
NESTED = "".join(f'if [ -e "$A{depth}" ]; then\n' for depth in range(40)) + "chown www-data /srv\n" + "fi\n" * 40
DOUBLED = "a0() { echo x; }\n" + "".join(f"a{n}() {{ a{n - 1}; a{n - 1}; }}\n" for n in range(1, 60)) + "a59\n"
LOOPS = "for a in 1 2 3 4 5 6 7 8 9; do\n" * 20 + "echo $a\n" + "done\n" * 20


def inferred(script: str) -> Needs:
    text = f"services:\n  a:\n    image: debian:12\n    command: [sh, -c, {json.dumps(script.replace('$', '$$'))}]\n"
    (container,) = [
        one for one in check_text("compose.yaml", "compose", text, (), Setup()).containers if one.kind is Kind.SERVICE
    ]
    return needs_of(container, Workspace.of_text(container.source))


@pytest.mark.parametrize(
    "script", [LINES, RECURSION, NESTED, DOUBLED, LOOPS], ids=["lines", "recursion", "nested", "doubled", "loops"]
)
def test_it_ends(script: str) -> None:
    needs = inferred(script)
    assert needs.is_complete or needs.unknown


@pytest.mark.parametrize("script", [RECURSION, DOUBLED, LOOPS], ids=["recursion", "doubled", "loops"])
def test_what_is_too_large_is_told(script: str) -> None:
    needs = inferred(script)
    assert not needs.is_complete
    assert any("too large for dropcap to follow" in one.reason for one in needs.unknown)


def test_a_need_below_forty_branches_is_found() -> None:
    assert {need.capability for need in inferred(NESTED).needs} == {"CHOWN"}


def test_the_containers_of_a_file_share_what_is_followed() -> None:
    allowance = Allowance(left=100)
    text = "services:\n" + "".join(
        f"  a{n}:\n    image: debian:12\n    command: sh -c 'ls; ls; ls'\n" for n in range(60)
    )
    containers = check_text("compose.yaml", "compose", text, (), Setup()).containers
    answers = [
        needs_of(one, Workspace.of_text(one.source), allowance) for one in containers if one.kind is Kind.SERVICE
    ]
    assert answers[0].is_complete
    assert not answers[-1].is_complete


def test_twice_the_lines_take_twice_the_steps() -> None:
    lines = LINES.split("\n")
    few, many = ("\n".join(lines[:size]) for size in (500, 1_000))
    inferred("true")
    assert steps_of(lambda: inferred(many)) < 2.5 * steps_of(lambda: inferred(few))
