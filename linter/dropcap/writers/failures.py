"""What could not be checked, in lines for a person; the command line prints them last, on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Level
from dropcap.printable import painted, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Failure, Report
    from dropcap.writers import Context

_COLOURS = {Level.DEFECT: "31;1", Level.ERROR: "31;1", Level.NOTE: "36"}


def failure_lines(report: Report, context: Context) -> Iterator[str]:
    """Yield `path:line:column: error: message` for each failure, without a place where it has none."""
    for failure in report.failures:
        label = painted(failure.level.value, _COLOURS[failure.level], on=context.colour)
        yield f"{printable(_place(failure))}: {label}: {printable(failure.message)}\n"


def _place(failure: Failure) -> str:
    if failure.source is None or failure.span is None:
        return failure.path
    region = failure.source.region(failure.span)
    return f"{failure.path}:{region.line}:{region.column}"
