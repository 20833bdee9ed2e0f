"""Reviewdog's JSON, which comments on the lines of a change: `reviewdog -f=rdjson`.

Lines count from 1 and columns in bytes of UTF-8; an end column is the first one behind.

| severity | Reviewdog's |
| --- | --- |
| critical, high | ERROR |
| medium | WARNING |
| low | INFO |
| not checked | ERROR |

Source: reviewdog/reviewdog, proto/rdf/reviewdog.proto.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap import HOME
from dropcap.model import Level, Severity
from dropcap.printable import printable
from dropcap.writers.ascii_json import dumps, listed
from dropcap.writers.fingerprint import portable
from dropcap.writers.grouping import grouped
from dropcap.writers.one_line import sentence
from dropcap.writers.places import page_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Failure, Finding, Report
    from dropcap.source import Source, Span
    from dropcap.writers import Context

_SEVERITIES = {
    Severity.CRITICAL: "ERROR",
    Severity.HIGH: "ERROR",
    Severity.MEDIUM: "WARNING",
    Severity.LOW: "INFO",
}


def write(report: Report, context: Context) -> Iterator[str]:
    """Yield one result, a diagnostic a line."""
    pages = {rule.id: page for rule in context.rules if (page := page_of(rule))}
    yield f'{{"source": {dumps({"name": "dropcap", "url": HOME})},\n"diagnostics": ['
    yield from listed(_diagnostics(report, pages))
    yield "]}\n"


def _diagnostics(report: Report, pages: dict[str, str]) -> Iterator[dict[str, Any]]:
    for finding in grouped(report.findings):
        yield _of_finding(finding, pages.get(finding.rule))
    for failure in report.failures:
        if failure.level is not Level.NOTE:
            yield _of_failure(failure)


def _of_finding(finding: Finding, page: str | None) -> dict[str, Any]:
    where = finding.problem.where
    return {
        "message": sentence(finding),
        "location": _location(where.source, where.span),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.rule, **({"url": page} if page else {})},
    }


def _of_failure(failure: Failure) -> dict[str, Any]:
    where = {"path": portable(failure.path)}
    if failure.source is not None and failure.span is not None:
        where = _location(failure.source, failure.span)
    return {
        "message": f"not checked: {printable(failure.message)}",
        "location": where,
        "severity": "ERROR",
        "code": {"value": "not-checked"},
    }


def _location(source: Source, span: Span) -> dict[str, Any]:
    root, at = source.to_root(span)
    start, end = root.to_utf8(at.start), root.to_utf8(at.end)
    return {"path": portable(root.path), "range": {"start": start._asdict(), "end": end._asdict()}}
