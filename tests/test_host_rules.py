"""What a container reaches of the host: how grave that is by its user and its capabilities, in every kind of file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import about
from dropcap.check import Setup, check_file
from dropcap.model import Engine
from dropcap.targets import Target
from dropcap.testing import findings

if TYPE_CHECKING:
    from pathlib import Path

RULES = about.rules(
    "device-rules",
    "engine-socket",
    "host-device",
    "powerful-group",
    "privileged-exec",
    "root-user",
    "sensitive-host-path",
    "shared-propagation",
)


def said(syntax: str, text: str, engine: Engine = Engine.DOCKER) -> list[tuple[str, str]]:
    return [(one.rule, one.severity.label) for one in findings(syntax, text, RULES, engine)]


def service(*lines: str) -> str:
    return "services:\n  web:\n    image: web:1\n" + "".join(f"    {line}\n" for line in lines)


def inspected(**host: object) -> str:
    mounts = [{"Type": "bind", "Source": "/run", "Destination": "/run", "RW": False, "Propagation": "rshared"}]
    volume = {"Type": "volume", "Source": "/var/lib/docker/volumes/a/_data", "Destination": "/a", "RW": True}
    named = {"Id": "1", "Config": {"User": "1000"}, "Mounts": [*mounts, volume]}
    return json.dumps([{**named, "HostConfig": {"CapAdd": None, "CapDrop": None, **host}}])


SOCKET = "/var/run/docker.sock:/var/run/docker.sock"


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        ((), "critical"),
        (('user: "1000"',), "high"),
        (('user: "1000:999"',), "critical"),  # the group may be the socket's
        (('user: "1000"', "group_add: ['999']"), "critical"),
        (('user: "1000"', "group_add: ['${GROUP}']"), "critical"),
        (("user: ${WHO}",), "critical"),
    ],
)
def test_a_socket_is_milder_for_a_user_who_cannot_open_it(lines: tuple[str, ...], severity: str) -> None:
    assert ("engine-socket", severity) in said("compose", service(f"volumes: ['{SOCKET}']", *lines))


@pytest.mark.parametrize(
    ("image", "lines", "severity"),
    [
        ("tecnativa/docker-socket-proxy", (), "low"),
        ("docker.io/tecnativa/docker-socket-proxy:v0.4.2", ("environment: [POST=0]",), "low"),
        ("lscr.io/linuxserver/socket-proxy@sha256:12", (), "low"),
        ("lscr.io/linuxserver/socket-proxy", ("environment: [POST=1]",), "critical"),
        ("lscr.io/linuxserver/socket-proxy", ("environment: [POST]",), "critical"),
        ("lscr.io/linuxserver/socket-proxy", ("env_file: there.env",), "critical"),
        ("lscr.io/linuxserver/socket-proxy", ("command: [sh]",), "critical"),
        ("somebody/socket-proxy", (), "critical"),
    ],
)
def test_a_proxy_that_lets_reading_pass_is_the_remedy(image: str, lines: tuple[str, ...], severity: str) -> None:
    text = service(f"volumes: ['{SOCKET}']", *lines).replace("web:1", image)
    assert ("engine-socket", severity) in said("compose", text)


@pytest.mark.parametrize(
    ("command", "severity"),
    [
        ("[sh, -c, 'chown -R 1000:1000 /srv']", "low"),
        ("chown -R 1000:1000 /srv", "low"),
        ("$COMMAND", "medium"),
        ("sleep 9", "medium"),
    ],
)
def test_root_is_low_where_what_is_started_needs_it(command: str, severity: str) -> None:
    text = service("user: root", f"command: {command}").replace("web:1", "debian:12")
    assert said("compose", text) == [("root-user", severity)]


@pytest.mark.parametrize(
    ("target", "lines", "severity"),
    [
        ("/proc", (), "medium"),
        ("/proc/", (), "medium"),
        ("/host/proc", (), "critical"),
        ("/proc", ("privileged: true",), "critical"),
        ("/proc", ("security_opt: [systempaths=unconfined]",), "critical"),
    ],
)
def test_the_engine_seals_proc_at_its_own_place(target: str, lines: tuple[str, ...], severity: str) -> None:
    assert said("compose", service(f"volumes: ['/proc:{target}']", *lines)) == [("sensitive-host-path", severity)]


def test_what_podman_makes_ambient_opens_files_of_others() -> None:
    line = "podman run --user 1000 {} -v /etc:/host/etc web:1\n"
    assert said("script", line.format("")) == [("sensitive-host-path", "high")]
    assert said("script", line.format("--cap-add NET_ADMIN")) == [("sensitive-host-path", "high")]
    assert said("script", line.format("--cap-add DAC_OVERRIDE")) == [("sensitive-host-path", "critical")]
    assert said("script", line.format("--cap-add DAC_OVERRIDE").replace("podman", "docker")) == [
        ("sensitive-host-path", "high")  # another user gets nothing of it there
    ]


def test_a_folder_of_sockets_is_told_once_and_what_it_covers_by_itself() -> None:
    assert said("compose", service("volumes: ['/var/run:/host/run:ro']")) == [("engine-socket", "critical")]
    alone = findings("compose", service("volumes: ['/var/run:/host/run:ro']"), about.rules("sensitive-host-path"))
    assert [one.severity.label for one in alone] == ["critical"]


def test_a_path_that_is_mounted_twice_is_told_by_the_graver_mount() -> None:
    text = service("volumes: ['/etc:/a:ro', '/etc/:/b']")
    (found,) = findings("compose", text, RULES)
    assert found.severity.label == "critical"
    text = service(f"volumes: ['{SOCKET}', '/run/docker.sock:/again:ro']")
    (found,) = findings("compose", text, RULES)
    assert [one.message for one in found.problem.related] == ["it is mounted here too"]


@pytest.mark.usefixtures("project")
def test_what_a_variable_gives_is_told_no_further_than_it_is_known() -> None:
    """A value may be a secret: of a path from `.env` its last part is told alone."""
    result = check_file(Target("compose.yaml", "compose", named=True), RULES, Setup())
    (found,) = result.findings
    assert found.rule == "engine-socket"
    assert "`docker.sock`" in found.problem.message
    assert "hidden" not in found.problem.message


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("Device=/var/run/docker.sock\nType=none\nOptions=bind\n", ["engine-socket"]),
        ("Device=/etc\nType=bind\n", ["sensitive-host-path"]),
        ("Device=tmpfs\nType=tmpfs\n", []),
        ("Device=/etc\nType=none\nOptions=\n", []),
        ("Driver=local\n", []),
    ],
)
def test_a_volume_of_another_unit_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, volume: str, expected: list[str]
) -> None:
    (tmp_path / "web.container").write_text("[Container]\nImage=web:1\nVolume=a.volume:/a\n", encoding="utf-8")
    (tmp_path / "a.volume").write_text(f"[Volume]\n{volume}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = check_file(Target("web.container", "quadlet", named=True), RULES, Setup())
    assert not result.failures
    assert [one.rule for one in result.findings] == expected


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "compose.yaml").write_text(service("volumes: ['$SOCKET:/s']"), encoding="utf-8")
    (tmp_path / ".env").write_text("SOCKET=/srv/hidden/docker.sock\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("syntax", "text", "expected"),
    [
        ("inspect", inspected(), [("shared-propagation", "low"), ("engine-socket", "high")]),
        (
            "inspect",
            inspected(
                Devices=[{"PathOnHost": "/dev/sda", "PathInContainer": "/dev/x", "CgroupPermissions": "r"}],
                DeviceCgroupRules=["b *:* rwm"],
                GroupAdd=["disk"],
            ),
            [
                ("powerful-group", "medium"),
                ("device-rules", "critical"),
                ("host-device", "high"),
                ("shared-propagation", "low"),
                ("engine-socket", "critical"),
            ],
        ),
        ("quadlet", "[Container]\nImage=web:1\nAddDevice=-/dev/sda:/dev/sda:r\n", [("host-device", "high")]),
        (
            "quadlet",
            "[Container]\nImage=web:1\nGroupAdd=disk\nUser=0\n",
            [("powerful-group", "low"), ("root-user", "medium")],
        ),
        ("devcontainer", '{"image": "web:1", "runArgs": ["--device=/dev/mem"]}', [("host-device", "medium")]),
        ("devcontainer", '{"image": "web:1", "containerUser": "root"}', [("root-user", "medium")]),
        (
            "script",
            "docker service create --mount type=bind,src=/,dst=/host web:1\n",
            [("sensitive-host-path", "critical")],
        ),
        ("script", "docker service create --group docker web:1\n", [("powerful-group", "low")]),
        ("script", "podman pod create -v /etc:/etc web\n", [("sensitive-host-path", "critical")]),
    ],
)
def test_every_kind_of_file_says_what_it_gives(syntax: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(said(syntax, text)) == sorted(expected)


@pytest.mark.parametrize(
    "line", ["devices: [/dev/sda]", "device_cgroup_rules: ['b *:* rwm']"], ids=["devices", "device_cgroup_rules"]
)
def test_a_swarm_gives_no_devices(line: str) -> None:
    assert said("compose", service(line))
    assert not said("compose", service(line), Engine.SWARM)


def test_privileged_mode_says_all_of_devices() -> None:
    lines = "devices: [/dev/sda]", "device_cgroup_rules: ['a *:* rwm']"
    assert len(said("compose", service(*lines))) == len(lines)
    assert not said("compose", service(*lines, "privileged: true"))


def test_the_network_of_the_host_is_known_by_the_service_that_has_it() -> None:
    joined = "    network_mode: service:other\n    environment: ['DOCKER_HOST=tcp://127.0.0.1:2375']\n"
    for mode, expected in (("host", [("engine-socket", "medium")]), ("bridge", [])):
        other = f"  other:\n    image: other:1\n    network_mode: {mode}\n"
        assert said("compose", service() + joined + other) == expected
