"""The configuration file is found, read, and refused with a word where it is wrong."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dropcap.config import Config, ConfigError, load_config
from dropcap.model import Engine, Severity

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def test_without_a_file_there_are_defaults() -> None:
    assert load_config() == Config(Engine.DOCKER, Severity.MEDIUM, (), (), ())


def test_every_key_is_read(tmp_path: Path) -> None:
    text = 'engine = "podman"\nfail-on = "low"\nselect = ["a"]\nignore = ["b"]\nexclude = ["c/"]\nmarkdown = true\n'
    text += 'compose = 2\nextend-select = ["d"]\n'
    (tmp_path / ".dropcap.toml").write_text(text)
    config = load_config()
    assert config[:-1] == (Engine.PODMAN, Severity.LOW, ("a",), ("d",), ("b",), ("c/",), True, 2)
    assert config.place("ignore", "b") == ".dropcap.toml:4"


def test_pyproject_serves_where_it_speaks_of_dropcap(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert load_config() == Config()
    (tmp_path / "pyproject.toml").write_text('[tool.dropcap]\nengine = "nerdctl"\n')
    assert load_config().engine is Engine.NERDCTL


@pytest.mark.parametrize(
    "text",
    [
        'tool.dropcap.engine = "podman"\n',
        '[tool]\ndropcap = {engine = "podman"}\n',
        '[tool."dropcap"]\nengine = "podman"\n',
        "[ tool . dropcap ]\nengine = 'podman'\n",
        '[tool]\ndropcap.engine = "podman"\n',
    ],
)
def test_the_table_counts_however_it_is_written(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert load_config().engine is Engine.PODMAN
    (tmp_path / "pyproject.toml").write_text(text.replace("podman", "lxc"))
    line = text[: text.index("engine")].count("\n") + 1
    with pytest.raises(ConfigError, match=rf"^pyproject\.toml:{line}: engine = 'lxc'"):
        load_config()


@pytest.mark.parametrize("text", ["tool = 5 # [tool.dropcap]\n", '[tool]\na = "dropcap"\n', "[project]  # dropcap\n"])
def test_a_pyproject_without_the_table_hides_no_file_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / ".dropcap.toml").write_text('engine = "podman"\n')
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path / "a")
    assert load_config().engine is Engine.PODMAN


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".dropcap.toml").mkdir()
    with pytest.raises(ConfigError, match=r"^\.dropcap\.toml: is a folder, and dropcap needs a file$"):
        load_config()
    (tmp_path / ".dropcap.toml").rmdir()
    os.mkfifo(tmp_path / ".dropcap.toml")
    with pytest.raises(ConfigError, match=r"^\.dropcap\.toml: is not a regular file$"):
        load_config()


def test_a_pyproject_that_cannot_be_read_may_hold_the_configuration(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml: is not a regular file, .*; name the configuration with"):
        load_config()
    (tmp_path / "pyproject.toml").unlink()
    (tmp_path / "pyproject.toml").symlink_to("/etc/hostname")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml: lies outside the project"):
        load_config()


def test_a_pyproject_that_is_not_there_has_no_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").symlink_to("nowhere")
    assert load_config() == Config()
    (tmp_path / "pyproject.toml").unlink()
    (tmp_path / "pyproject.toml").mkdir()
    assert load_config() == Config()


def test_the_nearest_file_up_to_the_repository_s_top_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".dropcap.toml").write_text('engine = "podman"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert load_config().engine is Engine.PODMAN
    (tmp_path / "a" / ".git").mkdir()
    assert load_config().engine is Engine.DOCKER


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nengine = ?", r"\.dropcap\.toml: not TOML: Invalid value \(at line 2, column 10\)"),
        ('engin = "docker"', "toml:1: unknown key 'engin'; write one of compose, engine, exclude, extend-select"),
        ('# x\nengine = "lxc"', "toml:2: engine = 'lxc': write one of docker, podman, nerdctl, swarm"),
        ("fail-on = 3", "fail-on = 3: write one of low, medium, high, critical"),
        ('select = "a"', "select = 'a': must be a list of strings"),
        ("select = [1]", "must be a list of strings"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / ".dropcap.toml").write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_config()
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".dropcap.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config()
    with pytest.raises(ConfigError, match=r"gone\.toml: does not exist"):
        load_config("gone.toml")


def test_the_table_in_pyproject_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool.dropcap = 1\n# [tool.dropcap]\n")
    with pytest.raises(ConfigError, match="must be a table"):
        load_config()
