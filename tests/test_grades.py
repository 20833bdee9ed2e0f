"""What the page of a capability says of its weight, and what the grade is in a container: the same."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import pytest

from dropcap.capabilities.engines import default_set
from dropcap.capabilities.facts import circumstances, fact
from dropcap.capabilities.grades import Grade, grade
from dropcap.capabilities.names import NAMES
from dropcap.capabilities.page import capability_page
from dropcap.model import Container, Engine, Kind, Located
from dropcap.source import Source, Span

T = TypeVar("T")

SOURCE = Source("compose.yaml", "web")


def at(value: T) -> Located[T]:
    return Located(value, SOURCE, Span(0, 3))


def container(name: str, *, held: tuple[str, ...] = (), **fields: object) -> Container:
    adds = tuple(map(at, (name, *held)))
    plain = Container(Kind.SERVICE, "web", SOURCE, Span(0, 3), cap_drop=(at("ALL"),), cap_add=adds)
    return plain._replace(**fields)  # type: ignore[arg-type]  # whichever fields they are


GIVEN: dict[str, dict[str, Any]] = {
    "host-pid": {"pid": at("host")},
    "host-ipc": {"ipc": at("host")},
    "host-network": {"network_mode": at("host")},
    "no-network": {"network_mode": at("none")},
    "device-rules": {"device_rules": (at("a *:* rwm"),)},
    "with-bpf-companion": {"held": ("PERFMON",)},
    "no-apparmor": {"security_opt": (at("apparmor=unconfined"),)},
    "no-seccomp": {"security_opt": (at("seccomp=unconfined"),)},
}
LINE = r"(Raised|Lowered) (one|two) levels? by: (.*)\."


def test_every_circumstance_is_tried() -> None:
    assert set(GIVEN) == set(circumstances())


@pytest.mark.parametrize("name", NAMES)
def test_page_and_grade_agree(name: str) -> None:
    page = list(capability_page(name))
    risk = Grade[next(found[1] for line in page if (found := re.match(r"Risk: (\w+)\.", line))).upper()]
    assert grade(container(name), name).grade is risk
    said = {found[3]: (found[1], found[2]) for line in page if (found := re.fullmatch(LINE, line))}
    titles = {one.title for one in circumstances().values()}
    assert set(said) <= titles
    for key, circumstance in circumstances().items():
        kind, steps = said.get(circumstance.title, ("", ""))
        levels = {"": 0, "one": 1, "two": 2}[steps] * (-1 if kind == "Lowered" else 1)
        if key == "no-seccomp" and name in default_set(Engine.DOCKER):
            levels = 0  # as its title says
        expected = max(min(risk + levels, Grade.CRITICAL), Grade.LOW)
        assert grade(container(name, **GIVEN[key]), name).grade == expected, key


@pytest.mark.parametrize("name", NAMES)
def test_what_the_process_does_not_hold_itself_weighs_one_level_less(name: str) -> None:
    told = any("another user than root" in line for line in capability_page(name))
    for given in GIVEN.values():
        root, other = (grade(container(name, user=at(user), **given), name).grade for user in ("0", "1000"))
        assert other == max(root - 1, Grade.LOW)
        assert told or root is Grade.LOW


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("SYS_PTRACE", {}, Grade.MODERATE),
        ("SYS_PTRACE", {"pid": at("host")}, Grade.CRITICAL),
        ("SYS_BOOT", {}, Grade.LOW),
        ("SYS_BOOT", {"pid": at("host"), "security_opt": (at("seccomp=unconfined"),)}, Grade.HIGH),
        ("AUDIT_CONTROL", {}, Grade.LOW),
        ("AUDIT_CONTROL", {"pid": at("host")}, Grade.HIGH),
        ("DAC_OVERRIDE", {}, Grade.LOW),
        # DAC_READ_SEARCH is critical and said; the pair is one thing to mend.
        ("DAC_OVERRIDE", {"held": ("DAC_READ_SEARCH",)}, Grade.LOW),
        # The host's processes are what weighs: root ends those of root without it.
        ("KILL", {"pid": at("host")}, Grade.LOW),
        ("NET_ADMIN", {}, Grade.HIGH),
        ("NET_ADMIN", {"network_mode": at("none")}, Grade.MODERATE),
        ("NET_ADMIN", {"network_mode": at("none"), "user": at("1000")}, Grade.LOW),
        ("NET_ADMIN", {"network_mode": at("host"), "user": at("1000")}, Grade.HIGH),
        ("SYS_ADMIN", {"user": at("1000")}, Grade.HIGH),
    ],
)
def test_grades_that_were_argued_about(name: str, given: dict[str, Any], expected: Grade) -> None:
    assert grade(container(name, **given), name).grade is expected


def test_every_source_of_a_grade_is_named() -> None:
    assert all(fact(name).evidence and fact(name).why for name in NAMES)
