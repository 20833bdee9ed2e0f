"""What a container asks for when it is stopped: its init signals, its traps run; without it, it only ends roughly."""

from __future__ import annotations

import json

import pytest

from dropcap.check import Setup, check_text
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.needs.model import Certainty, Need, Phase
from dropcap.workspace import Workspace

SWITCH = "exec setpriv --reuid=www-data --regid=www-data --init-groups sleep 9"


def at_stop(command: str, more: str = "", entrypoint: str = "[]") -> list[Need]:
    lines = ["services:", "  a:", "    image: debian:12"]
    lines += [f"    entrypoint: {entrypoint}", f"    command: {json.dumps(command)}"]
    text = "\n".join(lines) + "\n" + more
    (container,) = [
        one for one in check_text("compose.yaml", "compose", text, (), Setup()).containers if one.kind is Kind.SERVICE
    ]
    needs = needs_of(container, Workspace.of_text(container.source))
    assert "KILL" not in needs.cap_add
    return [one for one in needs.needs if one.phase is Phase.STOP]


INIT = "    init: true\n"


@pytest.mark.parametrize(
    ("command", "more", "entrypoint"),
    [
        (f"sh -c '{SWITCH}'", INIT, "[]"),
        (f"sh -c '{SWITCH}'", "", "[tini, --]"),
        (f"sh -c '{SWITCH}'", "", "[/usr/bin/dumb-init, --]"),
        ("sleep 9", "", "[tini, --, runuser, -u, www-data, --]"),
        ("sleep 9", INIT, "[setpriv, --reuid=33, --regid=33, --clear-groups]"),
    ],
)
def test_an_init_that_stays_root_cannot_signal_another_user(command: str, more: str, entrypoint: str) -> None:
    (need,) = at_stop(command, more, entrypoint)
    assert (need.capability, need.certainty) == ("KILL", Certainty.DEGRADES)
    assert need.loss


@pytest.mark.parametrize(
    ("command", "more", "entrypoint"),
    [
        (f"sh -c '{SWITCH}'", "", "[]"),  # it is the first process itself
        (f"sh -c '{SWITCH}'", "    init: false\n", "[]"),
        ("sleep 9", INIT, "[]"),
        ("sh -c 'runuser -u www-data -- true; exec sleep 9'", INIT, "[]"),  # long gone by then
        ("sleep 9", INIT + "    user: www-data\n", "[tini, --]"),  # both are the same user
    ],
)
def test_nobody_signals_another_user(command: str, more: str, entrypoint: str) -> None:
    assert not at_stop(command, more, entrypoint)


def test_a_trap_is_no_part_of_the_start() -> None:
    found = at_stop("bash -c 'trap \"chown www-data /srv; rm -f /run/x\" TERM; touch /run/x; sleep 9 & wait'")
    assert {(one.capability, one.certainty) for one in found} == {("CHOWN", Certainty.DEGRADES)}


def test_a_function_that_a_trap_calls_runs_at_the_stop() -> None:
    found = at_stop("bash -c 'end() { chown www-data /srv; }; trap end EXIT; sleep 9'")
    assert {one.capability for one in found} == {"CHOWN"}


DROP = "setpriv --reuid=www-data --regid=www-data --init-groups sleep 9"


def killed(script: str) -> tuple[bool, list[Need]]:
    lines = ["services:", "  a:", "    image: debian:12", "    entrypoint: []"]
    lines += [f"    command: {json.dumps(['bash', '-ec', script.replace('$', '$$')])}", ""]
    (container,) = [
        one
        for one in check_text("compose.yaml", "compose", "\n".join(lines), (), Setup()).containers
        if one.kind is Kind.SERVICE
    ]
    needs = needs_of(container, Workspace.of_text(container.source))
    return "KILL" in needs.cap_add, [one for one in needs.needs if one.capability == "KILL"]


@pytest.mark.parametrize(
    ("script", "is_added"),
    [
        (f'{DROP} & pid=$!; kill -TERM "$pid"; exec sleep 9', True),
        (f"{DROP} & kill -0 $!; exec sleep 9", True),
        (f"{DROP} & kill -l; exec sleep 9", False),
        ("sleep 9 & kill $!; exec sleep 9", False),
        (f"{DROP}; sleep 9 & kill $!; exec sleep 9", False),
    ],
)
def test_a_shell_of_root_signals_what_it_has_started_as_another_user(script: str, *, is_added: bool) -> None:
    assert killed(script)[0] is is_added


def test_a_trap_that_signals_another_user_ends_roughly_without() -> None:
    is_added, (need,) = killed(f"{DROP} & trap 'kill -TERM $!' TERM; wait")
    assert not is_added
    assert (need.certainty, need.phase) == (Certainty.DEGRADES, Phase.STOP)


@pytest.mark.parametrize(
    ("script", "expected"),
    [("ulimit -l unlimited", True), ("ulimit -Hn 2000000", True), ("ulimit -n 1024", False), ("ulimit -c 0", False)],
)
def test_a_shell_raises_a_limit(script: str, *, expected: bool) -> None:
    lines = ["services:", "  a:", "    image: debian:12", "    entrypoint: []"]
    lines += [f"    command: {json.dumps(['bash', '-ec', script + '; exec sleep 9'])}", ""]
    (container,) = [
        one
        for one in check_text("compose.yaml", "compose", "\n".join(lines), (), Setup()).containers
        if one.kind is Kind.SERVICE
    ]
    assert ("SYS_RESOURCE" in needs_of(container, Workspace.of_text(container.source)).cap_add) is expected
