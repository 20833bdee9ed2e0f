"""What Docker's engine refuses of values; tests/engine/test_docker_engine.py asks it the same."""

from __future__ import annotations

import pytest

from dropcap.docker_cli import engine_refusals, quantities, value_refusals
from dropcap.model import Container, Failure
from engine.refused import REFUSED, REFUSED_OF_DOCKER, TAKEN
from oracles.requests import read

_NAME = '"[a-zA-Z0-9][a-zA-Z0-9_.-]"'


@pytest.mark.parametrize("options", [*REFUSED, *REFUSED_OF_DOCKER], ids=" ".join)
def test_what_the_engine_refuses_is_refused(options: tuple[str, ...]) -> None:
    found = read(("docker", "run", *options, "--privileged", "web:1"))
    assert isinstance(found, Failure | Container)
    if isinstance(found, Container):  # the client takes it, and the engine does not: what it would hold is said too
        assert found.refusals
        assert found.privileged


@pytest.mark.parametrize("options", TAKEN, ids=" ".join)
def test_what_the_engine_takes_is_taken(options: tuple[str, ...]) -> None:
    found = read(("docker", "run", *options, "web:1"))
    assert isinstance(found, Container)
    assert found.refusals == ()


@pytest.mark.parametrize(
    ("options", "is_refused"),
    [
        (("--tmpfs", "/a:foo"), True),
        (("--tmpfs", "/a:size=1k,"), True),
        (("--tmpfs", "/a:mode=9"), True),
        (("--tmpfs", "/a:rw,noexec,size=64k,mode=1777"), False),
        (("--ipc", "foo"), True),
        (("--ipc", "container:"), True),
        (("--ipc", "container:a"), False),
        (("--ipc", "shareable"), False),
        (("--cpuset-cpus", "1-0"), True),
    ],
)
def test_what_is_refused_at_the_start_is_refused(options: tuple[str, ...], *, is_refused: bool) -> None:
    found = read(("docker", "run", *options, "web:1"))
    assert isinstance(found, Failure | Container)
    assert (isinstance(found, Failure) or bool(found.refusals)) is is_refused


JUDGED_EVERYWHERE = {"--device", "--mount", "--security-opt", "--tmpfs", "-p", "-v"}


@pytest.mark.parametrize(
    "options",
    [one for one in REFUSED if "-1" not in one[-1] and JUDGED_EVERYWHERE.isdisjoint(one)],
    ids=" ".join,
)
def test_what_is_not_known_is_not_refused(options: tuple[str, ...]) -> None:
    """Podman has rules of its own; of most options they are not judged here."""
    found = read(("podman", "run", *options, "web:1"))
    assert isinstance(found, Container)
    assert found.refusals == ()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("no-new-privileges: true", 'invalid --security-opt 2: "no-new-privileges: true"'),
        ("writable-cgroups=maybe", 'invalid --security-opt 2: "writable-cgroups=maybe"'),
        ("label", 'invalid --security-opt 1: "label"'),
        ("no-new-privileges=F", None),
        ("seccomp:x.json", None),
    ],
)
def test_a_security_option_is_refused_in_the_words_of_the_engine(value: str, message: str | None) -> None:
    assert engine_refusals.security_option(value) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("127.0.0.1:", "no port specified: 127.0.0.1:<empty>"),
        ("80/foo", "invalid proto: foo"),
        ("a:80", "invalid hostPort: a"),
        ("80:a", "invalid containerPort: a"),
        ("local:80:80", "invalid IP address: local"),
        ("80:90-91", "invalid ranges specified for container and host Ports: 90-91 and 80"),
        ("[fe80::1]:80-81:90-91/UDP", None),
    ],
)
def test_a_port_is_refused_in_the_words_of_the_engine(value: str, message: str | None) -> None:
    assert engine_refusals.port(value) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("/a:/b:ro:z", "invalid volume specification: '/a:/b:ro:z'"),
        ("/a:ro", "invalid volume specification: '/a:ro'"),
        ("/a:/b:bad", "invalid mode: bad"),
        (
            "/a:b",
            (
                "invalid volume specification: '/a:b': invalid mount config for type \"bind\": "
                "invalid mount path: 'b' mount path must be absolute"
            ),
        ),
        (
            "data:/..",
            (
                "invalid volume specification: 'data:/..': invalid mount config for type \"volume\": "
                "invalid specification: destination can't be '/'"
            ),
        ),
        (
            "a/b:/c",
            (
                f'"a/b" includes invalid characters for a local volume name, only {_NAME} are allowed. '
                "If you intended to pass a host directory, use absolute path"
            ),
        ),
        ("C:/a:/b:bad", None),
    ],
)
def test_a_volume_is_refused_in_the_words_of_the_engine(value: str, message: str | None) -> None:
    assert engine_refusals.volume(value) == message


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("memory", "-1", 'invalid argument "-1" for "-m, --memory" flag: invalid size: \'-1\''),
        ("memory", "5x", 'invalid argument "5x" for "-m, --memory" flag: invalid suffix: \'x\''),
        ("memory", "1m", "Minimum memory limit allowed is 6MB"),
        ("shm-size", "g", 'invalid argument "g" for "--shm-size" flag: invalid size: \'g\''),
        ("oom-score-adj", "1001", "Invalid value 1001, range for oom score adj is [-1000, 1000]"),
        (
            "pids-limit",
            "x",
            'invalid argument "x" for "--pids-limit" flag: strconv.ParseInt: parsing "x": invalid syntax',
        ),
        ("health-retries", "-1", "--health-retries cannot be negative"),
    ],
)
def test_a_quantity_is_refused_in_the_words_of_the_client_or_the_engine(name: str, value: str, message: str) -> None:
    assert quantities.quantity(name, value) == message


def test_a_place_for_a_name_is_not_refused_and_a_wrong_name_is() -> None:
    assert value_refusals.value_refusal("name", "[container_name]") is None
    assert value_refusals.value_refusal("name", "a/b") is not None
    assert value_refusals.value_refusal("name", "x") is not None
