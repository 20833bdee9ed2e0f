"""What Debian's `a2enmod` and its kin do to an image, and what Apache then asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.needs.model import Needs

APACHE = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends apache2\n"


def needs(folder: Path, monkeypatch: pytest.MonkeyPatch, steps: str, command: str, entrypoint: str = "") -> Needs:
    (folder / "compose.yaml").write_text("services:\n  app:\n    build: .\n")
    (folder / "entrypoint.sh").write_text(f"#!/bin/sh\nset -e\n{entrypoint}\nexec {command}\n")
    (folder / "Dockerfile").write_text(
        f'{APACHE}{steps}\nCOPY --chmod=755 entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n'
    )
    monkeypatch.chdir(folder)
    (target,), _ = discover(["compose.yaml"])[:2]
    (container,) = [one for one in check_file(target, (), Setup()).containers if one.kind is Kind.SERVICE]
    return needs_of(container, Workspace("."))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("RUN a2enmod rewrite headers", "SETGID SETUID"),
        ("RUN a2enmod cgid", "CHOWN SETGID SETUID"),
        ("RUN a2enmod cgid && a2dismod cgid", "SETGID SETUID"),
        ("RUN a2enmod mpm_itk", "DAC_READ_SEARCH SETGID SETUID SYS_NICE"),
    ],
)
def test_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: str, expected: str) -> None:
    found = needs(tmp_path, monkeypatch, steps, "apache2 -DFOREGROUND")
    assert " ".join(sorted(found.cap_add)) == expected
    assert found.is_complete


def test_a_site_that_is_enabled_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = "RUN echo 'WSGIDaemonProcess app user=app' > /etc/apache2/sites-available/app.conf"
    found = needs(tmp_path, monkeypatch, f"{site} && a2ensite app", "apache2 -DFOREGROUND")
    assert "CHOWN" in found.cap_add
    found = needs(tmp_path, monkeypatch, f"{site} && a2ensite app.conf && a2dissite app", "apache2 -DFOREGROUND")
    assert "CHOWN" not in found.cap_add


def test_modules_that_are_enabled_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = needs(tmp_path, monkeypatch, "", "apache2 -DFOREGROUND", "a2enmod cgid")
    assert " ".join(sorted(found.cap_add)) == "CHOWN SETGID SETUID"


def test_apachectl_is_apache2ctl_where_debian_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = needs(tmp_path, monkeypatch, "", "apachectl -D FOREGROUND")
    assert " ".join(sorted(found.cap_add)) == "CHOWN SETGID SETUID"
