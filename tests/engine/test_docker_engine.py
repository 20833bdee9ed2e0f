"""Docker itself, started with random options, and its Swarm mode."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.api import NAMES, Engine, Kind
from dropcap.capabilities.effective import capability_sets, no_new_privileges
from dropcap.capabilities.engines.swarm import swarm_lists
from engine.cases import REAL, Case, cases, container, lists
from engine.refused import REFUSED, REFUSED_OF_DOCKER, TAKEN
from oracles import engine

if TYPE_CHECKING:
    from collections.abc import Sequence

ODD = (
    "CAP_ALL",
    "FOO",
    "",
    " CHOWN",
    "CHOWN,KILL",
    "RESET",
    "CAP_CAP_KILL",
    'NET"RAW',
    "net\traw",
    "\u017fys_admin",
    "µ",
)
FEW = settings(REAL, max_examples=15)
# The three newest are known since Docker 23, which in turn grants what the machine has and no more.
MODERN = (23,)
AUDIT_READ = NAMES.index("AUDIT_READ")


def granted(docker: engine.Engine) -> tuple[str, ...]:
    """Name what this engine can grant at all."""
    if docker.version < MODERN:
        return NAMES[: AUDIT_READ + 1]
    return without(NAMES, engine.lacking())


def without(names: Sequence[str], some: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in some)


def agree(docker: engine.Engine, case: Case) -> None:
    """Compare one container with what dropcap says of it."""
    described = case.container()
    sets = capability_sets(described, Engine.DOCKER)
    if sets.errors:
        with pytest.raises(engine.RefusedError, match=re.escape(sets.errors[0].message)):
            docker.run(case.flags(), case.image_user)
        return
    status = docker.run(case.flags(), case.image_user)
    unknown = frozenset(NAMES) - frozenset(granted(docker))
    assert status.configured == without(sets.bounding, unknown)
    assert status.bounding == without(sets.bounding, unknown | engine.lacking())
    assert status.effective == without(sets.effective, unknown | engine.lacking())
    assert status.no_new_privileges is no_new_privileges(described, Engine.DOCKER)


@REAL
@given(st.data())
def test_any_container_holds_what_dropcap_says(docker: engine.Engine, data: st.DataObject) -> None:
    agree(docker, data.draw(cases(granted(docker), ODD, (None, "app"))))


@pytest.mark.parametrize(
    "case",
    [
        Case(),
        Case(user="1000"),
        Case(drop=("ALL",)),
        Case(add=("ALL",)),
        Case(add=("ALL",), drop=("ALL",)),
        Case(add=("ALL",), drop=("ALL", "CHOWN")),
        Case(add=("ALL", "NET_RAW"), drop=("NET_RAW",)),
        Case(add=("NET_ADMIN",), drop=("NET_ADMIN",)),
        Case(add=("CHOWN",), drop=("ALL", "CHOWN")),
        Case(drop=("ALL",), privileged=True),
        Case(privileged=True, user="1000"),
        Case(add=("FOO",), privileged=True),
        Case(drop=("CAP_ALL",)),
        Case(add=("NET_ADMIN",), user="1000", image_user="app"),
        Case(user="", image_user="app"),
        Case(user="0", image_user="app"),
    ],
    ids=lambda case: " ".join(case.flags()) or "plain",
)
def test_the_corner_cases_are_as_dropcap_says(docker: engine.Engine, case: Case) -> None:
    agree(docker, case)


@pytest.mark.parametrize("options", [*REFUSED, *REFUSED_OF_DOCKER], ids=" ".join)
def test_what_is_refused_here_is_refused_by_docker(docker: engine.Engine, options: tuple[str, ...]) -> None:
    with pytest.raises(engine.RefusedError):
        docker.call("create", "--rm", "--name=refused", *options, *docker.images[None], "true")


@pytest.mark.parametrize("options", TAKEN, ids=" ".join)
def test_what_is_taken_here_is_taken_by_docker(docker: engine.Engine, options: tuple[str, ...]) -> None:
    docker.call("create", "--name=taken", *options, *docker.images[None], "true")
    docker.call("rm", "--volumes", "taken")


@pytest.mark.parametrize("user", ["0", "1000"])
def test_a_privileged_exec_holds_everything_but_for_a_user(docker: engine.Engine, user: str) -> None:
    docker.call(
        "run",
        "--detach",
        "--name=exec",
        *docker.options,
        "--cap-drop=ALL",
        *docker.images[None],
        "sleep",
        "60",
    )
    try:
        status = docker.status("exec", "--privileged", f"--user={user}", "exec", "cat", "/proc/self/status")
    finally:
        docker.call("rm", "--force", "exec")
    sets = capability_sets(container(kind=Kind.EXEC, privileged=True, user=user), Engine.DOCKER)
    unknown = frozenset(NAMES) - frozenset(granted(docker))
    assert status.bounding == without(sets.bounding, unknown | engine.lacking())
    assert status.effective == without(sets.effective, unknown | engine.lacking())


@REAL
@given(st.data())
def test_the_command_line_of_swarm_tidies_the_lists_as_dropcap_does(swarm: engine.Engine, data: st.DataObject) -> None:
    odd = (*ODD, " all ", "\tchown\n", "\u2003kill", "\x1fkill", "reset", " RESET")
    case = Case(data.draw(lists(NAMES, odd)), data.draw(lists(NAMES, odd)))
    name = swarm.call("service", "create", "--detach", "--replicas=0", *case.flags(), *swarm.images[None]).strip()
    sent = json.loads(swarm.call("service", "inspect", "--format={{json .Spec.TaskTemplate.ContainerSpec}}", name))
    swarm.call("service", "rm", name)
    assert (sent.get("CapabilityAdd", []), sent.get("CapabilityDrop", [])) == tuple(
        map(list, swarm_lists(case.add, case.drop))
    )


@FEW
@given(st.data())
def test_any_task_of_a_swarm_holds_what_dropcap_says(swarm: engine.Engine, data: st.DataObject) -> None:
    names = granted(swarm)
    user = data.draw(st.sampled_from((None, "0", "app")))
    case = Case(data.draw(lists(names, ("FOO", " chown "))), data.draw(lists(names, ("FOO", " all "))), user=user)
    sets = capability_sets(case.container(), Engine.SWARM)
    options = ("--detach", "--network=host", "--restart-condition=none", *case.flags())
    service = swarm.call("service", "create", *options, *swarm.images[None], "sleep", "60").strip()
    try:
        task, trouble = settled(swarm, service)
        if sets.errors:
            assert sets.errors[0].message in trouble
            return
        assert not trouble
        bounding, effective = first_process(swarm, task)
    finally:
        swarm.call("service", "rm", service)
    unknown = frozenset(NAMES) - frozenset(names)
    assert bounding == without(sets.bounding, unknown | engine.lacking())
    assert effective == without(sets.effective, unknown | engine.lacking())


def settled(swarm: engine.Engine, service: str) -> tuple[str, str]:
    """Wait for a service's task to run or to fail; gives its container, and the error."""
    deadline = time.monotonic() + engine.PATIENCE
    while True:
        task = swarm.call("service", "ps", "--quiet", "--no-trunc", service).strip()
        status: dict[str, Any] = {"State": "new"}
        if task:
            status = json.loads(swarm.call("inspect", "--format={{json .Status}}", task))
        if status["State"] in {"running", "failed", "rejected"}:
            made: dict[str, str] = status.get("ContainerStatus") or {}
            return made.get("ContainerID", ""), status.get("Err", "")
        assert time.monotonic() < deadline, status
        time.sleep(0.05)


def first_process(swarm: engine.Engine, running: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read the bounding and the effective set of a container's first process."""
    lines = swarm.call("exec", running, "cat", "/proc/1/status").splitlines()
    values = dict(line.partition(":")[::2] for line in lines)
    return engine.names_of(values["CapBnd"]), engine.names_of(values["CapEff"])
