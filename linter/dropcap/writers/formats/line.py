"""One line a finding, for editors, `grep` and error matchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.printable import place, printable, title
from dropcap.writers.grouping import grouped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Container, Finding, Report
    from dropcap.writers import Context


_MOST_NAMES = 20


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield `path:line:column: severity: message [rule]` for each finding; nothing where there is none.

    Where the value stands elsewhere than its container, it is said whose it is and how it came. What several
    containers have alike is one line that names the others.
    """
    for finding in grouped(report.findings):
        where = finding.problem.where
        message = f"{printable(finding.problem.message)} [{finding.rule}]{_route(finding)}{_others(finding.shared_by)}"
        yield f"{place(where.source.region(where.span))}: {finding.severity.label}: {message}\n"


def _route(finding: Finding) -> str:
    """Name the container and the steps that lead to it, where the place does not say whose the value is."""
    steps = finding.container.route(finding.problem.where)
    if not steps:
        return ""
    told = "; ".join(f"{printable(one.message)} at {place(one.where.source.region(one.where.span))}" for one in steps)
    return f" ({finding.container.kind.value} {printable(finding.container.name)}: {told})"


def _others(containers: Sequence[Container]) -> str:
    """Name the containers that have it too, each with its place."""
    if not containers:
        return ""
    named = [f"{title(one)} at {place(one.source.region(one.span))}" for one in containers[:_MOST_NAMES]]
    more = f" and {len(containers) - _MOST_NAMES} more" if len(containers) > _MOST_NAMES else ""
    return f" (also {', '.join(named)}{more})"
