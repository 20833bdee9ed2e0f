"""The report for a person: by container, with the lines that it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.printable import BOLD, painted
from dropcap.writers.totals import totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Report
    from dropcap.writers import Context


def write(report: Report, context: Context) -> Iterator[str]:
    """Yield the report block by block, and one line that sums it up."""
    if report.findings:
        from dropcap.writers.grouping import blocks
        from dropcap.writers.text_layout import block_lines

        for block in blocks(report.findings):
            yield "".join(f"{line}\n" for line in (*block_lines(block, colour=context.colour), ""))
    yield f"{painted(totals(report, context.threshold), BOLD, on=context.colour)}\n"
