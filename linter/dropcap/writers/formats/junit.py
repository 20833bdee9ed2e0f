"""JUnit's XML, for programs that show tests: Jenkins, GitLab, Azure DevOps and others.

A file is a suite. Each finding is a test: it fails from the severity of `--fail-on` on, and below it passes and has
the finding in its output; one that is accepted is skipped, with the reason. A container without findings is a test
that passes; a file that could not be checked is an error.

Source: jenkinsci/xunit-plugin, junit-10.xsd, the strictest reader; nothing but what it allows is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Level
from dropcap.namedtuple import NamedTuple
from dropcap.printable import place, title
from dropcap.writers.fingerprint import portable
from dropcap.writers.grouping import grouped, owners
from dropcap.writers.markup import escaped, tag
from dropcap.writers.one_line import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Failure, Finding, Report
    from dropcap.writers import Context


class _Case(NamedTuple):
    """A test: what became of it (`passed`, `failed`, `skipped` or `error`), and its element."""

    result: str
    text: str


def write(report: Report, context: Context) -> Iterator[str]:
    """Yield a document with a suite for each file."""
    suites = _suites(report, context)
    every = [case for cases in suites.values() for case in cases]
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{tag("testsuites", name="dropcap", **_counts(every))}>\n'
    for path, cases in suites.items():
        skipped = sum(case.result == "skipped" for case in cases)
        yield f"<{tag('testsuite', name=path or '(no file)', **_counts(cases), skipped=skipped)}>\n"
        yield from (case.text for case in cases)
        yield "</testsuite>\n"
    yield "</testsuites>\n"


def _counts(cases: list[_Case]) -> dict[str, object]:
    results = [case.result for case in cases]
    return {"tests": len(cases), "failures": results.count("failed"), "errors": results.count("error")}


def _suites(report: Report, context: Context) -> dict[str, list[_Case]]:
    """Gather the tests of each file, by path."""
    suites: dict[str, list[_Case]] = {}
    has_findings: set[int] = set()
    for finding in grouped(report.findings):
        has_findings.update(map(id, owners(finding)))
        suites.setdefault(_path(finding), []).append(_of_finding(finding, fails=finding.fails(context.threshold)))
    for finding in report.suppressed:
        has_findings.update(map(id, owners(finding)))
        suites.setdefault(_path(finding), []).append(_accepted(finding))
    for failure in report.failures:
        if failure.level is not Level.NOTE:
            suites.setdefault(portable(failure.path), []).append(_of_failure(failure))
    for container in report.containers:
        if id(container) not in has_findings:
            path = portable(container.source.path)
            name = f"{title(container)} (line {container.source.region(container.span).line})"
            text = f"  <{tag('testcase', classname=path, name=name)}/>\n"
            suites.setdefault(path, []).append(_Case("passed", text))
    return dict(sorted(suites.items()))


def _path(finding: Finding) -> str:
    return portable(finding.problem.where.source.path)


def _of_finding(finding: Finding, *, fails: bool) -> _Case:
    where = finding.problem.where
    said, label = sentence(finding), finding.severity.label
    at = place(where.source.region(where.span))
    if fails:
        inside = f"<{tag('failure', type=label, message=said)}>{escaped(f'{at}: {label} [{finding.rule}]')}</failure>"
    else:
        inside = f"<system-out>{escaped(f'{at}: {label}: {said} [{finding.rule}]')}</system-out>"
    return _Case("failed" if fails else "passed", _case(_path(finding), _name(finding), inside))


def _accepted(finding: Finding) -> _Case:
    reason = finding.suppression.reason if finding.suppression else ""
    said = f"accepted: {reason or 'no reason is given'}"
    return _Case("skipped", _case(_path(finding), _name(finding), f"<{tag('skipped', message=said)}/>"))


def _name(finding: Finding) -> str:
    where = finding.problem.where
    return f"{finding.rule}: {title(finding.container)} (line {where.source.region(where.span).line})"


def _of_failure(failure: Failure) -> _Case:
    where = failure.path
    if failure.source is not None and failure.span is not None:
        where = place(failure.source.region(failure.span))
    inside = f"<{tag('error', type='not checked', message=failure.message)}>{escaped(where)}</error>"
    return _Case("error", _case(portable(failure.path), "not checked", inside))


def _case(path: str, name: str, inside: str) -> str:
    return f"  <{tag('testcase', classname=path, name=name)}>{inside}</testcase>\n"
