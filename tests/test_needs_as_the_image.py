"""Containers that start what their image says are followed once for all that are alike; each has its own answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dropcap.check import Setup, check_request, check_text, request_of
from dropcap.model import Kind
from dropcap.needs import as_the_image
from dropcap.needs.container import needs_of
from dropcap.needs.model import Allowance, Needs
from dropcap.targets import Target
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.model import Container, Located

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
    left_out = [one for one, key in zip(SETTINGS, found, strict=True) if key is None]
    assert left_out == ["command: $WHO_KNOWS", "post_start: [{command: [chown, redis, /etc]}]"]


NAMING = (
    "volumes: ['/srv/x:/data']",
    "volumes: ['$WHO_KNOWS:/srv', '/srv/x:/data']",
    "environment: [SKIP_FIX_PERMS=1]\n    command: [chown, redis, /etc]",
    "entrypoint: [chown, redis, /etc]",
    "entrypoint: [sh, -c, 'chown redis /etc && chmod 0 /etc/passwd']",
    "command: chown 'redis' /etc",
    "healthcheck: {test: [CMD, chown, redis, /etc]}",
)


def named(needs: Needs) -> list[Located[Any]]:
    """Return the places that an answer names."""
    evidence = [*needs.today, *(one for need in needs.needs for one in need.evidence)]
    found = [one.where for one in needs.unknown] + [one.where for one in evidence]
    return [one for one in found if one is not None]


def places(needs: Needs) -> list[tuple[str, str]]:
    """Return what the places of an answer hold."""
    found = [one.source.to_root(one.span) for one in named(needs)]
    return [(source.path, source.text[span.start : span.end]) for source, span in found]


@pytest.mark.parametrize("setting", NAMING)
def test_the_places_of_an_answer_are_those_of_the_container(setting: str) -> None:
    first = asked(container(setting))
    assert places(first)
    assert len(as_the_image.KEPT) == 1
    moved = container(setting, before="# moved\n")
    second = asked(moved)
    assert len(as_the_image.KEPT) == 1
    assert places(second) == places(first)
    assert (second.cap_add, second.user, second.gains) == (first.cap_add, first.user, first.gains)
    assert all(one.source is moved.source for one in named(second))
    as_the_image.KEPT.clear()
    assert repr(asked(moved)) == repr(second)


def test_words_that_are_written_in_another_way_are_followed_by_themselves() -> None:
    for words in ("chown redis /etc", "chown 'redis' /etc", '"chown redis /etc"'):
        asked(container(f"entrypoint: {words}"))
    assert len(as_the_image.KEPT) == 3


def test_one_text_in_two_settings_is_something_else_than_two() -> None:
    one = container("entrypoint: [chown, redis, *it]\n    working_dir: *it", before="x-it: &it /etc\n")
    two = container("entrypoint: [chown, redis, /etc]\n    working_dir: /etc")
    alone = repr(asked(one))
    asked(two)
    assert len(as_the_image.KEPT) == 2
    assert repr(asked(one)) == alone


def test_a_mounted_file_counts_as_long_as_its_text_is_the_same(tmp_path: Path) -> None:
    def needs_with(script: str, before: str = "") -> tuple[Needs, Workspace]:
        (tmp_path / "start.sh").write_text(script, encoding="utf-8")
        service = "image: redis:7\n    volumes: ['./start.sh:/start.sh']\n    entrypoint: [sh, /start.sh]"
        text = f"{before}services:\n  a:\n    {service}\n"
        path = tmp_path / "compose.yaml"
        path.write_text(text, encoding="utf-8")
        target = Target(str(path), "compose", named=True)
        request = request_of(target, Setup())
        (one,) = check_request(target, request, ()).containers
        workspace = request.workspace.at(request.workspace.root)
        return needs_of(one, workspace), workspace

    first, _ = needs_with("chown redis /etc\n")
    again, workspace = needs_with("chown redis /etc\n", "# moved\n")
    assert len(as_the_image.KEPT) == 1
    assert places(again) == places(first)
    assert str(tmp_path / "start.sh") in {path for path, _ in places(first)}
    assert str(tmp_path / "start.sh") in workspace.reads
    assert "CHOWN" in first.cap_add
    other, _ = needs_with("true\n")
    assert "CHOWN" not in other.cap_add
    (tmp_path / "start.sh").unlink()


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
