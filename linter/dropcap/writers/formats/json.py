"""The report for programs: one JSON object, versioned, one finding a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap import __version__
from dropcap.writers.ascii_json import dumps, known_entry, listed
from dropcap.writers.fingerprint import identity_hash, portable
from dropcap.writers.grouping import grouped
from dropcap.writers.partly import partly_known
from dropcap.writers.totals import by_rule, by_severity, stage_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Compared, Container, Failure, Finding, Report
    from dropcap.source import Region
    from dropcap.writers import Context
    from dropcap.writers.partly import Hidden

VERSION = 1
"""Raised when something is taken away or changes its meaning; new keys may come at any time."""


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield the object in pieces.

    Lines and columns count from 1, columns in code points, and an end column is the first one behind. Paths
    have forward slashes. A `fingerprint` stays while the finding does, whatever its lines and words. What equal
    containers lack, and what several have by the same text, is one finding: `shared_by` names the others. What is
    found and accepted stands in `suppressed`, each with a `suppression` that says why. What was known before and is
    gone stands in `fixed`, where something is compared. Of containers that exist `live` says what each holds, by its
    configuration and by what the kernel says of its processes.
    """
    findings = grouped(report.findings)
    tool = {"name": "dropcap", "version": __version__}
    yield f'{{"version": {VERSION}, "tool": {dumps(tool)},\n"findings": ['
    yield from listed(_finding(finding) for finding in findings)
    yield '],\n"suppressed": ['
    yield from listed(_suppressed(finding) for finding in grouped(report.suppressed))
    if report.compared is not None:
        yield '],\n"fixed": ['
        yield from listed(known_entry(one) for one in report.compared.fixed)
    live = [container for container in report.containers if container.live is not None]
    if live:
        from dropcap.writers.live_json import live_entry  # of what an engine says alone

        yield '],\n"live": ['
        yield from listed(map(live_entry, live))
    yield '],\n"failures": ['
    yield from listed(_failure(failure) for failure in report.failures)
    yield f'],\n"summary": {dumps(_summary(report, findings))}}}\n'


def _finding(finding: Finding) -> dict[str, Any]:
    problem, container = finding.problem, finding.container
    related = [
        {"message": related.message, **_place(related.where.source.region(related.where.span))}
        for related in problem.related
    ]
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        **_place(problem.where.source.region(problem.where.span)),
        "container": _named(container),
        "shared_by": [{**_named(one), **_place(one.source.region(one.span))} for one in finding.shared_by],
        "message": problem.message,
        "evidence": problem.evidence,
        "related": related,
        "fingerprint": identity_hash(finding),
    }


def _suppressed(finding: Finding) -> dict[str, Any]:
    why = finding.suppression
    return {**_finding(finding), "suppression": why._asdict() if why is not None else None}


def _named(container: Container) -> dict[str, Any]:
    return {"kind": container.kind.value, "name": container.name}


def _place(region: Region) -> dict[str, Any]:
    return {**region._asdict(), "path": portable(region.path)}


def _failure(failure: Failure) -> dict[str, Any]:
    line = column = None
    if failure.source is not None and failure.span is not None:
        _, line, column, _, _ = failure.source.region(failure.span)
    return {
        "path": portable(failure.path),
        "line": line,
        "column": column,
        "message": failure.message,
        "level": failure.level.value,
    }


def _summary(report: Report, findings: Sequence[Finding]) -> dict[str, Any]:
    stages = stage_count(report)
    partly = partly_known(report)
    return {
        "files": report.files,
        "containers": len(report.containers) - stages,
        "stages": stages,
        "findings": dict(reversed(by_severity(findings).items())),
        "rules": {one.rule: {"findings": one.findings, "containers": one.containers} for one in by_rule(findings)},
        "suppressed": len(grouped(report.suppressed)),
        **_compared(report.compared),
        "failures": len(report.failures),
        "partly_known": {"containers": partly.containers, "because": [_hidden(one) for one in partly.hidden]},
    }


def _compared(compared: Compared | None) -> dict[str, Any]:
    if compared is None:
        return {}
    words = {"with": compared.kind, "name": portable(compared.name)}
    return {
        "compared": {**words, "known": compared.known, "fixed": len(compared.fixed), "unsure": compared.unsure},
    }


def _hidden(one: Hidden) -> dict[str, Any]:
    unknown = one.unknown
    place = _place(unknown.source.region(unknown.span))
    return {"text": one.text, "reason": unknown.reason, **place, "containers": one.containers}
