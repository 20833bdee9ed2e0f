"""One line a finding, for editors, `grep` and error matchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.printable import place, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Finding, Report
    from dropcap.writers import Context


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield `path:line:column: severity: message [rule]` for each finding; nothing where there is none.

    Where the value stands elsewhere than its container, it is said whose it is and how it came.
    """
    for finding in report.findings:
        where = finding.problem.where
        message = f"{printable(finding.problem.message)} [{finding.rule}]{_route(finding)}"
        yield f"{place(where.source.region(where.span))}: {finding.severity.label}: {message}\n"


def _route(finding: Finding) -> str:
    """Name the container and the steps that lead to it, where the place does not say whose the value is."""
    steps = finding.container.route(finding.problem.where)
    if not steps:
        return ""
    told = "; ".join(f"{printable(one.message)} at {place(one.where.source.region(one.where.span))}" for one in steps)
    return f" ({finding.container.kind.value} {printable(finding.container.name)}: {told})"
