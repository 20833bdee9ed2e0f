"""The sample that a person judges: the same for the same seed, spread over the rules, and without a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sample_findings

if TYPE_CHECKING:
    from pathlib import Path

CHOSEN = "8shG2kq0xLm4"
FILE = f"""services:
  web:
    image: web:1
    pid: host
    cap_add: [SYS_TIME]
    environment:
      DB_PASSWORD: {CHOSEN}
  job:
    image: web:1
    cap_add: [SYS_TIME]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def sampled(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setattr("sys.argv", ["sample_findings.py", str(folder), *words])
    assert sample_findings.main() == 0
    return capsys.readouterr().out


def test_a_sample_is_even_and_has_no_secrets(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = sampled(folder, capsys, monkeypatch, "--number", "4", "--seed", "7")
    rules = re.findall(r"^#\d+ (\S+)", out, re.MULTILINE)
    assert rules == ["high-capability", "host-pid", "net-raw", "secret-in-environment"]
    assert CHOSEN not in out
    assert out == sampled(folder, capsys, monkeypatch, "--number", "4", "--seed", "7")


def test_what_was_judged_before_is_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--select", "host-pid")
    first = sampled(folder, capsys, monkeypatch, *words, "--number", "1")
    (folder / "seen.txt").write_text(first, encoding="utf-8")
    second = sampled(folder, capsys, monkeypatch, *words, "--seen", str(folder / "seen.txt"))
    keys = [re.findall(r"[0-9a-f]{32}", out) for out in (first, second)]
    assert [len(found) for found in keys] == [1, 1]
    assert keys[0] != keys[1]
