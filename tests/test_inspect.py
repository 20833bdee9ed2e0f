"""What engines print about containers, read without an engine; `engine/test_inspect.py` asks real ones."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.capabilities.effective import capability_sets, is_root
from dropcap.carriers import inspect
from dropcap.model import Container, Engine, Kind, Mount, UnreadableError
from dropcap.source import Source

PODMAN_DEFAULT = (
    *("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE"),
    *("CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT"),
)


def container(host: dict[str, Any] | None = None, config: dict[str, Any] | None = None, **more: Any) -> Container:  # noqa: ANN401
    described = {"Id": "1", "Name": "/web", "HostConfig": host or {}, "Config": config or {}, **more}
    [found] = inspect.read(Source("x.json", json.dumps([described], indent=2))).containers
    return found


def values(located: Any) -> list[Any]:  # noqa: ANN401  # located values of any type
    return [one.value for one in located or ()]


def test_every_field_that_says_something_is_read() -> None:
    found = container(
        {
            "CapAdd": ["CAP_NET_ADMIN"],
            "CapDrop": ["ALL"],
            "Privileged": False,
            "SecurityOpt": ["no-new-privileges"],
            "NetworkMode": "host",
            "PidMode": "host",
            "IpcMode": "private",
            "UTSMode": "",
            "UsernsMode": "host",
            "CgroupnsMode": "host",
            "Devices": [{"PathOnHost": "/dev/kvm", "PathInContainer": "/dev/kvm", "CgroupPermissions": "rwm"}],
            "DeviceCgroupRules": ["c 1:3 r"],
            "Sysctls": {"net.a": "1"},
            "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}], "90/udp": None},
            "GroupAdd": ["27"],
            "ReadonlyRootfs": True,
            "Tmpfs": {"/t": "ro,size=1m"},
        },
        {"User": "app", "Image": "web:1", "Entrypoint": ["/x"], "Cmd": ["y", "z"], "Labels": {"a": "b"}},
        Mounts=[
            {"Type": "bind", "Source": "/a", "Destination": "/b", "RW": False},
            {"Type": "volume", "Name": "v", "Source": "/var/v", "Destination": "/v", "RW": True},
        ],
    )
    assert (found.kind, found.name, found.engine) == (Kind.INSPECT, "web", Engine.DOCKER)
    assert (values(found.cap_add), values(found.cap_drop)) == (["CAP_NET_ADMIN"], ["ALL"])
    modes = (found.network_mode, found.pid, found.ipc, found.uts, found.userns, found.cgroup)
    assert [mode and mode.value for mode in modes] == ["host", "host", "private", None, "host", "host"]
    assert values(found.devices) == ["/dev/kvm:/dev/kvm:rwm"]
    assert values(found.device_rules) == ["c 1:3 r"]
    assert values(found.sysctls) == ["net.a=1"]
    assert values(found.ports) == ["127.0.0.1:8080:80/tcp"]
    assert values(found.group_add) == ["27"]
    assert values(found.mounts) == [
        Mount("bind", "/a", "/b", read_only=True),
        Mount("volume", "/var/v", "/v"),
        Mount("tmpfs", "", "/t", read_only=True, options="ro,size=1m"),
    ]
    assert values([found.read_only, found.user, found.image, found.privileged]) == [True, "app", "web:1", False]
    assert (values(found.entrypoint), values(found.command), values(found.labels)) == (["/x"], ["y", "z"], ["a=b"])


def test_what_has_another_type_is_not_there() -> None:
    found = container({"CapAdd": [5], "Privileged": "yes", "Devices": [1], "PortBindings": []}, {"User": 5})
    assert (found.cap_add, found.privileged, found.devices, found.user) == ((), None, (), None)


FIELDS = st.sampled_from(
    (
        *("CapAdd", "CapDrop", "Privileged", "SecurityOpt", "Devices", "Sysctls", "PortBindings", "Tmpfs", "Mounts"),
        *("Config", "User", "Labels", "Entrypoint", "BoundingCaps", "EffectiveCaps", "Name", "Image", "HostIp", "RW"),
    )
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(("CAP_CHOWN", "ALL", "")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=6),
)


@given(st.dictionaries(FIELDS, ANYTHING), st.dictionaries(FIELDS, ANYTHING))
def test_any_object_with_a_host_configuration_is_a_container(host: dict[str, Any], rest: dict[str, Any]) -> None:
    [found] = inspect.read(Source("x", json.dumps({**rest, "HostConfig": host}))).containers
    capability_sets(found)


@pytest.mark.parametrize(("user", "root"), [("", True), ("0:0", True), ("root", True), ("app", False)])
def test_a_user_that_nobody_names_is_root(user: str, root: bool) -> None:  # noqa: FBT001  # cases
    assert is_root(container(config={"User": user})) is root


def test_the_sets_of_podman_are_the_ones_that_it_prints_whatever_its_lists_say() -> None:
    found = container(
        {"CapAdd": [], "CapDrop": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_MKNOD"]},
        {"User": "1000"},
        BoundingCaps=[*(name for name in PODMAN_DEFAULT if name != "CAP_KILL"), "CAP_NET_RAW"],
        EffectiveCaps=["CAP_CHOWN", "CAP_NET_RAW"],
    )
    assert found.engine is Engine.PODMAN
    sets = capability_sets(found)
    assert sets.errors == ()
    assert set(sets.bounding) == {*(name[4:] for name in PODMAN_DEFAULT), "NET_RAW"} - {"KILL"}
    assert set(sets.effective) == {"CHOWN", "NET_RAW"}
    assert [found.source.text[slice(*entry.span)] for entry in found.cap_drop] == ['"CAP_KILL"']


def test_other_things_that_were_described_are_left_out() -> None:
    text = '[{"Id": "image"}, {"Id": "1", "HostConfig": {}}, 5, {"Name": "network"}]'
    assert [one.name for one in inspect.read(Source("x", text)).containers] == ["1"]


@pytest.mark.parametrize("text", ["[]", "{}", '[{"Id": "image"}]', '"x"', "[", ""])
def test_what_describes_no_container_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        inspect.read(Source("x", text))


def test_it_is_read_from_standard_input() -> None:
    text = json.dumps([{"Id": "1", "Name": "/web", "HostConfig": {"CapAdd": ["SYS_ADMIN"], "CapDrop": None}}])
    words = [sys.executable, "-m", "dropcap", "check", "--format", "line", "--stdin-filename", "web.json", "-"]
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    column = text.index('"SYS_ADMIN"') + 1
    assert f"web.json:1:{column}: critical: SYS_ADMIN is added" in done.stdout
