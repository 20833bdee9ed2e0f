"""What a call asks of the exit code, the streams and the colours, and inputs that say by themselves what they are."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dropcap.cli import main
from dropcap.commands.output import wants_colour
from dropcap.config import load_config
from dropcap.exit_codes import CLEAN, DEFECT, FINDINGS, UNCHECKED
from dropcap.model import NEVER

if TYPE_CHECKING:
    from pathlib import Path

PRIVILEGED = "services:\n  web:\n    image: web:1\n    privileged: true\n"
PROFILES = "services:\n  a: {image: x, profiles: [debug, dev]}\n  b: {image: x}\n"
INSPECTED = [
    {
        "Id": "1",
        "Name": "/a",
        "Config": {"Image": "x", "Env": ["PLAIN=qxzjkvw"]},
        "HostConfig": {"Privileged": True, "CapAdd": None, "CapDrop": None},
    }
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (PRIVILEGED, ["--fail-on", "never"], CLEAN),
        (PRIVILEGED, ["--exit-zero"], CLEAN),
        (PRIVILEGED, ["--exit-zero", "--fail-on", "low"], CLEAN),
        ("services: [", ["--exit-zero"], UNCHECKED),
        ("services: [", ["--fail-on", "never"], UNCHECKED),
    ],
)
def test_findings_need_not_fail_a_run_and_what_was_not_checked_does(
    here: Path, text: str, words: list[str], code: int
) -> None:
    (here / "compose.yaml").write_text(text)
    assert main(["check", *words]) == code


def test_never_is_a_word_of_the_configuration_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "compose.yaml").write_text(PRIVILEGED)
    (here / ".dropcap.toml").write_text('fail-on = "never"\n')
    assert load_config().fail_on == NEVER
    assert main(["check"]) == CLEAN
    assert "none is" not in capsys.readouterr().out
    assert main(["check", "--fail-on", "critical"]) == FINDINGS


def test_a_dash_is_standard_output(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "compose.yaml").write_text(PRIVILEGED)
    for command in (["check", "--format", "line"], ["caps"], ["config"]):
        main([*command, "--output", "-"])
        assert "compose.yaml" in capsys.readouterr().out
    assert not (here / "-").exists()


def test_quiet_prints_findings_and_errors_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "compose.yaml").write_text(PRIVILEGED)
    (here / "t.compose.yaml").write_text("{{ if x }}\nservices: {}\n")
    (here / "b.compose.yaml").write_text("services: [")
    assert main(["check", "--quiet", "--select", "privileged"]) == UNCHECKED
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == ""
    assert out.count("compose.yaml") == 1
    assert err.count("\n") == 1
    assert err.startswith("b.compose.yaml:1:11: error:")
    (here / "b.compose.yaml").unlink()
    assert main(["check", "-q", "--select", "host-takeover"]) == CLEAN
    assert capsys.readouterr() == ("", "")


class Stream(io.StringIO):
    """A stream that is a terminal, or is none."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(
    ("environ", "choice", "on_terminal", "elsewhere"),
    [
        ({}, "auto", True, False),
        ({"FORCE_COLOR": "1"}, "auto", True, True),
        ({"FORCE_COLOR": "0"}, "auto", True, False),
        ({"FORCE_COLOR": ""}, "auto", True, False),
        ({"NO_COLOR": "1"}, "auto", False, False),
        ({"NO_COLOR": ""}, "auto", True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False, False),
        ({"TERM": "dumb"}, "auto", False, False),
        ({"NO_COLOR": "1"}, "always", True, True),
        ({"FORCE_COLOR": "1"}, "never", False, False),
    ],
)
def test_colours_are_as_the_call_then_the_environment_has_it(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], choice: str, *, on_terminal: bool, elsewhere: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    told = [wants_colour(Stream(is_terminal=one), choice) for one in (True, False)]
    assert told == [on_terminal, elsewhere]


