"""What real engines print about containers that they made: read back, it is what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.api import NAMES, Engine
from dropcap.capabilities.effective import capability_sets, is_root, no_new_privileges
from dropcap.carriers import inspect
from dropcap.model import Kind
from dropcap.source import Source
from engine.cases import REAL, Case, cases
from engine.test_docker_engine import granted
from oracles import engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.model import Container

SOME = settings(REAL, max_examples=25)


def described(started: engine.Engine, flags: Sequence[str], image_user: str | None = None) -> Container:
    """Make a container, have it described, and read that."""
    made = started.call("create", *started.options, *flags, *started.images[image_user], "true").split()[-1]
    try:
        text = started.call("container", "inspect", made)
    finally:
        started.call("rm", made)
    [found] = inspect.read(Source("inspect.json", text)).containers
    return found


def here(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in engine.lacking())


def agree(started: engine.Engine, which: Engine, case: Case) -> None:
    asked = case.container()
    sets = capability_sets(asked, which)
    if sets.errors:
        return  # there is no such container
    found = described(started, case.flags(), case.image_user)
    ours = capability_sets(found)
    assert found.kind is Kind.INSPECT
    assert found.engine is which
    assert ours.errors == ()
    assert here(ours.bounding) == here(sets.bounding)
    assert here(ours.effective) == here(sets.effective)
    assert no_new_privileges(found) is no_new_privileges(asked, which)


@SOME
@given(st.data())
def test_any_docker_container_is_read_as_it_was_asked_for(docker: engine.Engine, data: st.DataObject) -> None:
    agree(docker, Engine.DOCKER, data.draw(cases(granted(docker), ("FOO",), (None, "app"))))


@SOME
@given(st.data())
def test_any_podman_container_is_read_as_it_was_asked_for(podman: engine.Engine, data: st.DataObject) -> None:
    agree(podman, Engine.PODMAN, data.draw(cases(here(NAMES), ("FOO",))))


@pytest.mark.parametrize("name", ["docker", "podman"])
def test_what_else_was_asked_for_is_read(request: pytest.FixtureRequest, name: str) -> None:
    started: engine.Engine = request.getfixturevalue(name)
    flags = [
        *("--pid=host", "--ipc=host", "--uts=host", "--read-only", "--device=/dev/null:/dev/x:r"),
        *("--device-cgroup-rule=c 1:3 r", "--group-add=27", "--label=a=b", "--user=1000:5"),
        *("--volume=/etc:/host:ro", "--tmpfs=/t"),
    ]
    found = described(started, flags)
    assert found.name
    assert [mode and mode.value for mode in (found.pid, found.uts)] == ["host", "host"]
    assert found.read_only
    assert found.read_only.value
    assert found.user
    assert found.user.value == "1000:5"
    assert is_root(found) is False
    mounts = {
        (mount.value.type, mount.value.source, mount.value.target, mount.value.read_only) for mount in found.mounts
    }
    assert {("bind", "/etc", "/host", True), ("tmpfs", "", "/t", False)} <= mounts
    assert "a=b" in [label.value for label in found.labels]
    assert found.command
    assert [word.value for word in found.command] == ["true"]
    if name == "docker":  # Podman keeps devices and groups to itself, and says "shareable" of all of ipc
        assert found.ipc
        assert found.ipc.value == "host"
        assert [device.value for device in found.devices] == ["/dev/null:/dev/x:r"]
        assert [rule.value for rule in found.device_rules] == ["c 1:3 r"]
        assert [group.value for group in found.group_add] == ["27"]


def test_a_user_that_nobody_names_is_root(docker: engine.Engine) -> None:
    assert is_root(described(docker, [])) is True
    assert is_root(described(docker, [], "app")) is False
