"""The report for programs: one JSON object, versioned, one finding a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap import __version__
from dropcap.writers.ascii_json import dumps, listed
from dropcap.writers.fingerprint import identity_hash, portable
from dropcap.writers.totals import by_severity, stage_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Container, Failure, Finding, Report
    from dropcap.source import Region
    from dropcap.writers import Context

VERSION = 1
"""Raised when something is taken away or changes its meaning; new keys may come at any time."""


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield the object in pieces.

    Lines and columns count from 1, columns in code points, and an end column is the first one behind. Paths
    have forward slashes. A `fingerprint` stays while the finding does, whatever its lines and words.
    """
    tool = {"name": "dropcap", "version": __version__}
    yield f'{{"version": {VERSION}, "tool": {dumps(tool)},\n"findings": ['
    yield from listed(_finding(finding) for finding in report.findings)
    yield '],\n"failures": ['
    yield from listed(_failure(failure) for failure in report.failures)
    yield f'],\n"summary": {dumps(_summary(report))}}}\n'


def _finding(finding: Finding) -> dict[str, Any]:
    problem, container = finding.problem, finding.container
    related = [
        {"message": related.message, **_place(related.where.source.region(related.where.span))}
        for related in problem.related
    ]
    related += [_shared(other) for other in finding.shared_by]
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        **_place(problem.where.source.region(problem.where.span)),
        "container": {"kind": container.kind.value, "name": container.name},
        "message": problem.message,
        "evidence": problem.evidence,
        "related": related,
        "fingerprint": identity_hash(finding),
    }


def _shared(container: Container) -> dict[str, Any]:
    message = f"also holds for {container.kind.value} {container.name}"
    return {"message": message, **_place(container.source.region(container.span))}


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


def _summary(report: Report) -> dict[str, Any]:
    stages = stage_count(report)
    return {
        "files": report.files,
        "containers": len(report.containers) - stages,
        "stages": stages,
        "findings": dict(reversed(by_severity(report).items())),
        "failures": len(report.failures),
    }
