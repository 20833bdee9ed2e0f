"""What the kernel permits up to a resource limit asks for no capability where the container has no such limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_text
from dropcap.needs.container import needs_of
from dropcap.needs.resource_limits import full_limits
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from dropcap.model import Container

LOCKS = "ulimit -l unlimited"
REAL_TIME = "chrt -f 10 sleep 9"
NICE = "nice -n -5 sleep 9"


def only(carrier: str, text: str) -> Container:
    (container,) = check_text("x", carrier, text, (), Setup()).containers
    return container


def asked(script: str, options: str) -> set[str]:
    container = only("script", f"docker run {options} debian:12 bash -c '{script}'\n")
    return {one.capability for one in needs_of(container, Workspace.of_text(container.source)).needs}


@pytest.mark.parametrize(
    ("script", "options", "capabilities"),
    [
        (LOCKS, "", {"SYS_RESOURCE"}),
        (LOCKS, "--ulimit memlock=-1:-1", set()),
        (LOCKS, "--ulimit memlock=-1", set()),
        (LOCKS, "--ulimit memlock=65536", {"SYS_RESOURCE"}),
        (LOCKS, "--ulimit memlock=-1 --ulimit memlock=65536", {"SYS_RESOURCE"}),
        (LOCKS, "--ulimit nofile=-1", {"SYS_RESOURCE"}),
        (LOCKS, "--ulimit memlock=$LOCKED", {"SYS_RESOURCE"}),
        (LOCKS, '--ulimit memlock=-1 --ulimit "$LIMIT"', {"SYS_RESOURCE"}),
        (REAL_TIME, "", {"SYS_NICE"}),
        (REAL_TIME, "--ulimit rtprio=99", set()),
        (REAL_TIME, "--ulimit rtprio=5", {"SYS_NICE"}),
        (NICE, "--ulimit nice=40", set()),
        (NICE, "--ulimit rtprio=99", {"SYS_NICE"}),
    ],
)
def test_a_limit_frees_what_falls_under_it(script: str, options: str, capabilities: set[str]) -> None:
    assert asked(script, options) == capabilities


COMPOSE = "services:\n  a:\n    image: debian:12\n    ulimits:\n"


def inspected(limit: str) -> str:
    host = {"Ulimits": [{"Name": limit, "Hard": -1, "Soft": -1}]}
    about = {"Id": "0" * 64, "Name": "/a", "Config": {"Image": "debian:12"}, "State": {"Status": "running"}}
    return json.dumps([{**about, "HostConfig": host}])


@pytest.mark.parametrize(
    ("carrier", "text"),
    [
        ("compose", f"{COMPOSE}      memlock: -1\n      nofile: 1024\n"),
        ("compose", f"{COMPOSE}      memlock: {{soft: -1, hard: -1}}\n"),
        ("script", "docker run --ulimit memlock=-1:-1 debian:12\n"),
        ("quadlet", "[Container]\nImage=debian:12\nUlimit=memlock=-1:-1\n"),
        ("devcontainer", '{"image": "debian:12", "runArgs": ["--ulimit", "memlock=-1"]}'),
        ("inspect", inspected("memlock")),
        ("inspect", inspected("RLIMIT_MEMLOCK")),  # as Podman writes it
    ],
)
def test_every_carrier_says_its_limits(carrier: str, text: str) -> None:
    assert full_limits(only(carrier, text)) == {"memlock"}


@pytest.mark.parametrize("limit", ["memlock: 65536", "memlock: {soft: 65536, hard: -1}", "memlock: ${LIMIT}"])
def test_a_lower_or_unknown_limit_permits_no_more(limit: str) -> None:
    assert full_limits(only("compose", f"{COMPOSE}      {limit}\n")) == frozenset()


def test_what_is_refused_of_a_limit_is_told_still() -> None:
    found = check_text("x", "script", "docker run --ulimit memlock=2:1 debian:12\n", (), Setup())
    assert [one.message.partition(":")[2].strip() for one in found.failures] == [
        "ulimit soft limit must be less than or equal to hard limit: 2 > 1; see --ulimit in `docker run --help`"
    ]
