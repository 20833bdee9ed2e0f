"""A finding is known again: from any folder, by any way, and whatever stands around it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.check import Setup, check_text
from dropcap.cli import main
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.writers.fingerprint import identity_hash
from dropcap.writers.grouping import grouped

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = "services:\n  web:\n    image: x\n    cap_add: [NET_ADMIN]\n"
SCRIPT = "docker run alpine\ndocker run --cap-add SYS_TIME alpine\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "project"
    (top / ".git").mkdir(parents=True)
    (top / "a" / "b").mkdir(parents=True)
    (top / "a" / "compose.yaml").write_text(COMPOSE)
    (top / "a" / "run.sh").write_text(SCRIPT)
    monkeypatch.chdir(top)
    return top


def fingerprints(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    main(["check", "--format", "json", *words])
    return sorted(finding["fingerprint"] for finding in json.loads(capsys.readouterr().out)["findings"])


def test_it_is_the_same_from_every_folder_and_by_every_way(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = fingerprints(capsys, ".")
    assert len(set(expected)) == len(expected) > 4
    (project.parent / "link").symlink_to(project)
    for folder, words in (
        (".", ["a"]),
        ("a", ["."]),
        ("a", ["compose.yaml", "run.sh"]),
        ("a/b", [".."]),
        ("a/b", ["../compose.yaml", "../run.sh"]),
        ("..", ["project"]),
        ("..", ["link/a"]),
        ("/", [str(project)]),
        ("/", [str(project / "a" / "compose.yaml"), str(project / "a" / "run.sh")]),
    ):
        monkeypatch.chdir(project / folder)
        assert fingerprints(capsys, *words) == expected, (folder, words)


@pytest.mark.parametrize("is_submodule", [True, False])
def test_it_is_the_same_whichever_repositories_lie_beside_it_or_around_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_submodule: bool
) -> None:
    monkeypatch.chdir(project.parent)
    expected = fingerprints(capsys, "project")
    (project.parent / "second").mkdir()
    if is_submodule:
        (project.parent / ".git").mkdir()
    project.rename(project.parent / "second" / "project")
    copy = project.parent / "first"
    (copy / "a").mkdir(parents=True)
    (copy / ".git").write_text("gitdir: elsewhere\n")
    (copy / "a" / "compose.yaml").write_text(COMPOSE)
    (copy / "a" / "run.sh").write_text(SCRIPT)
    assert fingerprints(capsys, "second") == expected
    assert fingerprints(capsys, "first") == expected
    assert fingerprints(capsys, ".") == sorted([*expected, *expected])
    assert fingerprints(capsys, "first/a/run.sh", "second/project/a/run.sh", "first/a", "second") == sorted(
        [*expected, *expected]
    )


def test_it_is_the_same_by_f_and_from_standard_input(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = fingerprints(capsys, "a/compose.yaml")
    assert fingerprints(capsys, "-f", "a/compose.yaml") == expected
    monkeypatch.chdir(project / "a")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(COMPOSE.encode())))
    assert fingerprints(capsys, "-", "--stdin-filename", "compose.yaml") == expected


@pytest.mark.parametrize(
    "text",
    [
        f"# a line\n\n{SCRIPT}",
        f"{SCRIPT}docker run alpine\n",
        f"{SCRIPT}docker run --privileged other\n",
        SCRIPT.replace("docker run alpine", "docker run --rm \\\n  alpine"),
    ],
)
def test_lines_above_and_containers_behind_change_none(
    project: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = fingerprints(capsys, "a/run.sh")
    (project / "a" / "run.sh").write_text(text)
    assert set(before) <= set(fingerprints(capsys, "a/run.sh"))


def test_a_container_before_changes_those_alone_that_are_equal_to_its_own(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "a" / "run.sh").write_text("docker run --cap-add SYS_TIME alpine\n")
    before = fingerprints(capsys, "a/run.sh")
    (project / "a" / "run.sh").write_text("docker run alpine\ndocker run --cap-add SYS_TIME alpine\n")
    after = fingerprints(capsys, "a/run.sh")
    assert set(before) < set(after)


LINES = st.lists(
    st.sampled_from(["docker run alpine", "docker run --privileged alpine", "podman run --cap-add A x", "# text", ""])
)
RULES = load_rules(())


@given(LINES)
def test_no_two_findings_of_a_report_are_the_same(lines: list[str]) -> None:
    report = to_report([check_text("run.sh", "script", "\n".join(lines), RULES, Setup())])
    identities = [finding.identity for finding in report.findings]
    assert len(set(identities)) == len(identities)


SERVICES = {
    "web": "    <<: *wide\n",
    "app": "    <<: *wide\n",
    "job": "    cap_drop: [ALL]\n    cap_add: [SYS_TIME]\n",
    "db": "    user: '0'\n",
    "mail": "    image: x\n",
    "cache": "    image: x\n",
}


@given(st.permutations(list(SERVICES)))
def test_the_order_of_services_changes_none(order: list[str]) -> None:
    assert _of_services(order) == _of_services(sorted(SERVICES))


def _of_services(order: list[str]) -> set[str]:
    text = "x-wide: &wide\n  cap_add: [NET_ADMIN]\n  pid: host\nservices:\n"
    text += "".join(f"  {name}:\n{SERVICES[name]}" for name in order)
    report = to_report([check_text("compose.yaml", "compose", text, RULES, Setup())], (), RULES)
    groups = grouped(report.findings)
    assert any(one.shared_by for one in report.findings)
    assert len(groups) < len(report.findings)
    return {identity_hash(one) for one in (*report.findings, *groups)}
