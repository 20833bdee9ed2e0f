"""Containers that join a namespace of another one have what that one has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.capabilities.grades import Grade, grade
from dropcap.carriers.namespaces import MOST_STEPS
from dropcap.carriers.registry import read
from dropcap.carriers.request import alone
from dropcap.source import Source

if TYPE_CHECKING:
    from dropcap.model import Container


def containers(carrier: str, text: str) -> dict[str, Container]:
    source = Source("file", text)
    return {one.name: one for one in read(carrier, source, alone(source)).containers}


def network(container: Container) -> str | None:
    return container.network_mode.value if container.network_mode else None


def services(**lines: str) -> dict[str, Container]:
    parts = [f"  {name}:\n    image: x\n    {line}\n" for name, line in lines.items()]
    return containers("compose", "services:\n" + "".join(parts))


def test_a_service_has_the_network_of_the_service_that_it_joins() -> None:
    found = services(a="network_mode: host", b="network_mode: service:a", c="network_mode: service:b")
    assert [network(one) for one in found.values()] == ["host", "host", "host"]
    value = found["c"].network_mode
    assert value is not None
    assert value == found["a"].network_mode
    told = [(step.message, step.where.value) for step in found["c"].route(value)]
    assert told == [("this shares the network of a", "service:a"), ("this shares the network of b", "service:b")]


def test_of_a_long_chain_the_first_steps_and_the_own_one_are_told() -> None:
    lines = {f"s{number}": f"network_mode: service:s{number + 1}" for number in range(2000)}
    found = services(**lines, s2000="network_mode: host")
    value = found["s0"].network_mode
    assert value is not None
    assert value.value == "host"
    told = [step.where.value for step in found["s0"].route(value)]
    assert told[:2] == ["service:s2000", "service:s1999"]
    assert told[-1] == "service:s1"
    assert len(told) == MOST_STEPS


def test_what_has_no_value_there_stays_as_it_is_written() -> None:
    found = services(a="cap_drop: [ALL]", b="network_mode: service:a")
    assert network(found["b"]) == "service:a"


def test_a_container_is_known_by_the_name_that_it_is_given() -> None:
    found = services(a="container_name: t\n    pid: host", b="pid: container:t", c="pid: container:a")
    assert found["b"].pid == found["a"].pid
    assert found["c"].pid is not None
    assert found["c"].pid.value == "container:a"


def test_a_circle_and_a_stranger_are_not_followed() -> None:
    found = services(a="ipc: service:b", b="ipc: service:a", c="ipc: service:gone", d="ipc: service:d")
    assert [one.ipc.value for one in found.values() if one.ipc] == [
        "service:b",
        "service:a",
        "service:gone",
        "service:d",
    ]


def test_what_the_other_one_does_not_know_is_not_known_here() -> None:
    found = services(a="network_mode: ${MODE}", b="network_mode: service:a")
    assert found["b"].may_be_set("network_mode")
    assert not found["b"].may_be_set("cap_add")


@pytest.mark.parametrize("option", ["--network", "--net"])
def test_command_lines_of_one_script_are_followed_by_name(option: str) -> None:
    text = (
        f"docker run --name vpn {option} host v\ndocker run {option} container:vpn w\ndocker run --pid container:v x\n"
    )
    found = containers("script", text)
    assert network(found["w"]) == "host"
    assert found["x"].pid is not None
    assert found["x"].pid.value == "container:v"


def test_podmans_further_namespaces_are_followed_too() -> None:
    text = (
        "podman run --name a --uts host --userns=host --cgroupns=host a\n"
        "podman run --uts container:a --userns=container:a --cgroupns=container:a b\n"
    )
    found = containers("script", text)
    assert [one.value for one in (found["b"].uts, found["b"].userns, found["b"].cgroup) if one] == ["host"] * 3


def test_a_capability_weighs_by_the_namespace_that_is_joined() -> None:
    text = "services:\n  a:\n    image: x\n    network_mode: host\n"
    text += "  b:\n    image: x\n    network_mode: service:a\n    cap_add: [NET_ADMIN]\n"
    graded = grade(containers("compose", text)["b"], "NET_ADMIN")
    assert graded.grade is Grade.CRITICAL
    assert [one.where.value for one in graded.raised_by] == ["host"]
