"""Whose a temporary file system is decides what it takes root to write there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_text
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from dropcap.needs.model import Needs


def needs(script: str, carrier: str, options: str) -> Needs:
    """Return what a container needs whose script writes into a temporary file system."""
    if carrier == "compose":
        path = "compose.yaml"
        text = f"services:\n  a:\n    image: debian:12\n    tmpfs: ['{options}']\n    command: [sh, -ec, '{script}']\n"
    else:
        path, text = "run.sh", f"docker run --tmpfs {options} debian:12 sh -ec '{script}'\n"
    found = check_text(path, carrier, text, (), Setup()).containers
    (container,) = [one for one in found if one.kind in {Kind.SERVICE, Kind.RUN}]
    return needs_of(container, Workspace.of_text(container.source))


@pytest.mark.parametrize("carrier", ["compose", "script"])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("/run/x", ()),
        ("/run/x:mode=0700", ()),
        ("/run/x:uid=1000,gid=1000,mode=0700", ("DAC_OVERRIDE",)),
        ("/run/x:size=1m,uid=1000,mode=755", ("DAC_OVERRIDE",)),
        ("/run/x:uid=1000", ()),
        ("/run/x:uid=1000,mode=1777", ()),
        ("/run/x:uid=1000,mode=0770,gid=0", ()),
    ],
)
def test_whose_it_is_counts(carrier: str, options: str, expected: tuple[str, ...]) -> None:
    found = needs("touch /run/x/y; exec sleep 9", carrier, options)
    assert found.cap_add == expected
    assert found.is_complete, found.unknown


def test_it_has_the_mode_of_the_folder_at_its_place() -> None:
    assert needs("touch /srv/y; exec sleep 9", "compose", "/srv:uid=1000").cap_add == ("DAC_OVERRIDE",)


def test_two_modes_leave_it_open() -> None:
    found = needs("touch /srv/y; exec sleep 9", "compose", "/srv:uid=1000,mode=1777")
    assert not found.is_complete


def test_what_is_given_to_whom_it_belongs_to_takes_nothing() -> None:
    found = needs("chown 1000 /run/x; exec sleep 9", "compose", "/run/x:uid=1000")
    assert "CHOWN" in found.cap_add  # chown(2) of another user's file asks for it whoever is told
