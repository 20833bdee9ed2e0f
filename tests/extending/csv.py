"""A line a finding, as a table for spreadsheets."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Report
    from dropcap.writers import Context


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield the header, then path, line, severity, rule and message of each finding."""
    yield _line("path", "line", "severity", "rule", "message")
    for finding in report.findings:
        where = finding.problem.where
        region = where.source.region(where.span)
        yield _line(region.path, region.line, finding.severity.label, finding.rule, finding.problem.message)


def _line(*cells: object) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
