"""What the command of a container starts is read like any other command line."""

from __future__ import annotations

import pytest

from dropcap.carriers.registry import read
from dropcap.carriers.request import alone
from dropcap.model import Kind
from dropcap.source import Source


def started(carrier: str, text: str) -> list[tuple[str, str]]:
    source = Source("file", text)
    found = [one for one in read(carrier, source, alone(source)).containers if one.kind is Kind.RUN]
    return [(one.name, one.source.to_root(one.span)[0].text[slice(*one.source.to_root(one.span)[1])]) for one in found]


@pytest.mark.parametrize(
    "lines",
    [
        "command: sh -c 'docker run a'",
        'command: sh -c "docker run a"',
        "command: docker run a",
        "command: [docker, run, a]",
        "entrypoint: [sh, -c]\n    command: ['docker run a']",
        "command:\n      - sh\n      - -c\n      - |\n        set -e\n        docker run a\n",
        "entrypoint: sudo docker run a",
        "post_start: [{command: docker run a, privileged: true}]",
    ],
)
def test_the_command_of_a_service_is_followed(lines: str) -> None:
    ((name, place),) = started("compose", f"services:\n  s:\n    image: x\n    {lines}\n")
    assert name == "a"
    assert place.startswith("docker")


@pytest.mark.parametrize(
    "lines", ["command: docker-entrypoint.sh run", "command: echo docker run a", "labels: {a: docker run a}"]
)
def test_what_only_names_a_client_starts_nothing(lines: str) -> None:
    assert started("compose", f"services:\n  s:\n    image: x\n    {lines}\n") == []


def test_a_command_that_services_share_is_followed_once() -> None:
    text = "x-c: &c [docker, run, a]\nservices:\n  s: {image: x, command: *c}\n  t: {image: x, command: *c}\n"
    assert [name for name, _ in started("compose", text)] == ["a"]


def test_the_command_of_a_unit_is_followed() -> None:
    text = "[Container]\nImage=x\nExec=sh -c 'podman run a'\n"
    assert [name for name, _ in started("quadlet", text)] == ["a"]
