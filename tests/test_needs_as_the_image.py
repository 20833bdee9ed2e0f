"""Containers that start what their image says are followed once for all that are alike; each has its own answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_text
from dropcap.model import Kind
from dropcap.needs import as_the_image
from dropcap.needs.container import needs_of
from dropcap.needs.model import Allowance, Needs
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from dropcap.model import Container

SETTINGS = (
    "",
    "user: '999'",
    "user: redis",
    "environment: [SKIP_FIX_PERMS=1]",
    "environment: [SKIP_FIX_PERMS]",
    "env_file: [nowhere.env]",
    "working_dir: /srv",
    "volumes: ['/srv/x:/data']",
    "volumes: [data:/data]",
    "tmpfs: ['/data:uid=33']",
    "init: true",
    "environment: [A=b]",
    "environment: [A=b]\n    tty: true",
    "environment: [A=b]\n    init: true",
    "environment: [A=b]\n    working_dir: /srv",
    "environment: [A=b]\n    env_file: [nowhere.env]",
    "tty: true",
    "network_mode: host",
    "sysctls: [net.ipv4.ip_unprivileged_port_start=1024]",
    "healthcheck: {test: [CMD, chown, redis, /etc]}",
    "healthcheck: {disable: true}",
    "command: [chown, redis, /etc]",
    "command: $WHO_KNOWS",
    "entrypoint: [chown, redis, /etc]",
    "post_start: [{command: [chown, redis, /etc]}]",
)


def container(setting: str, before: str = "", image: str = "redis:7") -> Container:
    text = f"{before}services:\n  a:\n    image: {image}\n    {setting}\nvolumes: {{data: }}\n"
    (found,) = [
        one for one in check_text("compose.yaml", "compose", text, (), Setup()).containers if one.kind is Kind.SERVICE
    ]
    return found


def asked(one: Container, allowance: Allowance | None = None) -> Needs:
    return needs_of(one, Workspace.of_text(one.source), allowance)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_the_image, "KEPT", {})


def test_the_second_one_is_not_followed() -> None:
    first = asked(container(""))
    assert asked(container("", before="# of another file\n")) is first
    assert first.cap_add == ("SETGID", "SETUID")


@pytest.mark.parametrize("setting", SETTINGS[1:])
def test_a_setting_that_decides_is_not_passed_over(setting: str) -> None:
    one = container(setting)
    alone = asked(one)
    as_the_image.KEPT.clear()
    for other in SETTINGS:
        asked(container(other))
    assert repr(asked(one)) == repr(alone)


def test_each_setting_tells_containers_apart() -> None:
    found = [as_the_image.settings_of(container(one)) for one in SETTINGS]
    shared = [one for one in found if one is not None]
    assert len(set(shared)) == len(shared)
    assert [one for one, key in zip(SETTINGS, found, strict=True) if key is None] == [*SETTINGS[-4:]]


def test_an_answer_that_names_a_place_is_kept_for_nobody() -> None:
    mounted = [container("volumes: ['/srv/x:/data']", before=text) for text in ("", "# x\n")]
    for each in mounted:
        places = [what.where for what in asked(each).unknown if what.where is not None]
        assert places
        assert all(where.source is each.source for where in places)


def test_the_allowance_is_taken_as_if_each_were_followed() -> None:
    alone, behind = Allowance(), Allowance()
    asked(container(""), alone)
    for _ in range(2):
        behind.left = Allowance().left
        asked(container(""), behind)
        assert behind.left == alone.left < Allowance().left


def test_what_is_left_of_an_allowance_decides() -> None:
    whole = asked(container(""))
    assert whole.is_complete
    assert not asked(container(""), Allowance(left=1)).is_complete
    assert not asked(container(""), Allowance(left=0)).is_complete
    assert asked(container("")) is whole
