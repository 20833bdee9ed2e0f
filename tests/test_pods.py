"""Containers of a pod have the pod's namespaces, as far as it shares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import about
from dropcap.carriers.registry import read
from dropcap.carriers.request import alone
from dropcap.check import Setup, check_file
from dropcap.source import Source
from dropcap.targets import Target

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.model import Container

FIELDS = ("network_mode", "pid", "ipc", "uts", "cgroup")


def last(script: str) -> Container:
    source = Source("pods.sh", script)
    return read("script", source, alone(source)).containers[-1]


def known(container: Container) -> dict[str, str | None]:
    """Return what of a container's namespaces is known, and what is said of each."""
    values = {field: getattr(container, field) for field in FIELDS}
    return {field: value.value if value else None for field, value in values.items() if not container.may_be_set(field)}


def of(**said: str) -> dict[str, str | None]:
    return {**dict.fromkeys(FIELDS), **said}


@pytest.mark.parametrize(
    ("pod", "container", "expected"),
    [
        ("--name p --network host", "--pod p", of(network_mode="host")),
        ("--network=host p", "--pod=p", of(network_mode="host")),
        ("--name p --pid host", "--pod p", of()),
        ("--name p --pid host --share pid", "--pod p", of(pid="host")),
        ("--name p --pid host --share +pid --network host", "--pod p", of(pid="host", network_mode="host")),
        ("--name p --network host --share ipc,uts", "--pod p", of()),
        ("--name p --network host --share none", "--pod p", of()),
        ("--name p --network host --infra=false", "--pod p", of()),
        ("--name p --uts host", "--pod p", of(uts="host")),
        ("--name p --pid host --share pid", "--pod p --pid private", of(pid="private")),
        ("--name p --uts host", "--pod p --uts private", of(uts="private")),
        ("--name p", "--pod p", of()),
    ],
)
def test_a_container_has_what_its_pod_shares(pod: str, container: str, expected: dict[str, str | None]) -> None:
    assert known(last(f"podman pod create {pod}\npodman run {container} web:1\n")) == expected


def test_what_cannot_be_seen_of_a_pod_stays_hidden() -> None:
    assert known(last("podman pod create --name p --network $X\npodman run --pod p web:1\n")) == {
        field: None for field in FIELDS if field != "network_mode"
    }
    assert known(last("podman pod create --name p --share $X\npodman run --pod p web:1\n")) == {"cgroup": None}
    assert known(last("podman run --pod p web:1\n")) == {"cgroup": None}


def test_a_pod_that_is_made_for_a_container_has_its_network() -> None:
    script = "podman run --pod new:p --network host --pid host web:1\n"
    assert known(last(script)) == of(network_mode="host", pid="host")
    assert known(last(f"{script}podman run --pod p web:1\n")) == of(network_mode="host")


def test_the_way_to_the_pod_is_told() -> None:
    found = last("podman pod create --name p --network host\npodman run --pod p web:1\n")
    assert found.network_mode is not None
    steps = found.route(found.network_mode)
    assert [(step.message, step.where.value) for step in steps] == [
        ("it is in this pod, which shares its network", "p")
    ]


@pytest.mark.parametrize(
    ("pod", "rules"),
    [
        ("Network=host", ["host-network"]),
        ("PodmanArgs=--pid=host --share=pid", ["host-pid"]),
        ("PodmanArgs=--pid=host", []),
        ("Network=web.network", []),
    ],
)
def test_a_unit_is_in_the_pod_of_another_unit(tmp_path: Path, pod: str, rules: list[str]) -> None:
    (tmp_path / "web.container").write_text("[Container]\nImage=quay.io/web/web:1\nPod=web.pod\n", encoding="utf-8")
    (tmp_path / "web.pod").write_text(f"[Pod]\n{pod}\n", encoding="utf-8")
    target = Target(str(tmp_path / "web.container"), "quadlet", named=False, root=str(tmp_path))
    result = check_file(target, about.rules("host-network", "host-pid"), Setup())
    assert [one.rule for one in result.findings] == rules
    assert all(one.problem.where.source.path.endswith("web.pod") for one in result.findings)


def test_the_unit_of_a_pod_is_read_by_itself(tmp_path: Path) -> None:
    (tmp_path / "web.pod").write_text("[Pod]\nPodName=web\nNetwork=host\n", encoding="utf-8")
    (tmp_path / "web.pod.d").mkdir()
    (tmp_path / "web.pod.d" / "a.conf").write_text("[Pod]\nUserNS=host\n", encoding="utf-8")
    target = Target(str(tmp_path / "web.pod"), None, named=False, root=str(tmp_path))
    result = check_file(target, about.rules("host-network", "host-user-namespace", "root-user"), Setup())
    assert [(one.rule, one.container.name) for one in result.findings] == [
        ("host-network", "web"),
        ("host-user-namespace", "web"),
    ]
