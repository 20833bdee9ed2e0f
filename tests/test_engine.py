"""Files and rules in, one report out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.check import Setup, check_file
from dropcap.discover import Target
from dropcap.model import Container, Engine, Level, Problem, Severity
from dropcap.real_paths import real_path
from dropcap.report import to_report
from dropcap.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

    from dropcap.model import FileResult
    from dropcap.rule import Check


def rule(check: Check, rule_id: str = "some-rule") -> Rule:
    return Rule(rule_id, Severity.LOW, "It is so.", "It is so.", check, None, __file__)


def added(container: Container) -> Iterator[Problem]:
    for entry in container.cap_add:
        yield Problem(entry, f"adds {entry.value}", (entry.value,))


def absent(container: Container) -> Iterator[Problem]:
    yield Problem(container.anchor, "drops nothing")


def checked(target: Target, data: bytes, rules: Sequence[Rule], engine: Engine) -> FileResult:
    return check_file(target, rules, Setup(engine, overlay={real_path(target.path): data}))


def check(
    text: str, *rules: Rule, syntax: str = "compose", path: str = "compose.yaml", named: bool = True
) -> FileResult:
    return checked(Target(path, syntax, named), text.encode(), rules, Engine.PODMAN)


SHARED = """\
x-base: &base
  image: nginx
  cap_add: [SYS_TIME]
services:
  one:
    <<: *base
  two:
    <<: *base
  three:
    image: nginx
    cap_add: [SYS_TIME]
"""


def test_what_containers_share_by_an_anchor_is_said_once_and_names_them_all() -> None:
    findings = to_report([check(SHARED, rule(added))]).findings
    assert [(one.container.name, [other.name for other in one.shared_by]) for one in findings] == [
        ("one", ["two"]),
        ("three", []),
    ]


def test_an_absence_is_each_container_s_own() -> None:
    findings = to_report([check(SHARED, rule(absent))]).findings
    assert [one.container.name for one in findings] == ["one", "two", "three"]


def test_no_two_findings_of_a_report_are_the_same() -> None:
    text = "docker run --cap-add X --cap-add X alpine\ndocker run --cap-add X alpine\n"
    result = check(text, rule(added), rule(absent), syntax="script", path="run.sh")
    assert [container.name for container in result.containers] == ["alpine", "alpine"]
    identities = [finding.identity for finding in to_report([result]).findings]
    assert len(identities) == len(set(identities)) == 5


def test_the_engine_of_the_run_is_for_files_that_name_none() -> None:
    assert {container.engine for container in check(SHARED).containers} == {Engine.PODMAN}
    text = "docker run alpine\nnerdctl run alpine\n"
    engines = [container.engine for container in check(text, syntax="script", path="run.sh").containers]
    assert engines == [Engine.DOCKER, Engine.NERDCTL]


def test_a_rule_that_raises_is_a_failure_and_the_others_go_on() -> None:
    def broken(container: Container) -> Iterator[Problem]:
        yield Problem(container.anchor, "said before it broke")
        raise KeyError(container.name)

    result = check(SHARED, rule(broken, "broken"), rule(added))
    assert [failure.message.partition(":")[0] for failure in result.failures] == [
        "the rule broken failed on one and 2 more"
    ]
    assert {finding.rule for finding in result.findings} == {"some-rule"}


def test_a_reader_that_raises_is_a_failure_that_asks_to_be_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError("maximum depth")

    monkeypatch.setattr("dropcap.carriers.compose.load", broken)
    result = check(SHARED, rule(added))
    (failure,) = result.failures
    assert not result.read
    assert (failure.path, failure.level) == ("compose.yaml", Level.DEFECT)
    assert re.match(
        r"the compose reader failed: RecursionError at carriers/compose/__init__\.py:\d+; ", failure.message
    )
    assert "please report it" in failure.message
    assert failure.trace.startswith("Traceback (most recent call last):\n")
    assert failure.trace.endswith("RecursionError: maximum depth\n")


def test_a_file_of_another_kind_is_a_word_in_a_walk_and_an_error_when_named() -> None:
    for named, level in ((True, Level.ERROR), (False, Level.NOTE)):
        result = check("on: push\njobs: {}\n", named=named)
        assert [failure.level for failure in result.failures] == [level]
        assert not result.read


def test_a_broken_file_is_an_error_wherever_it_was_found() -> None:
    for named in (True, False):
        assert [failure.level for failure in check("services: [", named=named).failures] == [Level.ERROR]


def test_a_report_is_ordered_by_path_and_place_whatever_came_first() -> None:
    results = [check(SHARED, rule(added), rule(absent), path=path) for path in ("b.yml", "a.yml")]
    report = to_report(results)
    places = [finding.problem.where.source.region(finding.problem.where.span)[:3] for finding in report.findings]
    assert places == sorted(places)
    assert report == to_report(reversed(results))
    assert report.files == 2


def test_bytes_that_are_no_text_are_one_failure_at_their_place() -> None:
    result = checked(Target("compose.yaml", "compose", named=True), b"a: b\n\xff", (), Engine.DOCKER)
    (failure,) = result.failures
    assert failure.source is not None
    assert failure.span is not None
    assert failure.source.region(failure.span)[:3] == ("compose.yaml", 2, 1)
    assert failure.message == "not UTF-8 text: byte 0xff; save the file as UTF-8"
