"""`user:` is suggested where all of the startup works as that user: it is followed once more to see."""

from __future__ import annotations

import json

import pytest

from dropcap.check import Setup, check_text
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

SWITCH = "setpriv --reuid=www-data --regid=www-data --init-groups"


@pytest.mark.parametrize(
    ("script", "user"),
    [
        (f"exec {SWITCH} sleep 9", None),  # who is no root may not switch, not even to itself
        (f'if [ "$(id -u)" = 0 ]; then exec {SWITCH} sleep 9; fi; exec sleep 9', "www-data"),
        (f'[ "$(id -u)" != 0 ] || {{ chown www-data /srv; exec {SWITCH} sleep 9; }}; exec sleep 9', "www-data"),
        (f"chown www-data /srv; exec {SWITCH} sleep 9", None),  # which it may not
        (f"touch /srv/x; exec {SWITCH} sleep 9", None),
        (f"nobody-knows-this; exec {SWITCH} sleep 9", None),
        (f"{SWITCH} true; exec sleep 9", None),  # it stays root
        ("exec sleep 9", None),  # it needs nothing as it is
    ],
)
def test_the_user_is_tried(script: str, user: str | None) -> None:
    command = json.dumps(["bash", "-c", script.replace("$", "$$")])
    text = f"services:\n  a:\n    image: debian:12\n    command: {command}\n"
    (container,) = [
        one for one in check_text("compose.yaml", "compose", text, (), Setup()).containers if one.kind is Kind.SERVICE
    ]
    found = needs_of(container, Workspace.of_text(container.source), tries_user=True)
    assert found.user == user
    assert [one.saves for one in found.smaller if "user:" in one.change] == ([found.cap_add] if user else [])
