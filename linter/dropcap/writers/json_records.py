"""What the formats for programs have in common: each finding, failure and summary as a JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.writers.fingerprint import identity_hash, portable
from dropcap.writers.grouping import grouped
from dropcap.writers.partly import partly_known
from dropcap.writers.places import project_of
from dropcap.writers.totals import by_rule, by_severity, stage_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.model import Compared, Container, Failure, Finding, Report
    from dropcap.source import Region
    from dropcap.writers.partly import Hidden

VERSION = 1
"""Raised when something is taken away or changes its meaning; new keys may come at any time."""


def finding_record(finding: Finding) -> dict[str, Any]:
    """Return a finding: what, where, and whose."""
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
        "project": project_of(finding),
        "fingerprint": identity_hash(finding),
    }


def suppressed_record(finding: Finding) -> dict[str, Any]:
    """Return a finding that is accepted, and why."""
    why = finding.suppression
    return {**finding_record(finding), "suppression": why._asdict() if why is not None else None}


def _named(container: Container) -> dict[str, Any]:
    return {"kind": container.kind.value, "name": container.name}


def _place(region: Region) -> dict[str, Any]:
    return {**region._asdict(), "path": portable(region.path)}


def failure_record(failure: Failure) -> dict[str, Any]:
    """Return what could not be checked."""
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


def summary_record(report: Report, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the counts of a report, whose findings are grouped; those of several runs can be added up."""
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
