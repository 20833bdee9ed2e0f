"""A baseline: what is known stays known wherever it moves, what is new is told, and what is gone is fixed."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dropcap.baseline.file import NAME, baseline_text
from dropcap.baseline.matching import known_findings, match
from dropcap.check import Setup, check_text
from dropcap.cli import main
from dropcap.model import KnownFinding, Severity
from dropcap.package_data import package_text
from dropcap.report import Standing, standing_of
from dropcap.rule import load_rules
from dropcap.source import Source
from handmade import finding, service
from steps import assert_linear

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dropcap.model import Finding

COMPOSE = """\
x-wide: &wide
  cap_add: [NET_ADMIN]
services:
  web:
    <<: *wide
    image: nginx
  app:
    <<: *wide
    image: x
  db:
    image: postgres
    cap_add: [SYS_ADMIN]
"""
SCRIPT = "docker run alpine\ndocker run --cap-add SYS_TIME alpine\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "project"
    (top / ".git").mkdir(parents=True)
    (top / "a").mkdir()
    (top / "a" / "compose.yaml").write_text(COMPOSE)
    (top / "run.sh").write_text(SCRIPT)
    monkeypatch.chdir(top)
    return top


@pytest.fixture
def written(project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["baseline"]) == 0
    capsys.readouterr()
    return project


def compared(capsys: pytest.CaptureFixture[str], *words: str, baseline: str = NAME) -> dict[str, Any]:
    code = main(["check", "--format", "json", "--fail-on", "low", "--baseline", baseline, *words])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert code == (1 if report["findings"] else 0)
    return report


def new(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (one["rule"], container["name"])
        for one in report["findings"]
        for container in (one["container"], *one["shared_by"])
    }


def fixed(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["rule"], one["container"]["name"]) for one in report["fixed"]}


def test_what_is_known_is_not_told_again(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = compared(capsys)
    assert (report["findings"], report["fixed"]) == ([], [])
    assert {one["suppression"]["kind"] for one in report["suppressed"]} == {"baseline"}
    assert report["summary"]["compared"]["known"] == len(json.loads((written / NAME).read_text())["findings"]) > 8


def test_the_file_is_what_its_schema_says_and_a_finding_a_line(written: Path) -> None:
    text = (written / NAME).read_text()
    data = json.loads(text)
    Draft202012Validator(json.loads(package_text("baseline", "baseline.schema.json"))).validate(data)
    lines = text.splitlines()
    assert len(lines) == len(data["findings"]) + 3
    assert [json.loads(line.rstrip(",")) for line in lines[2:-1]] == data["findings"]
    keys = [(one["path"], one["container"]["name"], one["rule"]) for one in data["findings"]]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("where", "words"),
    [(".", ["."]), ("a", ["."]), ("a", [".."]), ("..", ["project"]), ("/", ["{top}"]), (".", ["--jobs", "2", "."])],
)
def test_nothing_is_new_from_another_folder(
    written: Path, where: str, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(written / where)
    report = compared(capsys, *(word.format(top=written) for word in words), baseline=str(written / NAME))
    assert (report["findings"], report["fixed"]) == ([], [])


def test_nothing_is_new_in_a_copy(
    written: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(written, written.parent / "other" / "name")
    shutil.rmtree(written)
    monkeypatch.chdir(written.parent / "other" / "name")
    report = compared(capsys)
    assert (report["findings"], report["fixed"]) == ([], [])


def test_an_equal_service_is_new_although_it_is_said_with_others(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # By the alphabet and in the file it stands before all that are known.
    file = written / "a" / "compose.yaml"
    file.write_text(COMPOSE.replace("  web:\n", "  aaa:\n    <<: *wide\n    image: nginx\n  web:\n"))
    report = compared(capsys)
    assert {name for _, name in new(report)} == {"aaa"}
    assert ("high-capability", "aaa") in new(report)
    assert report["fixed"] == []


def test_what_is_gone_is_fixed(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (written / "a" / "compose.yaml").write_text(COMPOSE.replace("    cap_add: [SYS_ADMIN]\n", ""))
    (written / "run.sh").unlink()
    report = compared(capsys)
    assert ("critical-capability", "db") in fixed(report)
    assert {one["path"] for one in report["fixed"]} == {"a/compose.yaml", "run.sh"}
    main(["check", "--baseline", NAME])
    out = " ".join(capsys.readouterr().out.split())
    assert f"known findings are fixed since {NAME} was written; `dropcap baseline` takes them out: " in out
    assert " a/compose.yaml: critical: critical-capability (SYS_ADMIN) in service db " in out


def test_what_was_not_looked_at_is_not_fixed(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(capsys, "run.sh")["fixed"] == []
    assert compared(capsys, "--select", "privileged")["fixed"] == []
    assert compared(capsys, "--exclude", "run.sh")["fixed"] == []
    (written / "a" / "compose.yaml").unlink()
    assert compared(capsys, "run.sh")["fixed"] == []
    assert compared(capsys, "a", "run.sh")["fixed"] != []


def test_what_could_not_be_read_is_not_fixed(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (written / "a" / "compose.yaml").write_text("services: [\n")
    assert main(["check", "--format", "json", "--baseline", NAME]) == 2
    report = json.loads(capsys.readouterr().out)
    assert report["fixed"] == []
    assert report["summary"]["compared"]["unsure"] > 3


def test_what_a_variable_hides_is_not_fixed(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (written / "a" / "compose.yaml").write_text(COMPOSE.replace("[SYS_ADMIN]", "['${CAPABILITY}']"))
    report = compared(capsys)
    assert "db" not in {name for _, name in fixed(report)}
    main(["check", "--baseline", NAME])
    assert "1 known finding is not found, and may be there" in " ".join(capsys.readouterr().out.split())


def test_what_a_graver_finding_says_now_is_not_fixed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "a" / "compose.yaml"
    file.write_text("services:\n  web: {image: x, cap_add: [ALL]}\n")
    main(["baseline", "--select", "all-capabilities,all-added-and-dropped"])
    file.write_text("services:\n  web: {image: x, cap_add: [ALL], cap_drop: [ALL]}\n")
    capsys.readouterr()
    report = compared(capsys, "--select", "all-capabilities,all-added-and-dropped")
    assert new(report) == {("all-added-and-dropped", "web")}
    assert report["fixed"] == []


def test_a_comment_that_accepts_fixes_nothing(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written / "run.sh"
    comment = "# dropcap: ignore[new-privileges] -- it uses sudo\n"
    file.write_text(SCRIPT.replace("docker run --cap", f"{comment}docker run --cap"))
    report = compared(capsys)
    assert (report["findings"], report["fixed"]) == ([], [])


def test_sarif_says_what_is_new_and_leaves_out_what_is_known(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (written / "run.sh").write_text(f"{SCRIPT}docker run --privileged alpine\n")
    (written / "a" / "compose.yaml").unlink()
    main(["check", "--baseline", NAME, "--format", "sarif"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert [(one["ruleId"], one["baselineState"]) for one in results] == [
        ("new-privileges", "new"),
        ("privileged", "new"),
    ]
    main(["check", "--baseline", NAME, "--format", "sarif", "--show-suppressed"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert {one["baselineState"] for one in results} == {"new", "unchanged"}
    main(["check", "--format", "sarif"])
    assert "baselineState" not in capsys.readouterr().out


def test_to_write_it_again_keeps_what_this_run_cannot_tell(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (written / NAME).read_text()
    assert main(["baseline", "run.sh"]) == 0
    assert (written / NAME).read_text() == before
    assert f"{NAME}: 5 findings, " in capsys.readouterr().out
    (written / "run.sh").write_text("docker run --cap-add SYS_TIME alpine\n")
    assert main(["baseline", "run.sh"]) == 0
    assert "2 fixed since and taken out" in capsys.readouterr().out
    assert {one["path"] for one in json.loads((written / NAME).read_text())["findings"]} == {"a/compose.yaml", "run.sh"}
    assert main(["baseline", "--output", "-"]) == 0
    assert capsys.readouterr().out == (written / NAME).read_text()


def test_no_value_and_no_line_gets_into_it(project: Path) -> None:
    (project / "a" / "compose.yaml").write_text(
        "services:\n  web:\n    image: x\n    environment: [PASSWORD=correct-horse-battery]\n"
    )
    (project / "run.sh").write_text("docker run -e TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345 alpine\n")
    assert main(["baseline", "--extend-select", "guessable-secret"]) == 0
    text = (project / NAME).read_text()
    assert "secret-in-environment" in text
    assert "battery" not in text
    assert "ghp_" not in text
    assert '"line"' not in text


BROKEN = {
    "": "is not JSON",
    "{": "is not JSON",
    "[1]": "it has no version",
    '{"version": true, "findings": []}': "it has no version",
    '{"version": 2, "findings": []}': "is of version 2, and dropcap reads version 1",
    '{"version": 1}': "it has no list of findings",
    '{"version": 1, "findings": [{}]}': "something else than a finding at number 1",
    '{"version": 1, "findings": [\n<<<<<<< ours\n': "marks of a merge that is not finished (line 2)",
    "[" * 100_000: "is not JSON that dropcap reads",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:40])
def test_what_is_no_baseline_is_told_in_one_line(project: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (project / NAME).write_text(text)
    for words in (["check", "--baseline", NAME], ["baseline"]):
        assert main(words) == 2
        err = capsys.readouterr().err
        assert err.startswith(f"dropcap: {NAME} ")
        assert BROKEN[text] in err
        assert err.count("\n") == 1
    assert (project / NAME).read_text() == text


def test_what_cannot_be_read_is_told_in_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(project / "pipe")
    (project / "large").touch()
    os.truncate(project / "large", 16 * 1024 * 1024 + 1)
    (project / "bytes").write_bytes(b"\xff")
    for name, why in (
        ("none", "does not exist"),
        ("pipe", "is not a regular file"),
        ("a", "is a folder"),
        ("large", "is larger than 16 MiB"),
        ("bytes", "is not UTF-8 text"),
    ):
        assert main(["check", "--baseline", name]) == 2
        err = capsys.readouterr().err
        assert (why in err, err.count("\n")) == (True, 1)


def test_options_that_exclude_each_other(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.is_dir()
    assert main(["check", "--baseline", NAME, "--since", "HEAD"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_comments_are_written_for_what_is_new(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written / "run.sh"
    file.write_text(f"{SCRIPT}docker run --privileged other\n")
    assert main(["check", "--baseline", NAME, "--add-ignores", "--reason", "it has to"]) == 0
    comment = "# dropcap: ignore[new-privileges, privileged] -- it has to"
    assert file.read_text() == f"{SCRIPT}docker run --privileged other  {comment}\n"
    assert "1 comment written" in capsys.readouterr().out


# Matching by itself.
BODIES = (
    "    <<: *wide\n",
    "    image: x\n",
    "    image: x\n    user: '0'\n",
    "    image: x\n    privileged: true\n",
    "    image: x\n    cap_drop: [ALL]\n    cap_add: [SYS_TIME]\n",
)
SERVICES = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(BODIES), min_size=1)
LINES = st.lists(st.sampled_from(["", "# a line", "x-more: 1"]), max_size=3, unique=True)
RULES = load_rules(())


def standing(names: Sequence[str], bodies: dict[str, str], above: Sequence[str] = ()) -> Standing:
    text = "".join(f"{line}\n" for line in above) + "x-wide: &wide\n  cap_add: [NET_ADMIN]\n  pid: host\nservices:\n"
    text += "".join(f"  {name}:\n{bodies[name]}" for name in names)
    return standing_of([check_text("compose.yaml", "compose", text, RULES, Setup())], RULES)


@settings(max_examples=15)
@given(st.data(), SERVICES, LINES)
def test_order_and_lines_make_nothing_new_and_a_further_service_is(
    data: st.DataObject, bodies: dict[str, str], above: list[str]
) -> None:
    known = known_findings(standing(list(bodies), bodies))
    order = data.draw(st.permutations(list(bodies)))
    moved = match(standing(order, bodies, above), known)
    assert (moved.added, moved.left) == (0, ())
    place = data.draw(st.integers(0, len(order)))
    more = {**bodies, "new": data.draw(st.sampled_from(BODIES))}
    later = standing([*order[:place], "new", *order[place:]], more, above)
    matched = match(later, known)
    told = [
        one
        for number, findings in enumerate(later.lists())
        for index, one in enumerate(findings)
        if (number, index) not in matched.known
    ]
    assert {one.container.name for one in told} == {"new"}
    assert len(told) == matched.added == sum(one.container.name == "new" for one in later.results[0].findings)
    assert matched.left == ()


def by_hand(*severities: Severity) -> Standing:
    source = Source("compose.yaml", "services:\n  web: {}\n")
    found: list[Finding] = [finding(service(source, "web"), severity=one) for one in severities]
    return Standing((), tuple(found), ())


LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH


@pytest.mark.parametrize(
    ("before", "now", "told", "gone"),
    [
        ([LOW], [LOW], [], 0),
        ([LOW], [HIGH], [HIGH], 0),
        ([HIGH], [LOW], [], 0),
        ([LOW, HIGH], [HIGH, LOW], [], 0),
        ([HIGH], [LOW, HIGH], [LOW], 0),
        ([LOW, MEDIUM], [MEDIUM, MEDIUM], [MEDIUM], 0),
        ([HIGH, HIGH], [LOW], [], 1),
        ([MEDIUM, LOW], [HIGH], [HIGH], 1),
        ([], [LOW, LOW], [LOW, LOW], 0),
        ([LOW, LOW], [], [], 2),
    ],
)
def test_what_has_become_graver_is_new(
    before: list[Severity], now: list[Severity], told: list[Severity], gone: int
) -> None:
    later = by_hand(*now)
    matched = match(later, known_findings(by_hand(*before)))
    open_ones = [one.severity for index, one in enumerate(later.about_files) if (0, index) not in matched.known]
    assert (open_ones, len(matched.left), matched.added) == (told, gone, len(told))


def test_a_file_that_several_projects_include_is_one_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "common.yml").write_text("services:\n  base: {image: x, privileged: true}\n")
    (project / "a" / "compose.yaml").write_text("include: [../common.yml]\n")
    main(["baseline"])
    (project / "b").mkdir()
    (project / "b" / "compose.yaml").write_text("include: [../common.yml]\n")
    capsys.readouterr()
    report = compared(capsys)
    assert (report["findings"], report["fixed"]) == ([], [])


def test_many_findings_take_linear_steps() -> None:
    many = [KnownFinding("a", "service", str(n), "r", (), LOW, f"{n:032x}") for n in range(400)]
    assert_linear(lambda n: "".join(baseline_text(many[:n])), 200)
    assert_linear(lambda n: match(by_hand(*[LOW] * n), known_findings(by_hand(*[LOW] * n))), 50)
