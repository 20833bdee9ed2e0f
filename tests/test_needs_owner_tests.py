"""Conditions that compare whose a file is with an account that has no number written down."""

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

OTHER = '[ "$(stat -c %u /data)" != "$(id -u app)" ]'


def suggested(folder: Path, monkeypatch: pytest.MonkeyPatch, condition: str, owner: str, before: str = "") -> str:
    (folder / "compose.yaml").write_text("services:\n  app:\n    build: .\n")
    (folder / "Dockerfile").write_text(
        "FROM debian:bookworm\nRUN useradd --system app && useradd --system other && "
        f"install -d -o {owner} -g {owner} /data /more\n"
        'COPY --chmod=755 entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n'
    )
    (folder / "entrypoint.sh").write_text(
        f"#!/bin/bash\nset -e\n{before}\nif {condition}; then\n  chown app /data\nfi\nexec sleep 9\n"
    )
    monkeypatch.chdir(folder)
    (target,), _ = discover(["compose.yaml"])[:2]
    (container,) = [one for one in check_file(target, (), Setup()).containers if one.kind is Kind.SERVICE]
    needs = needs_of(container, Workspace("."))
    return " ".join(f"{need.capability}:{need.certainty.name.lower()}" for need in needs.needs)


@pytest.mark.parametrize(
    ("condition", "owner", "expected"),
    [
        (OTHER, "app", ""),
        (OTHER, "root", "CHOWN:required"),
        ('[ "$(stat -c %u /data)" -ne "$(id -u app)" ]', "app", ""),
        ('[[ "$(stat -c %u /data)" != "$(id -u app)" ]]', "app", ""),
        ("[ $(stat -c '%u' /data) != $(id -u app) ]", "app", ""),
        ('test "$(stat -c %u /data)" != "$(id -u app)"', "app", ""),
        ('[ "$(stat -c %g /data)" != "$(id -g app)" ]', "app", ""),
        ('[ "$(stat --format %u /data)" = 0 ]', "app", ""),
        ('[ "$(stat -c %u /data)" = "$(id -u app)" ]', "root", ""),
        ('[ "$(stat -c %u /data | tail -n 1)" != "$(id -u app)" ]', "app", "CHOWN:possible"),
        ('[ "$(stat -c %u /data)" != "$(id -g app)" ]', "app", "CHOWN:possible"),
        ('[ "$(stat -c %u /data)" != 999 ]', "app", "CHOWN:possible"),
        (OTHER, "other", "CHOWN:required"),
    ],
)
def test_the_same_account_has_the_same_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, condition: str, owner: str, expected: str
) -> None:
    found = suggested(tmp_path, monkeypatch, condition, owner)
    assert sorted(set(found.split())) == expected.split()


def test_what_was_printed_before_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second folder is not known, and the condition stands where it stood for the first."""
    condition = OTHER.replace("/data", "$folder")
    before = f'for folder in /data "$(hostname)"; do if {condition}; then chown app "$folder"; fi; done'
    assert "CHOWN:possible" in suggested(tmp_path, monkeypatch, "false", "app", before)
