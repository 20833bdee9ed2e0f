"""What switches isolation off, compared with what the engines configure of a container."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.api import Container
from dropcap.capabilities.isolation import host_namespace, unconfined, unmasked
from oracles.requests import read

if TYPE_CHECKING:
    from oracles import engine

OPTIONS: tuple[tuple[str, ...], ...] = (
    (),
    *(("--security-opt", one) for one in ("seccomp=unconfined", "seccomp:unconfined", "systempaths=unconfined")),
    ("--pid=host",),
    ("--ipc=host",),
    ("--uts=host",),
    ("--network=host",),
    ("--cgroupns=host",),
)
OF_PODMAN: tuple[tuple[str, ...], ...] = (
    *(("--security-opt", one) for one in ("unmask=ALL", "unmask=/proc/*", "unmask=/proc/acpi:/proc/s*")),
    *(("--security-opt", one) for one in ("unmask=/proc/acpi", "unmask=/proc", "unmask=/proc/cpuinfo")),
    *(("--security-opt", one) for one in ("systempaths:unconfined", "unmask:/proc/sysrq-trigger")),
)
NAMESPACES = {"pid": "pid", "ipc": "ipc", "uts": "uts", "network_mode": "network", "cgroup": "cgroup"}


def configured(real: engine.Engine, options: tuple[str, ...]) -> dict[str, Any]:
    """Return what the engine hands to its runtime of Linux."""
    (real.home / "configured.json").unlink(missing_ok=True)
    own = tuple(one for one in real.options if not one.startswith("--network"))
    # Where the machine has the first version of control groups, the host's are the default.
    usual = [one for one in ("--network=none", "--cgroupns=private") if f"{one.partition('=')[0]}=host" not in options]
    real.call("run", "--rm", *own, *usual, *options, *real.images[None], "cat", "/proc/self/status")
    linux: dict[str, Any] = json.loads((real.home / "configured.json").read_text())["linux"]
    return linux


def agree(real: engine.Engine, options: tuple[str, ...]) -> None:
    found = read((real.program[0], "run", *options, "web:1"))
    assert isinstance(found, Container)
    linux = configured(real, options)
    assert (unconfined(found, "seccomp") is None) is bool(linux.get("seccomp"))
    opened = unmasked(found)
    writable = {"/proc/sys", "/proc/sysrq-trigger"} - set(linux.get("readonlyPaths") or ())
    assert (opened is not None and opened.is_grave) is bool(writable)
    # Docker names the host's network by a file.
    own = {one["type"] for one in linux["namespaces"] if not one.get("path", "").endswith("/netns/default")}
    assert {field for field in NAMESPACES if host_namespace(found, field)} == {
        field for field, kind in NAMESPACES.items() if kind not in own
    }


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_docker_configures_what_is_told(docker: engine.Engine, options: tuple[str, ...]) -> None:
    agree(docker, options)


@pytest.mark.parametrize("options", [*OPTIONS, *OF_PODMAN], ids=" ".join)
def test_podman_configures_what_is_told(podman: engine.Engine, options: tuple[str, ...]) -> None:
    agree(podman, options)


@pytest.mark.parametrize("option", ["--pid=host", "--ipc=host"])
def test_docker_writes_down_itself_that_there_is_no_label(docker: engine.Engine, option: str) -> None:
    name = docker.call("create", option, *docker.images[None], "cat").strip()
    said = json.loads(docker.call("inspect", "--format", "{{json .HostConfig.SecurityOpt}}", name))
    docker.call("rm", name)
    assert said == ["label=disable"]
