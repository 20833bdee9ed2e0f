"""What a startup does behind a wait for what something else makes: a socket, a file, an account."""

from __future__ import annotations

import pytest

from reading import needs_of_script as needs

WAITS = (
    "until [ -e /run/x ]; do sleep 1; done",
    "while ! [ -S /run/x ]; do sleep 1; done",
    "while [ ! -S /run/x ]; do echo waiting; sleep 1; done",
    "i=0; until [ -S /run/x ]; do i=$((i+1)); [ $i -gt 30 ] && exit 1; sleep 1; done",
    "i=0; while [ ! -S /run/x ]; do i=$((i+1)); if [ $i = 30 ]; then exit 1; fi; sleep 1; done",
    "until getent passwd late > /dev/null; do sleep 1; done",
    "until test -S /run/x && test -S /run/y; do sleep 1; done",
    "for i in 1 2 3; do [ -e /run/x ] && break; sleep 1; done; [ -e /run/x ] || exit 1",
    "for i in 1 2 3; do if [ -S /run/x ]; then break; fi; sleep 1; done; if [ ! -S /run/x ]; then exit 1; fi",
    "n=0; while true; do [ -S /run/x ] && break; n=$((n+1)); [ $n -lt 9 ] || exit 1; sleep 1; done",
    "while :; do if [ -S /run/x ]; then break; fi; sleep 1; done",
)


@pytest.mark.parametrize("wait", WAITS)
def test_what_stands_behind_a_wait_is_followed(wait: str) -> None:
    found = needs(f"redis-server & {wait}; chown daemon /srv".replace("$", "$$"))
    assert "CHOWN" in found.cap_add


def test_without_a_program_behind_it_a_wait_ends_as_well() -> None:
    for wait in WAITS:
        assert "CHOWN" in needs(f"{wait.replace('/run', '/srv')}; chown daemon /srv".replace("$", "$$")).cap_add, wait


@pytest.mark.parametrize("change", ["chown daemon /run/x", "chmod 777 /run/x"])
@pytest.mark.parametrize("wait", ["until [ -S /run/x ]; do sleep 1; done", "sleep 5"])
def test_of_what_is_waited_for_the_owner_is_not_known(wait: str, change: str) -> None:
    found = needs(f"/opt/server & {wait}; {change}")
    assert not found.is_complete
    found = needs(f"redis-server & {wait}; {change}")
    assert not found.is_complete or "CHOWN" in found.cap_add


@pytest.mark.parametrize(
    "script", ["while true; do sleep 1; done", "until false; do sleep 1; done", "while :; do :; done"]
)
def test_behind_a_loop_that_nothing_ends_nothing_is_done(script: str) -> None:
    found = needs(f"{script}; chown daemon /srv")
    assert (found.cap_add, found.is_complete) == ((), True)


@pytest.mark.parametrize(
    "script",
    [
        "[ -e /run/x ] && chown daemon /srv",
        "redis-server & [ -e /etc/x ] && chown daemon /srv",
        "sleep 9 & [ -e /run/x ] && chown daemon /srv",
        "[ -S /run/x ] || mkdir -p /srv/a",
        "sleep 5 & wait; [ -e /opt/x ] && chown daemon /srv",
    ],
)
def test_what_is_not_there_stays_so_where_nothing_makes_it(script: str) -> None:
    found = needs(f"{script}; true")
    assert (found.cap_add, found.is_complete) == ((), True), found.unknown
