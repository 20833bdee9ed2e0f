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
    assert config[:8] == (Engine.PODMAN, Severity.LOW, ("a",), ("d",), ("b",), ("c/",), True, 2)
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
    with pytest.raises(ConfigError, match=rf"^pyproject\.toml:{line}: engine: 'lxc' is not one of"):
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
    ("text", "messages"),
    [
        ("\nengine = ?", ["2: engine = ?: not TOML: invalid value"]),
        ('engin = "docker"', ["1: unknown key 'engin': did you mean 'engine'?"]),
        ('fail_on = "low"', ["1: unknown key 'fail_on': did you mean 'fail-on'?"]),
        ("colour = true", ["1: unknown key 'colour': there are allow, baseline, compose"]),
        ('# x\nengine = "lxc"', ["2: engine: 'lxc' is not one of docker, podman, nerdctl, swarm"]),
        (
            'fail-on = "hihg"',
            ["1: fail-on: 'hihg' is not one of low, medium, high, critical, never: did you mean 'high'?"],
        ),
        ("fail-on = 3", ["1: fail-on: is 3: write one of low, medium"]),
        ("compose = 4", ["1: compose: is 4: write one of 2, 5"]),
        ('select = "a"', ['1: select: must be a list: write ["a"]']),
        ("select = [1]", ['1: select: must be a text: put it in quotes, "1"']),
        ("markdown = 1", ["1: markdown: must be true or false"]),
        ('markdown = "true"', ["1: markdown: must be true or false, without quotes"]),
        ("markdown = True", ["1: write true, not True"]),
        ("engine = docker", ['1: put docker in quotes: engine = "docker"']),
        ("select = [\n  net-raw, # x\n  root-user\n]", ["2: put net-raw in quotes", "3: put root-user in quotes"]),
        ("engine-version = 20.10", ['1: engine-version: must be a text: put it in quotes, "20.10"']),
        ("engine-version = 20.10.7", ['1: put 20.10.7 in quotes: engine-version = "20.10.7"']),
        ('engine-version = "v24"', ["1: engine-version: 'v24' is not a version"]),
        ('engine-version = "19.03"', ["1: engine-version: dropcap does not know Docker 19.03; the oldest"]),
        ('engine = "podman"\nengine-version = "2"', ["2: engine-version: dropcap does not know Podman 2"]),
        ('engine = "nerdctl"\nengine-version = "2"', ["2: engine-version: nerdctl's versions make no difference"]),
        ("engine: docker", ["1: engine: docker: write = instead of the colon"]),
        ('engine = "docker', ['1: engine = "docker: the closing quote is missing']),
        ("engine = \u201cdocker\u201d", ["1: engine = \u201cdocker\u201d: write straight quotes"]),
        ("engine =", ["1: engine =: the value is missing"]),
        ("engine", ["1: engine: write `key = value`"]),
        ('select = ["a",', ['1: select = ["a",: the closing bracket is missing']),
        ('engine = "docker"\nengine = "podman"', ['2: engine = "podman": is written twice']),
        ("a = " + "[" * 5000, ["1: "]),
        ("[tool.dropcap]\nfail_on = 1", ["1: delete the header [tool.dropcap]", "2: unknown key 'fail_on'"]),
        ("[dropcap]\nmarkdown = 1", ["1: delete the header [dropcap]", "2: markdown: must be true or false"]),
        ('severity = "high"', ["1: severity: must be a table: write a header [severity]"]),
        ('[severity]\nnet-raw = "off"', ["2: severity.net-raw: 'off' is not one of", "name it in ignore"]),
        ('[severity]\nignore = ["a"]', ["2: 'ignore': this key is part of the table above it"]),
        ('[per-path]\npaths = ["a"]', ["1: per-path: must be a list of tables: write its header with two brackets"]),
        ('[[per-path]]\npath = ["a"]', ["1: per-path: the key 'paths' is missing", "2: unknown key 'path'"]),
        ("[[per-path]]\npaths = []", ["2: per-path.paths: is an empty list"]),
        ('paths = ["a"]', ["1: 'paths' belongs into [[per-path]]"]),
        ('[[allow]]\nexclude = ["a"]', ["2: 'exclude' does not belong into [[allow]]"]),
        ("[[allow]]", ["1: allow: is empty"]),
        ('[[allow]]\nrules = ["a"]\nexpires = 2027-02-30', ["3: there is no such day: 2027-02-30"]),
        ('[[allow]]\nrules = ["a"]\nexpires = "2027-02-30"', ["3: allow.expires: there is no such day"]),
        ('[[allow]]\ncapabilities = ["CAP_x"]', ["2: allow.capabilities: 'CAP_x' is not the name of a capability"]),
        ('exclude = ["a", "/"]', ["1: exclude: '/' is not a valid pattern"]),
        ('baseline = "../x.json"', ["1: baseline: lies outside the repository"]),
        ('extends = "gone.toml"', ["1: extends: gone.toml: does not exist"]),
        ('extends = ".env"', ["1: extends: .env does not end in .toml"]),
        ('extends = "/etc/x.toml"', ["1: extends: /etc/x.toml lies outside the repository"]),
        ('extends = ".dropcap.toml"', ["1: extends: the files extend each other in a circle"]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, messages: list[str]) -> None:
    (tmp_path / ".dropcap.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config()
    told = "\n".join(caught.value.messages)
    assert [message for message in messages if message not in told] == [], told
    assert all(line.startswith(".dropcap.toml:") and "\n" not in line for line in caught.value.messages)
    assert len(caught.value.messages) == len([one for one in messages if one[0].isdigit()])


def test_all_mistakes_of_a_file_are_told_in_their_order(tmp_path: Path) -> None:
    text = 'fail_on = "low"\nengine = podmn\nselect = [net-raw]\nengine-version = 20.10\n[severity]\nroot-user = "hi"\n'
    (tmp_path / ".dropcap.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config()
    lines = [int(message.split(":")[1]) for message in caught.value.messages]
    assert (lines, sorted(lines)) == ([1, 2, 2, 3, 4, 6], lines)


def test_of_very_many_mistakes_the_first_are_told(tmp_path: Path) -> None:
    (tmp_path / ".dropcap.toml").write_text("".join(f"key{number} = 1\n" for number in range(200)))
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert (len(caught.value.messages), caught.value.messages[-1]) == (51, "and 150 mistakes more")


def test_a_file_that_is_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".dropcap.toml").write_text("#" * 300_000)
    with pytest.raises(ConfigError, match="larger than 256 KiB"):
        load_config()


def test_a_pyproject_with_the_header_of_nobody_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[dropcap]\nfail-on = "low"\n')
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:1: write \[tool\.dropcap\], not \[dropcap\]"):
        load_config()


def test_a_file_that_is_not_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".dropcap.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config()
    with pytest.raises(ConfigError, match=r"gone\.toml: does not exist"):
        load_config("gone.toml")


def test_the_table_in_pyproject_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool.dropcap = 1\n# [tool.dropcap]\n")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:1: must be a table"):
        load_config()


def test_a_company_s_file_is_extended(tmp_path: Path) -> None:
    (tmp_path / "company").mkdir()
    (tmp_path / "company" / "base.toml").write_text(
        'extends = "more.toml"\nengine = "podman"\nignore = ["a"]\nextend-ignore = ["b"]\nexclude = ["c"]\n'
        'fail-on = "low"\n[severity]\na = "low"\nb = "low"\n[[allow]]\nrules = ["x"]\n'
    )
    (tmp_path / "company" / "more.toml").write_text("markdown = true\n")
    (tmp_path / ".dropcap.toml").write_text(
        'extends = "company/base.toml"\nengine-version = "4.4"\nignore = ["d"]\nextend-ignore = ["e"]\n'
        'exclude = ["f"]\n'
        '[severity]\nb = "high"\n'
    )
    config = load_config()
    assert (config.engine, config.fail_on, config.markdown) == (Engine.PODMAN, Severity.LOW, True)
    assert (config.ignored, config.exclude) == (("d", "b", "e"), ("c", "f"))
    assert (config.severity, config.versions) == ({"a": Severity.LOW, "b": Severity.HIGH}, {Engine.PODMAN: "4.4"})
    assert config.place("ignore", "d") == ".dropcap.toml:3"
    assert config.place("extend-ignore", "b") == "company/base.toml:4"
    assert [one.place for one in config.allow] == ["company/base.toml:10"]


def test_mistakes_of_a_file_that_is_extended_are_told_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("markdown = 1\n")
    (tmp_path / ".dropcap.toml").write_text('extends = "base.toml"\nengin = 1\n')
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert caught.value.messages == (
        ".dropcap.toml:2: unknown key 'engin': did you mean 'engine'?",
        "base.toml:1: markdown: must be true or false",
    )


def test_files_extend_each_other_in_no_circle_and_not_without_end(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number}.toml").write_text(f'extends = "{number + 1}.toml"\n')
    with pytest.raises(ConfigError, match="more than 8 files extend each other"):
        load_config("0.toml")
    (tmp_path / "3.toml").write_text('extends = "1.toml"\n')
    with pytest.raises(ConfigError, match=r"circle: 0\.toml extends 1\.toml extends 2\.toml extends 3\.toml extends 1"):
        load_config("0.toml")


def test_only_a_file_that_is_named_extends_one_that_lies_elsewhere(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outer = tmp_path_factory.mktemp("outer")
    (outer / "base.toml").write_text("markdown = true\n")
    (tmp_path / ".dropcap.toml").write_text(f'extends = "{outer}/base.toml"\n')
    with pytest.raises(ConfigError, match="lies outside the repository"):
        load_config()
    assert load_config(".dropcap.toml").markdown is True
    (tmp_path / "link.toml").symlink_to(outer / "base.toml")
    (tmp_path / ".dropcap.toml").write_text('extends = "link.toml"\n')
    with pytest.raises(ConfigError, match=r"link\.toml lies outside the repository"):
        load_config()
    (outer / "base.toml").write_text(f'extends = "{tmp_path}/x.toml"\n')
    (tmp_path / ".dropcap.toml").write_text(f'extends = "{outer}/base.toml"\n')
    with pytest.raises(ConfigError, match=r"x\.toml lies outside the repository"):
        load_config(".dropcap.toml")


def test_a_named_pyproject_has_to_speak_of_dropcap(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    with pytest.raises(ConfigError, match=r"^pyproject\.toml: has no table \[tool\.dropcap\]"):
        load_config("pyproject.toml")


@pytest.mark.parametrize(
    "text",
    [
        'engine = "podman"\nfail-on = "low"\nselect = ["privileged"]\nignore = ["net-raw"]\nexclude = ["vendor/"]\n',
        "markdown = true\ncompose = 2\n",
        'compose = "2"\nextend-select = ["unknown-user"]\n',
        'engine = "docker"\nfail-on = "medium"\nselect = []\nextend-select = []\nignore = ["useless-drop"]\n',
        'exclude = ["vendor/"]\nmarkdown = false\ncompose = 5\n',
    ],
)
def test_what_older_versions_took_is_taken(tmp_path: Path, text: str) -> None:
    (tmp_path / ".dropcap.toml").write_text(text)
    assert load_config().file is not None
    (tmp_path / ".dropcap.toml").unlink()
    (tmp_path / "pyproject.toml").write_text("[tool.dropcap]\r\n" + text.replace("\n", "\r\n"), newline="")
    assert load_config().file is not None


def test_what_is_accepted_is_read(tmp_path: Path) -> None:
    (tmp_path / ".dropcap.toml").write_text(
        '[[allow]]\nrules = ["a"]\ncapabilities = ["NET_RAW"]\ncontainer = "c-*"\nimage = "i"\npath = "p/"\n'
        'reason = "r"\nexpires = 2027-01-31\n[[allow]]\npath = ["q", "r"]\nexpires = "2027-02-01"\n'
    )
    one, two = load_config().allow
    assert one == (("a",), ("NET_RAW",), "c-*", "i", ("p/",), "r", "2027-01-31", ".dropcap.toml:1")
    assert (two.path, two.expires, two.place) == (("q", "r"), "2027-02-01", ".dropcap.toml:9")


def test_a_baseline_lies_beside_its_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".dropcap.toml").write_text('baseline = "known.json"\n')
    assert load_config().baseline == "known.json"
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert load_config().baseline == "../known.json"
