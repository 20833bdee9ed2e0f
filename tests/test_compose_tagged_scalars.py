"""A scalar with a tag is what Docker Compose makes of it, or is refused as it refuses it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.cli import main
from dropcap.exit_codes import CLEAN, UNCHECKED
from oracles import compose as oracle

if TYPE_CHECKING:
    from pathlib import Path

VALUES = (
    *("!!int 3", "!!int '3'", "!!int 1.5", "!!int 0x1F", "!!int x", "!!int ''", "!!int 1e3", "!!int 017"),
    *("!!float 1", "!!float 1.50", "!!float x", "!!float .inf", "!!null ''", "!!null x", "!!null ~"),
    *("!!bool true", "!!bool 'true'", "!!bool on", "!!bool yes", "!!bool 1", "!!str 5", "!!str true", "!!unknown 5"),
    *("!!binary aGVsbG8=", "!!binary 'aGVs bG8='", "!!binary @@", "!!binary aGVsbG8", "!own x"),
    *(r'"a\/b"', r'"a\\/b"', r'"a\\\/b"', r"'a\/b'", r"a\/b", r'"\x41\u00e9"'),
)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_with_a_tag_is_what_compose_reads(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"name: p\nservices:\n  s:\n    image: i\n    environment:\n      A: {value}\n"
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    theirs = oracle.config([tmp_path / "compose.yaml"], cwd=tmp_path)
    code = main(["config", "--compose", "2", "--format", "json", "compose.yaml"])
    ours = capsys.readouterr().out
    assert (code == CLEAN) is (theirs.project is not None), theirs.error
    if theirs.project is not None:
        assert json.loads(ours)["services"]["s"]["environment"] == theirs.project["services"]["s"]["environment"]


def test_an_escape_that_is_none_is_refused_in_a_key_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text('services: {s: {image: i, labels: {"a\\/b": c}}}\n', encoding="utf-8")
    assert main(["check", str(path)]) == UNCHECKED
    assert "has the escape \\/" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "value", "kept"), [("user", "!!binary cm9vdA==", "root"), ("privileged", "!!bool true", True)]
)
def test_a_tag_hides_no_privilege(
    key: str, value: str, kept: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text(f"services: {{s: {{image: i, {key}: {value}}}}}\n", encoding="utf-8")
    assert main(["config", "--format", "json", str(path)]) == CLEAN
    assert json.loads(capsys.readouterr().out)["services"]["s"][key] == kept
