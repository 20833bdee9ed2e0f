"""What could not be checked, in lines for a person; the command line prints them last, on standard error."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dropcap.model import Level
from dropcap.printable import painted, printable
from dropcap.writers.wrapping import lines_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Failure, Report
    from dropcap.writers import Context

_COLOURS = {Level.DEFECT: "31;1", Level.ERROR: "31;1", Level.NOTE: "36"}


MOST_ALIKE = 5
"""Notes that say the same in more places than this are one line."""


def failure_lines(report: Report, context: Context) -> Iterator[str]:
    """Yield `path:line:column: error: message` for each failure, without a place where it has none.

    Of many notes that say the same, the first one says in how many places it is true as well; errors stay apart.
    """
    alike = Counter(failure.message for failure in report.failures if failure.level is Level.NOTE)
    for failure in report.failures:
        count = alike[failure.message] if failure.level is Level.NOTE else 1
        if not count:
            continue
        more = f" (and in {count - 1} more places)" if count > MOST_ALIKE else ""
        if more:
            alike[failure.message] = 0
        label = failure.level.value
        words = [
            (at := f"{printable(_place(failure))}:", at),
            (f"{label}:", f"{painted(label, _COLOURS[failure.level], on=context.colour)}:"),
            *words_of(f"{printable(failure.message)}{more}"),
        ]
        yield "".join(f"{line}\n" for line in lines_of(words, context.width, "", "    "))


def _place(failure: Failure) -> str:
    if failure.source is None or failure.span is None:
        return failure.path
    region = failure.source.region(failure.span)
    return f"{failure.path}:{region.line}:{region.column}"