def test_no_file_gives_commands_to_a_job_of_github(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = here / "::stop-commands::x"
    folder.mkdir()
    (folder / "compose.yaml").write_text(PRIVILEGED)
    (folder / "b.compose.yaml").write_text("services: [")
    for name in ("text", "line", "markdown", "github"):
        main(["check", "--format", name, "."])
        out, err = capsys.readouterr()
        lines = [line.lstrip() for line in (out + err).splitlines() if line.lstrip().startswith("::")]
        assert bool(lines) is (name == "github")
        assert all(line.startswith(("::error title=dropcap%3A ", "::notice title=dropcap%3A ")) for line in lines)
        assert r"\x3a:stop-commands::x/" in err


def test_a_file_has_colours_where_the_call_says_so_alone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "compose.yaml").write_text(PRIVILEGED.replace("web:1", "alpine"))
    monkeypatch.setenv("FORCE_COLOR", "1")
    for command in ("check", "caps"):
        main([command, "--output", "report"])
        assert "\x1b[" not in (here / "report").read_text()
        main([command, "--output", "report", "--color", "always"])
        assert "\x1b[" in (here / "report").read_text()


@pytest.mark.parametrize(("words", "code"), [(["check"], FINDINGS), (["check", "--exit-zero"], CLEAN), (["caps"], 0)])
def test_a_reader_that_has_gone_leaves_the_code_that_holds(here: Path, words: list[str], code: int) -> None:
    (here / "compose.yaml").write_text(PRIVILEGED)
    read, write = os.pipe()
    os.close(read)
    program = [sys.executable, "-m", "dropcap", *words]
    done = subprocess.run(program, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (code, "")


def test_a_reader_of_both_streams_that_has_gone_does_too(here: Path) -> None:
    (here / "compose.yaml").write_text("services: [")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "dropcap", "check"], stdout=write, stderr=write, check=False)
    os.close(write)
    assert done.returncode == UNCHECKED


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (json.dumps(INSPECTED), "stdin.json:1:"),
        (json.dumps(INSPECTED[0]), "stdin.json:1:"),
        (PRIVILEGED, "stdin.yaml:4:17: critical"),
        ("#!/bin/sh\ndocker run --privileged x\n", "stdin.sh:2:12: critical"),
    ],
)
def test_standard_input_is_known_by_what_it_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, place: str
) -> None:
    typed(monkeypatch, text)
    assert main(["check", "--format", "line", "--select", "privileged", "-"]) == FINDINGS
    assert capsys.readouterr().out.startswith(place)


def test_the_values_of_an_environment_that_has_no_name_are_hidden(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, json.dumps(INSPECTED))
    main(["check", "-"])
    assert "qxzjkvw" not in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "FROM llama3\n", "hello\n", "[]", '{"a": 1}', "a: 1\n", "docker run x\n"])
def test_a_text_that_may_be_anything_needs_a_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    typed(monkeypatch, text)
    assert main(["check", "-"]) == UNCHECKED
    assert capsys.readouterr().err == (
        "dropcap: - needs --stdin-filename NAME here: the text does not tell by itself what it is\n"
    )


def test_a_compose_file_on_standard_input_stands_alone(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "compose.override.yaml").write_text("services: {web: {cap_add: [SYS_ADMIN]}}\n")
    (here / "stdin.yaml").write_text("services: [")
    typed(monkeypatch, PRIVILEGED)
    main(["check", "--format", "json", "-"])
    report = json.loads(capsys.readouterr().out)
    assert report["failures"] == []
    assert {one["path"] for one in report["findings"]} == {"stdin.yaml"}


