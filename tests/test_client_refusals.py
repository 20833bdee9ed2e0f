"""What Podman and nerdctl refuse of the options that give a container more of its host; tests/engine asks Podman."""

from __future__ import annotations

import pytest

from dropcap.carriers import quadlet, script
from dropcap.check import Setup, check_text
from dropcap.docker_cli.client_refusals import client_refusal
from dropcap.model import Container, Level
from dropcap.source import Source
from oracles.requests import read


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("podman --security-opt=no-new-privileges:yes", 'invalid --security-opt 2: "no-new-privileges:yes"'),
        ("podman --security-opt=./data:/data", 'invalid --security-opt 2: "./data:/data"'),
        ("podman --security-opt=unconfined", 'invalid --security-opt 1: "unconfined"'),
        ("podman --security-opt=systempaths=x", 'invalid systempaths option "x", only `unconfined` is supported'),
        ("podman -p=a:80", "parsing host port: a"),
        ("podman --device=/dev/x:/dev/y:rwx", "invalid device mode: rwx"),
        ("podman -v=/a:/b:bad", 'unknown option type "bad"'),
        ("podman --tmpfs=run", 'invalid container path "run", must be an absolute path'),
        ("podman --mount=type=volume,dst=b", 'invalid container path "b", must be an absolute path'),
        ("nerdctl --security-opt=no-new-privileges=yes", 'strconv.ParseBool: parsing "yes": invalid syntax'),
        ("nerdctl -p=a:80", "invalid hostPort: a"),
    ],
)
def test_what_is_refused_is_told_in_the_clients_words(words: str, message: str) -> None:
    program, option = words.split(" ", 1)
    found = read((program, "run", option, "--privileged", "web:1"))
    assert isinstance(found, Container)
    assert found.privileged  # what it would hold is said all the same
    (told,) = found.refusals
    assert told.level is Level.ERROR
    assert told.message.startswith(f"{program} refuses this line: {message}; see --")


@pytest.mark.parametrize(
    "words",
    [
        "podman --security-opt=no-new-privileges",
        "podman --security-opt=no-new-privileges:false",
        "podman --security-opt=unmask=/proc/acpi:/sys/firmware",
        "podman -p=127.0.0.1::80",
        "podman -p=80-82:80-82/udp",
        "podman --device=nvidia.com/gpu=all",
        "podman -v=~/data:/data",
        "podman -v=C:\\data:/data",
        "podman -v=data:/data:U,z",
        "podman -v=${localWorkspaceFolder}:x",
        "podman -p=%i:80",
        # Of a word that it does not know nerdctl warns.
        "nerdctl --security-opt=no-new-privileges:yes",
        "nerdctl --security-opt=label=disable",
        "nerdctl --security-opt=no-new-privileges",
        "nerdctl --security-opt=no-new-privileges=",
        "nerdctl -v=/a:/b:bad",
    ],
)
def test_what_is_taken_is_left_alone(words: str) -> None:
    program, option = words.split(" ", 1)
    found = read((program, "run", option, "web:1"))
    assert isinstance(found, Container)
    assert found.refusals == ()


def test_what_is_known_in_part_is_not_judged() -> None:
    found = script.read(Source("x.sh", 'podman run -p "$HOST:80" --security-opt "no-new-privileges:$X" web:1\n'))
    assert found.failures == ()
    found = script.read(Source("x.sh", "podman run $ARGS -p a:80 web:1\n"))
    assert found.failures == ()


def test_docker_has_its_words_elsewhere() -> None:
    assert client_refusal("docker", "publish", "a:80") is None


def test_a_unit_tells_it_once_and_at_its_own_value() -> None:
    text = "[Container]\nImage=x\nPublishPort=a:80\nPodmanArgs=--security-opt no-new-privileges:yes\n"
    document = quadlet.read(Source("x.container", text))
    told = [(one.source.region(one.span).line, one.message) for one in document.failures if one.source and one.span]
    assert told == [
        (3, "podman refuses this value: parsing host port: a"),
        (4, 'podman refuses this value: invalid --security-opt 2: "no-new-privileges:yes"'),
    ]
    assert [one.refusals for one in document.containers] == [()]


COMPOSE = """services:
  a:
    image: x
    security_opt: [{}]
"""


@pytest.mark.parametrize(
    ("carrier", "text", "line", "words"),
    [
        ("compose", COMPOSE.format('"no-new-privileges: true"'), 4, 'invalid --security-opt 2: "no-new-privileges: t'),
        ("compose", COMPOSE.format("no-new-privileges: true"), 4, "must be a string, not a mapping: write no-new-priv"),
        ("compose", COMPOSE.format('"no-new-privileges:yes"'), 4, 'invalid --security-opt 2: "no-new-privileges:yes"'),
        ("compose", COMPOSE.format("./data:/data"), 4, 'invalid --security-opt 2: "./data:/data"'),
        ("compose", 'services:\n  a:\n    image: x\n    ports: ["a:80"]\n', 4, "invalid hostPort: a"),
        ("script", 'docker run --security-opt "no-new-privileges: true" x\n', 1, "invalid --security-opt 2"),
        ("script", "docker run --security-opt no-new-privileges:yes x\n", 1, "invalid --security-opt 2"),
        ("script", "docker run --security-opt ./data:/data x\n", 1, "invalid --security-opt 2"),
        ("script", "docker run -p a:80 x\n", 1, "invalid hostPort: a"),
        ("devcontainer", '{"image": "x",\n"securityOpt": ["no-new-privileges: true"]}', 2, "invalid --security-opt 2"),
        ("devcontainer", '{"image": "x",\n"securityOpt": ["./data:/data"]}', 2, "invalid --security-opt 2"),
        ("devcontainer", '{"image": "x",\n"appPort": ["a:80"]}', 2, "invalid hostPort: a"),
    ],
)
def test_what_the_engine_refuses_is_told_with_its_line(carrier: str, text: str, line: int, words: str) -> None:
    result = check_text("x", carrier, text, (), Setup())
    told = [one for one in result.failures if one.level is Level.ERROR]
    assert len(told) == 1
    assert words in told[0].message
    assert told[0].source is not None
    assert told[0].span is not None
    assert told[0].source.region(told[0].span).line == line
