"""Each file is checked by the configuration that is nearest to it, and by what that says of its path."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.cli import main

if TYPE_CHECKING:
    from pathlib import Path

PRIVILEGED = "services:\n  web:\n    image: web:1\n    privileged: true\n"
ALL = "services:\n  web:\n    image: web:1\n    cap_add: [PERFMON]\n    cap_drop: [ALL]\n"


@pytest.fixture(autouse=True)
def in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b", "b/c"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "compose.yaml").write_text(PRIVILEGED)
    (tmp_path / "compose.yaml").write_text(PRIVILEGED)


def found(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[tuple[str, str, str]]]:
    """Return the exit code, and path, rule and severity of each finding of the rules that are looked at here."""
    code = main(["check", "--format", "json", *words])
    told = capsys.readouterr()
    assert told.out, told.err
    findings = json.loads(told.out)["findings"]
    about = {"privileged", "new-privileges", "unknown-capability"}
    return code, sorted((one["path"], one["rule"], one["severity"]) for one in findings if one["rule"] in about)


def write(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_nearest_file_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str], jobs: str) -> None:
    write(tmp_path / ".dropcap.toml", 'select = ["privileged"]\n')
    write(tmp_path / "a" / ".dropcap.toml", 'select = ["new-privileges"]\n')
    write(tmp_path / "b" / ".dropcap.toml", 'extends = "../.dropcap.toml"\n[severity]\nprivileged = "low"\n')
    write(tmp_path / "b" / "c" / "pyproject.toml", '[tool.dropcap]\nignore = ["new-privileges"]\n')
    code, findings = found(capsys, ".", "--jobs", jobs)
    assert code == 1
    assert findings == [
        ("a/compose.yaml", "new-privileges", "low"),
        ("b/c/compose.yaml", "privileged", "critical"),
        ("b/compose.yaml", "privileged", "low"),
        ("compose.yaml", "privileged", "critical"),
    ]


def test_it_counts_wherever_the_run_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a" / ".dropcap.toml", 'select = ["new-privileges"]\n')
    monkeypatch.chdir(tmp_path / "b")
    assert found(capsys, "../a/compose.yaml")[1] == [("../a/compose.yaml", "new-privileges", "low")]
    assert found(capsys, str(tmp_path / "a"))[1][0][1] == "new-privileges"


def test_where_none_lies_above_a_file_that_of_the_current_folder_counts(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    outer = tmp_path_factory.mktemp("outer")
    (outer / ".git").mkdir()
    write(outer / "compose.yaml", PRIVILEGED)
    write(tmp_path / ".dropcap.toml", 'select = ["privileged"]\n')
    assert [one[1] for one in found(capsys, str(outer))[1]] == ["privileged"]


def test_the_command_line_counts_more_than_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / ".dropcap.toml", '[[per-path]]\npaths = ["b/c/"]\nignore = ["privileged"]\nfail-on = "never"\n')
    write(tmp_path / "a" / ".dropcap.toml", 'ignore = ["privileged"]\nfail-on = "never"\n')
    _, findings = found(capsys, ".", "--select", "privileged")
    assert [path for path, *_ in findings] == ["a/compose.yaml", "b/c/compose.yaml", "b/compose.yaml", "compose.yaml"]
    assert found(capsys, "a", "--select", "privileged", "--fail-on", "low")[0] == 1
    assert found(capsys, "a", "--select", "privileged")[0] == 0


def test_a_named_file_counts_for_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "a" / ".dropcap.toml", 'select = ["new-privileges"]\n')
    write(
        tmp_path / "mine.toml",
        'select = ["privileged"]\n[[per-path]]\npaths = ["/b"]\nseverity = {privileged = "low"}\n',
    )
    _, findings = found(capsys, ".", "--config", "mine.toml")
    assert findings == [
        ("a/compose.yaml", "privileged", "critical"),
        ("b/c/compose.yaml", "privileged", "low"),
        ("b/compose.yaml", "privileged", "low"),
        ("compose.yaml", "privileged", "critical"),
    ]


def test_each_file_has_its_threshold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / ".dropcap.toml", 'fail-on = "never"\nselect = ["privileged"]\n')
    assert found(capsys, ".")[0] == 0
    write(
        tmp_path / ".dropcap.toml",
        'fail-on = "never"\nselect = ["privileged"]\n[[per-path]]\npaths = ["b"]\nfail-on = "low"\n',
    )
    assert found(capsys, ".")[0] == 1
    assert found(capsys, "a")[0] == 0


def test_what_a_file_excludes_is_left_out_from_its_own_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / ".dropcap.toml", 'select = ["privileged"]\n')
    write(tmp_path / "b" / ".dropcap.toml", 'extends = "../.dropcap.toml"\nexclude = ["/c"]\n')
    assert [path for path, *_ in found(capsys, ".")[1]] == ["a/compose.yaml", "b/compose.yaml", "compose.yaml"]
    assert [path for path, *_ in found(capsys, "b/c/compose.yaml")[1]] == ["b/c/compose.yaml"]
    assert [path for path, *_ in found(capsys, ".", "--exclude", "/a")[1]] == ["b/compose.yaml", "compose.yaml"]


def test_what_lies_in_a_folder_is_excluded_wherever_the_run_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / ".dropcap.toml", 'select = ["privileged"]\nexclude = ["b/c/"]\n')
    monkeypatch.chdir(tmp_path / "b")
    assert [path for path, *_ in found(capsys, ".")[1]] == ["compose.yaml"]


def test_all_that_is_excluded_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "a" / ".dropcap.toml", 'exclude = ["*"]\n')
    assert main(["check", "a"]) == 2
    assert "leaves out a/compose.yaml" in capsys.readouterr().err


def test_that_no_rule_is_left_for_a_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / ".dropcap.toml", '[[per-path]]\npaths = ["a"]\nselect = ["privileged"]\nignore = ["privileged"]\n')
    assert main(["check", "."]) == 2
    assert "a/compose.yaml: no rule is left for this file" in capsys.readouterr().err


def test_rules_that_there_are_none_of_are_all_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        tmp_path / ".dropcap.toml",
        'ignore = ["net-rawe"]\n[severity]\nnope = "low"\n[[per-path]]\npaths = ["x"]\nselect = ["b"]\n',
    )
    write(tmp_path / "a" / ".dropcap.toml", '[[allow]]\nrules = ["priviledged"]\n')
    assert main(["check", "."]) == 2
    err = capsys.readouterr().err
    assert "dropcap: .dropcap.toml:1: no rule is named 'net-rawe' (did you mean net-raw?)" in err
    assert "dropcap: .dropcap.toml:3: no rule is named 'nope'" in err
    assert "dropcap: .dropcap.toml:4: no rule is named 'b'" in err
    assert "dropcap: a/.dropcap.toml:1: no rule is named 'priviledged' (did you mean privileged?)" in err


def test_a_broken_file_anywhere_ends_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "b" / ".dropcap.toml", "engine = docker\nx = 1\n")
    assert main(["check", "."]) == 2
    err = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in err] == ["b/.dropcap.toml:1", "b/.dropcap.toml:2"]


def test_the_engine_of_a_path_and_of_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        tmp_path / ".dropcap.toml",
        '[[per-path]]\npaths = ["a"]\nengine = "podman"\n[[per-path]]\npaths = ["b"]\nengine = "docker"\n',
    )
    write(tmp_path / "podman-compose.dev.yml", PRIVILEGED)
    write(tmp_path / "b" / "podman-compose.yml", PRIVILEGED)

    def engines(*words: str) -> dict[str, str]:
        assert main(["caps", "--format", "json", ".", *words]) == 0
        return {one["path"]: one["engine"] for one in json.loads(capsys.readouterr().out)["containers"]}

    assert engines() == {
        "a/compose.yaml": "podman",
        "b/c/compose.yaml": "docker",
        "b/compose.yaml": "docker",
        "b/podman-compose.yml": "docker",
        "compose.yaml": "docker",
        "podman-compose.dev.yml": "podman",
    }
    assert set(engines("--engine", "docker").values()) == {"docker"}


def test_an_engine_s_version_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "compose.yaml", ALL)
    write(tmp_path / "a" / "compose.yaml", ALL)
    assert found(capsys, ".", "--select", "unknown-capability") == (0, [])
    write(tmp_path / ".dropcap.toml", '[[per-path]]\npaths = ["a"]\nengine-version = "20.10"\n')
    assert found(capsys, ".", "--select", "unknown-capability") == (
        1,
        [("a/compose.yaml", "unknown-capability", "high")],
    )
    code, findings = found(capsys, ".", "--select", "unknown-capability", "--engine-version", "20.10")
    assert (code, len(findings)) == (1, 2)
    assert found(capsys, "compose.yaml", "--select", "unknown-capability", "--engine-version", "20.10")[0] == 1
    assert main(["check", ".", "--engine-version", "1"]) == 2
    assert capsys.readouterr().err.startswith("dropcap: --engine-version: dropcap does not know Docker 1;")


def test_each_file_s_configuration_accepts_for_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accepts = '[[allow]]\nrules = ["privileged"]\nreason = "x"\n'
    write(tmp_path / "a" / ".dropcap.toml", accepts)
    write(tmp_path / "b" / "base.toml", "\n" + accepts)
    write(tmp_path / "b" / ".dropcap.toml", 'extends = "base.toml"\n')
    assert main(["check", ".", "--select", "privileged,unused-ignore", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in report["findings"]] == ["compose.yaml"]
    places = [one["suppression"]["place"] for one in report["suppressed"]]
    assert places == ["a/.dropcap.toml:1", "b/base.toml:2", "b/base.toml:2"]
    assert main(["check", "a/compose.yaml", "--select", "privileged"]) == 0


def test_what_a_file_s_configuration_accepts_in_vain_is_told_where_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "b" / "base.toml", '\n\n[[allow]]\nrules = ["host-pid"]\nreason = "x"\n')
    write(tmp_path / "b" / ".dropcap.toml", 'extends = "base.toml"\n')
    main(["check", ".", "--select", "host-pid,unused-ignore", "--format", "json"])
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["path"], finding["line"]) == ("b/base.toml", 3)
