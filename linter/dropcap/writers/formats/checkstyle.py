"""Checkstyle's XML, which Jenkins, Reviewdog and many other programs read.

| severity | Checkstyle's |
| --- | --- |
| critical, high | error |
| medium | warning |
| low | info |
| not checked | error |

Source: checkstyle/checkstyle, XMLLogger.java, which writes `checkstyle`, `file` and `error`, and SeverityLevel.java.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from dropcap.model import Level, Severity
from dropcap.writers.fingerprint import portable
from dropcap.writers.grouping import grouped
from dropcap.writers.markup import tag
from dropcap.writers.one_line import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Report
    from dropcap.writers import Context

_VERSION = "4.3"
"""The version of the format, as others write it who are no Checkstyle."""
_SEVERITIES = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
}


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield a document with an element for each file, and in it one for each finding or for why it was not checked."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{tag("checkstyle", version=_VERSION)}>\n'
    entries = sorted((*_findings(report), *_failures(report)), key=itemgetter(0))
    for path, of_file in groupby(entries, key=itemgetter(0)):
        yield f"<{tag('file', name=path)}>\n"
        yield from (f"  <{error}/>\n" for _, error in of_file)
        yield "</file>\n"
    yield "</checkstyle>\n"


def _findings(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the path of each finding, and its element."""
    for finding in grouped(report.findings):
        where = finding.problem.where
        region = where.source.region(where.span)
        error = tag(
            "error",
            line=region.line,
            column=region.column,
            severity=_SEVERITIES[finding.severity],
            message=sentence(finding),
            source=f"dropcap.{finding.rule}",
        )
        yield portable(region.path), error


def _failures(report: Report) -> Iterator[tuple[str, str]]:
    for failure in report.failures:
        if failure.level is Level.NOTE:
            continue
        at: dict[str, object] = {"line": 1}
        if failure.source is not None and failure.span is not None:
            region = failure.source.region(failure.span)
            at = {"line": region.line, "column": region.column}
        message = f"not checked: {failure.message}"
        yield (
            portable(failure.path),
            tag("error", **at, severity="error", message=message, source="dropcap.not-checked"),
        )
