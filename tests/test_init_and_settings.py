"""`dropcap init` writes a configuration that is one, and `dropcap settings` says which counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.cli import main
from dropcap.config import load_config

if TYPE_CHECKING:
    from pathlib import Path

PRIVILEGED = "services:\n  web:\n    image: web:1\n    privileged: true\n"


@pytest.fixture(autouse=True)
def in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def uncommented(text: str) -> str:
    """Take the signs of comments off all suggestions."""
    lines = [line.removeprefix("# ") if " = " in line or line.startswith("# [") else line for line in text.split("\n")]
    return "\n".join(line.replace('    # "', '    "') for line in lines)


def test_init_writes_what_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "compose.yaml").write_text(PRIVILEGED)
    (tmp_path / "README.md").write_text("```sh\ndocker run web\n```\n")
    assert main(["init"]) == 0
    assert capsys.readouterr().out == ".dropcap.toml is written: read it, and change what does not fit\n"
    text = (tmp_path / ".dropcap.toml").read_text()
    assert "# Found here: 1 file, 1 container (1 service)\n" in text
    assert '    # "privileged",  # critical, 1 finding\n' in text
    assert ". Found: docker 1\n" in text
    config = load_config()
    assert (config.ignore, config.markdown, config.allow) == ((), False, ())
    (tmp_path / ".dropcap.toml").write_text(uncommented(text))
    config = load_config()
    assert "privileged" in config.ignore
    assert (len(config.per_path), len(config.allow), config.exclude) == (1, 1, ("vendor/",))
    assert main(["check", "."]) == 0


def test_init_writes_over_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".dropcap.toml").write_text("markdown = true\n")
    assert main(["init"]) == 2
    assert capsys.readouterr().err.startswith("dropcap: .dropcap.toml: is there already")
    assert main(["init", "--stdout"]) == 0
    assert 'engine = "docker"\n' in capsys.readouterr().out
    assert (tmp_path / ".dropcap.toml").read_text() == "markdown = true\n"
    (tmp_path / ".dropcap.toml").unlink()
    (tmp_path / "pyproject.toml").write_text("[tool.dropcap]\n")
    assert main(["init"]) == 2
    assert "pyproject.toml: configures dropcap already" in capsys.readouterr().err
    assert not (tmp_path / ".dropcap.toml").exists()


def test_init_in_a_folder_of_podman(tmp_path: Path) -> None:
    (tmp_path / "podman-compose.yml").write_text(PRIVILEGED)
    assert main(["init"]) == 0
    assert load_config().engine.value == "podman"


def test_init_where_there_is_nothing(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path)]) == 0
    assert load_config().file is not None
    assert main(["init", "gone"]) == 2


def test_settings_say_what_counts_and_where_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "base.toml").write_text('fail-on = "low"\n')
    (tmp_path / ".dropcap.toml").write_text('extends = "base.toml"\n[[per-path]]\npaths = ["a/"]\nengine = "podman"\n')
    (tmp_path / "a").mkdir()
    assert main(["settings", "a/compose.yaml", "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["configuration"], found["extends"]) == (".dropcap.toml", ["base.toml"])
    assert (found["per-path"], found["engine"], found["fail-on"]) == ([".dropcap.toml:2"], "podman", "low")
    assert main(["settings"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(".: .dropcap.toml\n")
    assert '  engine = "docker"\n' in out
    assert main(["settings", "podman-compose.yml"]) == 0
    assert '  engine = "podman"\n' in capsys.readouterr().out


def test_settings_without_a_file_are_the_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    assert capsys.readouterr().out.startswith(".: no configuration file; the defaults count\n")
