"""The report for a person: the gravest of each file first, with the lines that it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.printable import BOLD, painted
from dropcap.writers.totals import totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Finding, Report
    from dropcap.writers import Context


def write(report: Report, context: Context) -> Iterator[str]:
    """Yield the findings block by block, and lines that sum up, say what to do first and what was not seen.

    Where no more than findings is wanted there are no such lines.
    """
    if context.quiet and not report.findings:
        return
    is_short = not report.findings and not report.suppressed
    if is_short and not any(container.unknowns for container in report.containers):
        line = totals(report, (), context.threshold, 0)
        if len(line) <= context.width:  # most runs end here
            yield f"{painted(line, BOLD, on=context.colour)}\n"
            return
    from dropcap.writers.closing import closing_lines

    findings: tuple[Finding, ...] = ()
    if report.findings:
        from dropcap.writers.grouping import grouped
        from dropcap.writers.text_layout import Style, file_blocks

        findings = grouped(report.findings)
        for block in file_blocks(findings, Style(context.width, context.colour)):
            yield "".join(f"{line}\n" for line in (*block, ""))
    if context.quiet:
        return
    yield "".join(f"{line}\n" for line in closing_lines(report, findings, context))
