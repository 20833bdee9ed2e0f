"""Podman itself, started with random options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.api import NAMES, Engine
from dropcap.capabilities.effective import capability_sets, no_new_privileges
from engine.cases import REAL, Case, cases
from oracles import engine

if TYPE_CHECKING:
    from collections.abc import Sequence

# No commas: on Podman's command line they separate entries, which the reader of command lines knows.
ODD = ("CAP_ALL", "FOO", " CHOWN", "RESET", "CAP_CAP_KILL", "\u017fys_admin", "µ")
LABEL = "io.containers.capabilities"


def grantable() -> tuple[str, ...]:
    """Name what Podman can grant here: what it has itself."""
    return here(NAMES)


def here(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in engine.lacking())


def agree(podman: engine.Engine, case: Case) -> None:
    """Compare one container with what dropcap says of it."""
    described = case.container()
    sets = capability_sets(described, Engine.PODMAN)
    if sets.errors:
        with pytest.raises(engine.RefusedError, match=re.escape(sets.errors[0].message)):
            podman.run(case.flags())
        return
    status = podman.run(case.flags())
    assert status.configured == here(sets.bounding)
    assert status.bounding == here(sets.bounding)
    assert status.effective == here(sets.effective)
    assert status.no_new_privileges is no_new_privileges(described, Engine.PODMAN)


@REAL
@given(st.data())
def test_any_container_holds_what_dropcap_says(podman: engine.Engine, data: st.DataObject) -> None:
    agree(podman, data.draw(cases(grantable(), ODD)))


@pytest.mark.parametrize(
    "case",
    [
        Case(),
        Case(user="1000"),
        Case(user="00", add=("NET_ADMIN",)),
        Case(user="00", security_opt=("no-new-privileges",)),
        Case(user="00", add=("FOO",), privileged=True),
        Case(user="1000", add=("NET_BIND_SERVICE",)),
        Case(user="1000", add=("ALL",)),
        Case(user="1000", add=("ALL",), drop=("NET_RAW",)),
        Case(user="1000", add=("NET_ADMIN",), drop=("ALL",)),
        Case(add=("ALL",), drop=("ALL",)),
        Case(add=("ALL", "NET_RAW"), drop=("NET_RAW",)),
        Case(add=("NET_RAW",), drop=("ALL", "NET_RAW")),
        Case(add=("NET_ADMIN",), drop=("NET_ADMIN",)),
        Case(add=("FOO",), drop=("BAR",)),
        Case(drop=("ALL",), privileged=True),
        Case(add=("FOO",), drop=("BAR",), privileged=True),
        Case(add=("FOO",), drop=("BAR",), privileged=True, user="1000"),
        Case(drop=("BAR",), privileged=True, user="1000"),
        Case(add=("CHOWN",), privileged=True, user="1000"),
        Case(labels=(f"{LABEL}=setuid,setgid",)),
        Case(labels=(f"{LABEL}=all",)),
        Case(labels=(f"{LABEL}=all",), add=("ALL",)),
        Case(labels=(f"{LABEL}=sys_admin",)),
        Case(labels=(f"{LABEL}=sys_admin",), add=("SYS_ADMIN",)),
        Case(labels=(f"{LABEL}=foo",)),
        Case(labels=(f"{LABEL}=setuid", f"{LABEL}=setgid")),
        Case(labels=(f"{LABEL}=setuid",), add=("NET_ADMIN",), user="1000"),
        Case(labels=(f"{LABEL}=setuid",), privileged=True),
        Case(labels=("com.example=setuid",)),
    ],
    ids=lambda case: " ".join(case.flags()) or "plain",
)
def test_the_corner_cases_are_as_dropcap_says(podman: engine.Engine, case: Case) -> None:
    agree(podman, case)
