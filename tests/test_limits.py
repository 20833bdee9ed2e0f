"""What a container may use at most, as each kind of file writes it."""

from __future__ import annotations

import json

import pytest

from dropcap.check import Setup, check_text
from dropcap.model import Container, Engine, Kind, Located, Unknown
from dropcap.model.limits import is_limited
from dropcap.source import Source, Span
from dropcap.subject import Subject

SOURCE = Source("x", "web")
RESOURCES = ("memory", "processes", "cpu")


def answers(container: Container) -> tuple[bool | None, ...]:
    return tuple(Subject.of(container).is_limited(one) for one in RESOURCES)


def read(carrier: str, text: str) -> tuple[bool | None, ...]:
    (container,) = check_text("x", carrier, text, (), Setup()).containers
    return answers(container)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((), (False, False, False)),
        (("memory=512m", "pids-limit=1", "cpus=0.01"), (True, True, True)),
        (("memory=0", "pids-limit=-1", "cpus=0.0"), (False, False, False)),
        (("memory=512m", "memory=0"), (False, False, False)),
        (("cpu-quota=0", "cpus=1"), (False, False, True)),
        (("cpuset-cpus=0",), (False, False, True)),
        (("memory=", "pids-limit=infinity"), (None, False, False)),
        (("cgroup-parent=small.slice",), (None, None, None)),
    ],
)
def test_the_last_entry_of_each_name_counts(entries: tuple[str, ...], expected: tuple[bool | None, ...]) -> None:
    limits = tuple(Located(one, SOURCE, Span(0, 3)) for one in entries)
    assert answers(Container(Kind.RUN, "web", SOURCE, Span(0, 3), limits=limits)) == expected


def test_what_is_hidden_may_limit() -> None:
    hidden = Unknown("$X", "", SOURCE, Span(0, 3))
    assert is_limited(Container(Kind.RUN, "web", SOURCE, Span(0, 3), unknowns=(hidden,)), "memory") is None


def test_podman_limits_processes_by_itself() -> None:
    assert answers(Container(Kind.RUN, "web", SOURCE, Span(0, 3), engine=Engine.PODMAN)) == (False, True, False)
    assert read("script", "podman run --pids-limit -1 web:1\n") == (False, False, False)


SERVICE = "services:\n  web:\n    image: web:1\n"
NO_LISTS = {"CapAdd": None, "CapDrop": None}
WORKFLOW = """\
on: push
jobs:
  build:
    container:
      image: web:1
      options: --memory 512m --pids-limit 100 --cpus .5
"""
LIMITED = {"Memory": 536870912, "PidsLimit": 100, "NanoCpus": 500000000, "CpusetCpus": ""}


@pytest.mark.parametrize(
    ("carrier", "text"),
    [
        ("compose", f"{SERVICE}    mem_limit: 512m\n    pids_limit: 100\n    cpus: 0.5\n"),
        (
            "compose",
            f"{SERVICE}    deploy: {{resources: {{limits: {{memory: 512M, pids: 100, cpus: '0.5'}}}}}}\n",
        ),
        ("script", "docker run -m 512m --pids-limit=100 --cpus .5 web:1\n"),
        ("script", "docker service create --limit-memory 512m --limit-pids 100 --limit-cpu .5 web:1\n"),
        ("quadlet", "[Container]\nImage=web:1\nMemory=512m\nPidsLimit=100\nPodmanArgs=--cpus .5\n"),
        ("quadlet", "[Container]\nImage=web:1\n[Service]\nMemoryMax=512M\nTasksMax=100\nCPUQuota=50%\n"),
        ("devcontainer", '{"image": "web:1", "runArgs": ["--memory=512m", "--pids-limit=100", "--cpus=.5"]}'),
        ("inspect", json.dumps([{"Id": "1", "HostConfig": {**NO_LISTS, **LIMITED}}])),
        ("workflow", WORKFLOW),
    ],
)
def test_every_kind_of_file_says_its_limits(carrier: str, text: str) -> None:
    assert read(carrier, text) == (True, True, True)


def test_what_an_engine_prints_of_no_limit_is_none() -> None:
    host = {**NO_LISTS, "Memory": 0, "PidsLimit": None, "NanoCpus": 0, "CpuQuota": 0}
    assert read("inspect", json.dumps([{"Id": "1", "HostConfig": host}])) == (False, False, False)
