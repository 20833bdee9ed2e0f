"""One line a finding, for editors, `grep` and error matchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.writers.printable import place, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Report
    from dropcap.writers import Context


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield `path:line:column: severity: message [rule]` for each finding; nothing where there is none."""
    for finding in report.findings:
        where = finding.problem.where
        message = f"{printable(finding.problem.message)} [{finding.rule}]"
        yield f"{place(where.source.region(where.span))}: {finding.severity.label}: {message}\n"
