"""What several files of a run have by the very same text is said once, and names them all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.cli import main

if TYPE_CHECKING:
    from pathlib import Path

BASE = "services:\n  web:\n    image: web:1\n    privileged: true\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"base.yaml": BASE})
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        at = folder / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(text)


def found(capsys: pytest.CaptureFixture[str], *paths: str, select: str = "privileged") -> list[dict[str, Any]]:
    main(["check", "--format", "json", "--select", select, *paths])
    findings: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return findings


EXTENDS = "services:\n  api:\n    extends: {file: ../base.yaml, service: web}\n"


@pytest.mark.parametrize("text", ["include: [../base.yaml]\n", EXTENDS, EXTENDS.replace("../", "./../")])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_one_line_of_a_base_is_one_finding(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, jobs: str
) -> None:
    write(folder, {f"p{number:02}/compose.yaml": text for number in range(17)})
    (one,) = found(capsys, ".", "--jobs", jobs)
    assert (one["path"], one["line"], len(one["shared_by"])) == ("base.yaml", 4, 16)
    assert [place["path"] for place in one["related"]] == [f"p{number:02}/compose.yaml" for number in range(17)]


def test_a_variable_that_two_projects_get_from_one_file_is_one_finding(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n    cap_add: ['${CAP}']\n"
    write(folder, {"common.env": "CAP=SYS_ADMIN\n", "a/compose.yaml": text, "b/compose.yaml": text})
    (one,) = found(capsys, "--env-file", "common.env", ".", select="critical-capability")
    assert one["path"] == "a/compose.yaml"
    assert [other["path"] for other in one["shared_by"]] == ["b/compose.yaml"]
    assert [(place["path"], place["line"]) for place in one["related"]] == [("common.env", 1)]


def test_what_two_variables_give_stays_two(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "services:\n  web:\n    image: web:1\n    privileged: ${P}\n  api:\n    image: web:1\n    privileged: ${Q}\n"
    write(folder, {".env": "P=true\nQ=true\n", "compose.yaml": text})
    assert len(found(capsys, "compose.yaml")) == 2
    write(folder, {"compose.yaml": text.replace("${Q}", "${P}")})
    (one,) = found(capsys, "compose.yaml")
    assert [other["name"] for other in one["shared_by"]] == ["api"]


def test_a_variable_that_only_raises_what_lines_say_does_not_join_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = "    image: web:1\n    pid: ${P}\n    cap_drop: [ALL]\n    cap_add: [SYS_PTRACE]\n"
    write(folder, {".env": "P=host\n", "compose.yaml": f"services:\n  web:\n{one}  api:\n{one}"})
    assert [found["line"] for found in found(capsys, ".", select="critical-capability")] == [6, 11]


def test_the_order_of_the_paths_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, {"a/compose.yaml": "include: [../base.yaml]\n", "b/compose.yaml": EXTENDS})
    assert found(capsys, "a", "b") == found(capsys, "b", "a")


def test_what_one_file_says_for_several_of_its_own_is_joined_with_that_of_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = EXTENDS + EXTENDS.partition("\n")[2].replace("api", "job")
    write(folder, {"a/compose.yaml": two, "b/compose.yaml": EXTENDS})
    (one,) = found(capsys, ".")
    assert [(other["name"], other["path"]) for other in one["shared_by"]] == [
        ("job", "a/compose.yaml"),
        ("api", "b/compose.yaml"),
    ]


def test_lines_of_several_files_that_only_look_alike_stay_apart(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, {"a/compose.yaml": BASE, "b/compose.yaml": BASE, "base.yaml": ""})
    assert [one["path"] for one in found(capsys, "a", "b")] == ["a/compose.yaml", "b/compose.yaml"]
