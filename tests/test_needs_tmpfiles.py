"""What systemd-tmpfiles makes and gives away stands in the lines of the files that it is given."""

from __future__ import annotations

import pytest

from reading import needs_of_script as needs


def started(lines: str, *, call: str = "systemd-tmpfiles --create /etc/tmpfiles.d/x.conf", more: str = "") -> str:
    """Return a script that writes the lines and has them carried out."""
    written = lines.replace("\n", "\\n")
    return f"printf '{written}\\n' > /etc/tmpfiles.d/x.conf; {call}; {more}exec sleep 9"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("d /run/x", ""),
        ("d /run/x 0750", ""),
        ("d /run/x 0755 root root -", ""),
        ("# d /run/x 0755 www-data\n\nd /run/x 0755 0 0", ""),
        ("d /run/x 0750 www-data www-data -", "CHOWN FOWNER"),
        ("d /run/x - www-data - -", "CHOWN FOWNER"),  # the mode is set anew behind a new owner
        ("d /run/x - - www-data -", "CHOWN"),
        ("d /run/x 2775 root www-data -", "CHOWN FSETID"),
        ("d /run/x 0700 www-data\nd /run/x/y", "CHOWN DAC_OVERRIDE FOWNER"),
        ("f /run/x 0640 www-data adm -", "CHOWN FOWNER"),
        ("f+ /run/x 0640 - - - text and more", ""),
        ("d! /run/x 0750 www-data", ""),  # while booting alone
        ("x /run/x\nr /run/y\nR! /run/z", ""),
    ],
)
def test_each_line_counts(lines: str, expected: str) -> None:
    found = needs(started(lines))
    assert " ".join(found.cap_add) == expected
    assert found.is_complete, found.unknown


@pytest.mark.parametrize(
    ("lines", "call"),
    [
        ("z /srv 0755 www-data", "systemd-tmpfiles --create /etc/tmpfiles.d/x.conf"),
        ("c /dev/x 0600 root root - 1:3", "systemd-tmpfiles --create /etc/tmpfiles.d/x.conf"),
        ("d /run/%H", "systemd-tmpfiles --create /etc/tmpfiles.d/x.conf"),
        ('d "/run/a b"', "systemd-tmpfiles --create /etc/tmpfiles.d/x.conf"),
        ("d /run/x ~0755", "systemd-tmpfiles --create /etc/tmpfiles.d/x.conf"),
        ("L /run/x - - - - /srv", "systemd-tmpfiles --create /etc/tmpfiles.d/x.conf"),
        ("d /run/x", "systemd-tmpfiles --create"),
        ("d /run/x", "systemd-tmpfiles --create x.conf"),
        ("d /run/x", "systemd-tmpfiles --create --remove /etc/tmpfiles.d/x.conf"),
        ("d /run/x", "systemd-tmpfiles --create --root=/srv /etc/tmpfiles.d/x.conf"),
        ("d /run/x", "systemd-tmpfiles --create /etc/tmpfiles.d/y.conf"),
        ("d /run/x", "systemd-tmpfiles --create $FILES"),
    ],
)
def test_what_is_not_followed_is_not_known(lines: str, call: str) -> None:
    assert not needs(started(lines, call=call)).is_complete


def test_what_it_makes_is_there_for_what_follows() -> None:
    found = needs(started("d /run/x 0700 www-data", more="touch /run/x/y; "))
    assert found.cap_add == ("CHOWN", "DAC_OVERRIDE", "FOWNER")
    assert needs(started("d! /run/x", call="systemd-tmpfiles --create --boot /etc/tmpfiles.d/x.conf")).is_complete


@pytest.mark.parametrize(("line", "expected"), [("d /run/x - root", "CHOWN"), ("d /run/x 0700 root", "CHOWN FOWNER")])
def test_what_the_new_owner_may_not_have_is_taken_away_as_the_old_one(line: str, expected: str) -> None:
    call = "mkdir -p /run/x; chown www-data /run/x; systemd-tmpfiles --create /etc/tmpfiles.d/x.conf"
    assert " ".join(needs(started(line, call=call)).cap_add) == expected
