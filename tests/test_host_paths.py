"""Paths and sockets of the host: what is read is what the files say, and each is known however it is written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from dropcap.capabilities import facts, host_paths
from dropcap.capabilities.host_paths import host_path, listener, names_host, plain_path
from dropcap.model import Severity
from dropcap.rule import load_rules
from dropcap.testing import findings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(host_paths.__file__).parent
RULES = {rule.id: rule for rule in load_rules()}


def parsed(name: str) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    return table


def flat(table: dict[str, Any], above: str = "") -> dict[str, dict[str, Any]]:
    """Give the innermost tables by their headers."""
    found: dict[str, dict[str, Any]] = {}
    for key, value in table.items():
        name = f'{above}."{key}"' if above else key
        is_group = all(isinstance(inner, dict) for inner in value.values())
        found.update(flat(value, name) if is_group else {name: value})
    return found


@pytest.mark.parametrize("name", ["host_paths.toml", "host_sockets.toml"])
def test_a_real_parser_reads_the_same(name: str) -> None:
    ours = {
        header: {key: list(value) if isinstance(value, tuple) else value for key, value in table.items()}
        for header, table in facts.tables(name).items()
    }
    assert ours == flat(parsed(name))


def test_what_can_be_read_can_be_no_graver_than_what_can_be_written() -> None:
    for group in host_paths._paths():  # noqa: SLF001  # all that there are
        for path, known in group.items():
            assert (known.read_only or 0) <= known.writable, path
            assert bool(known.reads) == (known.read_only is not None), path


def test_a_folder_gives_no_less_than_what_lies_in_it() -> None:
    system, other, _ = host_paths._paths()  # noqa: SLF001  # as above
    known = {**system, **other}
    for inner, one in known.items():
        for outer, whole in known.items():
            # What lies below `/sys` and `/run` on another file system is mounted along with it.
            if inner != outer and inner.startswith(f"{outer.rstrip('/')}/"):
                assert whole.writable >= one.writable, (outer, inner)
                assert (whole.read_only or 0) >= (one.read_only or 0), (outer, inner)


@pytest.mark.parametrize("path", parsed("host_paths.toml")["harmless"])
@pytest.mark.parametrize("mode", ["", ":ro"])
def test_nothing_is_said_of_what_is_harmless(path: str, mode: str) -> None:
    text = f"services:\n  web:\n    image: web:1\n    volumes: ['{path}:/there{mode}']\n"
    asked = [RULES[one] for one in ("sensitive-host-path", "engine-socket")]
    assert not findings("compose", text, asked)


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/etc", "/etc"),
        ("/etc", "/etc/"),
        ("/etc", "//etc/./"),
        ("/etc", "/usr/../etc"),
        ("/run", "/var/run"),
        ("/", "/"),
        ("/", "//"),
    ],
)
def test_a_path_is_known_however_it_is_written(path: str, written: str) -> None:
    assert plain_path(written) == path
    assert host_path(written) == host_path(path) is not None


@pytest.mark.parametrize("home", ["~", "$HOME", "${HOME}", "%h", "/root", "/home/me", "/Users/me"])
def test_a_home_is_one_however_it_is_named(home: str) -> None:
    found = host_path(f"{home}/.aws")
    assert found is not None
    assert found.read_only is Severity.HIGH
    assert host_path(home) is not None
    assert host_path(f"{home}/project") is None


@pytest.mark.parametrize(
    "path",
    ["./etc", "..", "../../etc", "etc", "$PWD/x", "$(pwd)", "/etcetera", "/etc/nginx", "/srv", "~/.awsome", "$X"],
)
def test_of_other_paths_nothing_is_known(path: str) -> None:
    assert host_path(path) is None
    assert listener(path) is None


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/var/run/docker.sock", "Docker"),
        ("/run/docker.sock", "Docker"),
        ("//run/docker.sock", "Docker"),
        ("~/.docker/run/docker.sock", "Docker"),
        ("\\\\.\\pipe\\docker_engine", "Docker"),
        ("/var/run", "Docker"),
        ("/run/podman/podman.sock", "Podman"),
        ("/run/k3s/containerd/containerd.sock", "containerd"),
        ("/var/run/crio/crio.sock", "CRI-O"),
        ("/run/systemd/private", "systemd"),
        ("/run/user/1000/docker.sock", "an engine without root"),
        ("%t/podman/podman.sock", "an engine without root"),
        ("$XDG_RUNTIME_DIR", "an engine without root"),
        ("/run/user/$(id -u)", "an engine without root"),
    ],
)
def test_a_socket_is_known_wherever_it_lies(path: str, title: str) -> None:
    found = listener(path)
    assert found is not None
    assert found.title == title


def test_a_variable_is_known_by_where_it_is_mounted() -> None:
    for path in ("$SOCKET", "${SOCKET}"):
        found = listener(path, "/var/run/docker.sock")
        assert found is not None
        assert found.title == "Docker"
        assert listener(path, "/data") is None
    assert listener("$FOLDER/x", "/var/run/docker.sock") is None


@pytest.mark.parametrize(
    ("address", "alone", "shared"),
    [
        ("tcp://host.docker.internal:2375", True, True),
        ("tcp://172.17.0.1:2375", True, True),
        ("tcp://localhost:2375", False, True),
        ("tcp://[::1]:2375", False, True),
        ("tcp://dind:2375", False, False),
        ("unix:///var/run/docker.sock", False, False),
        ("host.docker.internal:2375", False, False),
        ("", False, False),
    ],
)
def test_an_address_is_the_hosts_or_not(address: str, alone: bool, shared: bool) -> None:  # noqa: FBT001  # columns
    assert names_host(address, shares_network=False) is alone
    assert names_host(address, shares_network=True) is shared


@pytest.mark.parametrize(
    ("mount", "advice"),
    [
        ("~/.docker/config.json:/x:ro", "; leave it out"),
        ("~/.docker/config.json:/x", "; mount it read-only, or leave it out"),
        ("~/.docker:/x:ro", "; mount only the files that it needs"),
        ("/run/dbus:/run/dbus:ro", "; leave it out"),
    ],
)
def test_of_what_has_no_parts_no_part_is_to_be_mounted(mount: str, advice: str) -> None:
    text = f"services:\n  web:\n    image: web:1\n    volumes: ['{mount}']\n"
    (found,) = findings("compose", text, [RULES["sensitive-host-path"]])
    assert found.problem.message.endswith(advice)
