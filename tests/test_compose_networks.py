"""Networks and volumes of a project that are the engine's or the host's own by their names."""

from __future__ import annotations

import pytest

import about
from dropcap.check import Setup, check_text
from dropcap.model import Engine

RULES = about.rules("host-network", "sensitive-host-path")
SERVICE = "services:\n  web:\n    image: web:1\n    networks: {attached}\nnetworks:\n  outside: {network}\n"
MOUNTS = "services:\n  web:\n    image: web:1\n    volumes: [data:/data]\nvolumes:\n  data: {volume}\n"


def checked(text: str, engine: Engine = Engine.SWARM) -> tuple[list[str], list[str]]:
    """Return the rules that found something, and what is refused."""
    result = check_text("compose.yaml", "compose", text, RULES, Setup(engine))
    return [one.rule for one in result.findings], [failure.message for failure in result.failures]


@pytest.mark.parametrize("attached", ["[outside]", "{outside: {}}", "{outside: null}", "[inner, outside]"])
@pytest.mark.parametrize(
    ("network", "is_host"),
    [
        ("{external: true, name: host}", True),
        ("{external: {name: host}}", True),
        ("{external: true}", False),
        ("{external: false, name: host}", False),
        ("{name: host}", False),
        ("{external: true, name: 'host '}", False),
        ("{external: true, name: $NAME}", False),
        ("{external: true, name: ingress}", False),
    ],
)
def test_a_stack_attaches_services_to_the_network_of_the_host(attached: str, network: str, *, is_host: bool) -> None:
    found, _ = checked(SERVICE.format(attached=attached, network=f"{network}\n  inner: {{}}"))
    assert (found == ["host-network"]) is is_host


def test_docker_compose_asks_for_an_alias_there_which_the_engine_refuses() -> None:
    found, refused = checked(
        SERVICE.format(attached="[outside]", network="{external: true, name: host}"), Engine.DOCKER
    )
    assert found == ["host-network"]  # what it would have is told all the same
    assert len(refused) == 1
    assert "network-scoped alias is supported only" in refused[0]


def test_a_file_that_is_named_after_a_stack_is_not_for_docker_compose() -> None:
    text = SERVICE.format(attached="[outside]", network="{external: true, name: host}")
    result = check_text("docker-stack.yml", "compose", text, RULES, Setup())
    assert ([one.rule for one in result.findings], result.failures) == (["host-network"], ())


@pytest.mark.parametrize(
    ("volume", "refused"),
    [
        ("{driver_opts: {device: /etc, o: bind}}", 1),
        ("{driver: local, driver_opts: {device: /etc, o: bind}}", 1),
        ("{driver_opts: {device: /etc, o: bind, type: none}}", 0),
        ("{external: true, driver_opts: {device: /etc, o: bind}}", 0),
        ("{driver: other, driver_opts: {device: /etc, o: bind}}", 0),
        ("{driver_opts: {device: /etc, o: bind}}\n  unused: {driver_opts: {device: /srv}}", 1),
    ],
)
def test_a_device_without_a_type_is_refused(volume: str, refused: int) -> None:
    _, messages = checked(MOUNTS.format(volume=volume), Engine.DOCKER)
    assert len([one for one in messages if 'missing required option: "type"' in one]) == refused


def test_a_driver_may_keep_a_volume_at_a_path_of_the_host() -> None:
    path = "driver_opts: {mountpoint: /etc}"
    assert checked(MOUNTS.format(volume=f"{{driver: local-persist, {path}}}"))[0] == ["sensitive-host-path"]
    assert checked(MOUNTS.format(volume=f"{{driver: other, {path}}}"))[0] == []