@pytest.mark.parametrize("words", [[".env"], ["--as-discovered", ".env"], [".env", "compose.yaml"]])
def test_a_file_of_variables_checks_its_project(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    (here / "compose.yaml").write_text("services: {web: {image: x, cap_add: [$MORE]}}\n")
    (here / ".env").write_text("MORE=SYS_ADMIN\n")
    assert main(["check", "--format", "line", "--select", "critical-capability", *words]) == FINDINGS
    out = capsys.readouterr().out
    assert out.startswith("compose.yaml:1:")
    assert out.count("\n") == 1


def test_a_file_of_variables_without_a_project(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / ".env").write_text("A=1\n")
    assert main(["check", "--as-discovered", ".env"]) == CLEAN
    assert main(["check", ".env"]) == UNCHECKED
    assert capsys.readouterr().err == ".env: error: no Compose project lies beside it; name the project's file\n"


def test_a_file_of_variables_of_an_excluded_project_is_left_alone(here: Path) -> None:
    (here / "vendor").mkdir()
    (here / "vendor" / "compose.yaml").write_text(PRIVILEGED)
    (here / "vendor" / ".env").write_text("A=1\n")
    assert main(["check", "--as-discovered", "--exclude", "vendor/", "vendor/.env"]) == CLEAN
    assert main(["check", "--as-discovered", "vendor/.env"]) == FINDINGS


def test_a_folder_of_markdown_says_how_to_look_at_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "README.md").write_text("```sh\ndocker run --privileged x\n```\n")
    assert main(["check"]) == UNCHECKED
    assert "add --markdown to check code in Markdown, as in README.md" in capsys.readouterr().err
    assert main(["check", "--markdown"]) == FINDINGS


@pytest.mark.parametrize("command", ["check", "caps", "config"])
def test_a_profile_that_no_service_has_is_told(here: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    (here / "compose.yaml").write_text(PROFILES)
    for word, advice in (
        ("debg", " (did you mean debug?)"),
        ("production", "; there are debug, dev"),
    ):
        assert main([command, "--profile", word]) == UNCHECKED
        assert capsys.readouterr().err == f"dropcap: --profile {word}: no service has it{advice}\n"
    for word in ("debug", "*"):
        main([command, "--profile", word])
        assert capsys.readouterr().err == ""
    (here / "compose.yaml").write_text("services: {b: {image: x}}\n")
    assert main([command, "--profile", "debug"]) == UNCHECKED
    assert "no project here has profiles" in capsys.readouterr().err


def test_a_profile_of_one_of_several_projects_is_known(here: Path) -> None:
    (here / "compose.yaml").write_text(PROFILES)
    (here / "sub").mkdir()
    (here / "sub" / "compose.yaml").write_text(PRIVILEGED)
    assert main(["check", "--profile", "dev"]) == FINDINGS
    # Nobody knows which profiles there are.
    (here / "sub" / "compose.yaml").write_text("services: [")
    assert main(["check", "--profile", "no"]) == UNCHECKED


def test_a_profile_is_not_asked_of_what_other_programs_pass_on(here: Path) -> None:
    (here / "Dockerfile").write_text("FROM x\n")
    assert main(["check", "--as-discovered", "--profile", "dev", "Dockerfile"]) == CLEAN


def test_one_run_writes_several_formats(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "compose.yaml").write_text(PRIVILEGED)
    formats = ("sarif", "markdown", "gitlab", "html")
    also = [word for name in formats for word in ("--also", f"{name}=also=.{name}")]
    assert main(["check", "--format", "line", *also]) == FINDINGS
    assert "compose.yaml:4:17: critical" in capsys.readouterr().out
    for name in formats:
        assert main(["check", "--format", name, "--output", name]) == FINDINGS
        assert (here / f"also=.{name}").read_text() == (here / name).read_text()


def test_what_a_format_could_not_find_out_is_said_once(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr("dropcap.needs.container.needs_of", fails)
    (here / "compose.yaml").write_text(PRIVILEGED)
    assert main(["check", "--format", "line", "--also", "html=1", "--also", "html=2"]) == DEFECT
    assert capsys.readouterr().err.count("what web needs cannot be found out") == 1


@pytest.mark.parametrize("word", ["sarif", "sarif=", "sarif=-", "no=file", "=file", "--config=x"])
def test_a_format_without_a_file_is_refused(here: Path, capsys: pytest.CaptureFixture[str], word: str) -> None:
    (here / "compose.yaml").write_text(PRIVILEGED)
    assert main(["check", f"--also={word}"]) == UNCHECKED
    out, err = capsys.readouterr()
    assert out == ""
    assert "write a format and a file, as sarif=dropcap.sarif" in err


def test_a_second_file_that_cannot_be_written_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "compose.yaml").write_text(PRIVILEGED)
    assert main(["check", "--also", "sarif=no/where"]) == UNCHECKED
    assert "cannot be written" in capsys.readouterr().err
