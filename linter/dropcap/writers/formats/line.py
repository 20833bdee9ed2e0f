"""One line a finding, for editors, `grep` and error matchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.printable import place, printable
from dropcap.writers.grouping import grouped
from dropcap.writers.one_line import others, route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Report
    from dropcap.writers import Context


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield `path:line:column: severity: message [rule]` for each finding; nothing where there is none.

    Where the value stands elsewhere than its container, it is said whose it is and how it came. What several
    containers have alike is one line that names the others.
    """
    for finding in grouped(report.findings):
        where = finding.problem.where
        message = f"{printable(finding.problem.message)} [{finding.rule}]{route(finding)}{others(finding.shared_by)}"
        yield f"{place(where.source.region(where.span))}: {finding.severity.label}: {message}\n"
