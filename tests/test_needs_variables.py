"""Variables that are set in other ways than by `NAME=value`, or by the shell itself: none is taken for empty."""

from __future__ import annotations

import json

import pytest

from dropcap.check import Setup, check_text
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace


def asks_for_chown(script: str) -> bool:
    """Return whether what a script does in bash may ask for CHOWN."""
    command = json.dumps(["bash", "-ec", f"{script}; exec sleep 9".replace("$", "$$")])
    text = f"services:\n  a:\n    image: debian:12\n    entrypoint: []\n    command: {command}\n"
    found = check_text("compose.yaml", "compose", text, (), Setup()).containers
    (container,) = [one for one in found if one.kind is Kind.SERVICE]
    return "CHOWN" in needs_of(container, Workspace.of_text(container.source)).cap_add


@pytest.mark.parametrize(
    "sets",
    [
        "printf -v U %s x",
        "read -r U <<< x",
        'n=U; read -r "$n" <<< x',
        "mapfile U < /etc/passwd",
        'eval "U=x"',
        "f() { local -n r=$1; r=x; }; f U",
        "f() { declare -n r=U; r=x; }; f",
        'n=U; export "$n"=x',
        'n=U; export "$n=$(hostname)"',
        'f() { declare -g "$1"=x; }; f U',
        "f() { declare -g U; U=x; }; f",
        "export $(cat /proc/1/environ)",
        "let U=1",
        "let 'U += 1'",
        "((U=1))",
        'echo U=1 > /e; while IFS== read -r k v; do export "$k=$v"; done < /e',
        ": ${U:=x}",
        "typeset U=x",
        "while getopts u: o; do U=$o; done",
    ],
)
def test_a_variable_may_be_set_in_other_ways(sets: str) -> None:
    assert asks_for_chown(f'{sets}; if [ -z "$U" ]; then exit 0; fi; chown daemon /srv')


@pytest.mark.parametrize("name", ["UID", "EUID", "PWD", "RANDOM", "SECONDS", "PPID", "IFS", "BASH_VERSION", "SHLVL"])
def test_what_the_shell_sets_by_itself_is_not_empty(name: str) -> None:
    assert asks_for_chown(f'if [ -n "${name}" ]; then chown daemon /srv; fi')


@pytest.mark.parametrize("condition", ['[ "$EUID" = 0 ]', '[ "$UID" -eq 0 ]', "[[ $EUID -eq 0 ]]", "(( EUID == 0 ))"])
def test_who_it_is_may_be_asked_of_the_shell(condition: str) -> None:
    assert asks_for_chown(f"if {condition}; then chown daemon /srv; fi")


def test_what_nothing_sets_is_empty() -> None:
    assert not asks_for_chown('if [ -n "$U" ]; then chown daemon /srv; fi')


@pytest.mark.parametrize("path", ["/.dockerenv", "/run/.containerenv", "/etc/hosts", "/etc/resolv.conf", "/etc/mtab"])
def test_what_an_engine_makes_may_be_there(path: str) -> None:
    assert asks_for_chown(f"if [ -e {path} ]; then chown daemon /srv; fi")
