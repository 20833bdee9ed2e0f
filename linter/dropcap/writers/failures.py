"""What could not be checked, in lines for a person; the command line prints them last, on standard error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Level
from dropcap.printable import painted, printable
from dropcap.writers.wrapping import lines_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dropcap.model import Failure, Report
    from dropcap.writers import Context

_COLOURS = {Level.DEFECT: "31;1", Level.ERROR: "31;1", Level.NOTE: "36"}


MOST_ALIKE = 5
"""Notes of one kind in more places than this are one line."""
# What tells two notes of one kind apart: names between quotation marks, paths, names of files, variables, numbers.
_NAME = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|[^\s:;,]*[./$*\d][^\s:;,]*")


def failure_lines(report: Report, context: Context) -> Iterator[str]:
    """Yield `path:line:column: error: message` for each failure, without a place where it has none."""
    for failure in folded(report.failures):
        label = failure.level.value
        words = [
            (at := f"{printable(place_of(failure))}:", at),
            (f"{label}:", f"{painted(label, _COLOURS[failure.level], on=context.colour)}:"),
            *words_of(printable(failure.message)),
        ]
        yield "".join(f"{line}\n" for line in lines_of(words, context.width, "", "    "))


def folded(failures: Iterable[Failure]) -> Iterator[Failure]:
    """Yield failures; of many notes of one kind the first one alone, which says how many more there are.

    Errors stay apart: each is something to mend.
    """
    kinds: dict[str, list[Failure]] = {}
    for failure in failures:
        if failure.level is Level.NOTE:
            kinds.setdefault(_NAME.sub("", failure.message), []).append(failure)
    more = {id(alike[0]): _more(alike) for alike in kinds.values() if len(alike) > MOST_ALIKE}
    left_out = {id(one) for alike in kinds.values() if len(alike) > MOST_ALIKE for one in alike[1:]}
    for failure in failures:
        if id(failure) not in left_out:
            yield failure._replace(message=failure.message + more.get(id(failure), ""))


def _more(alike: list[Failure]) -> str:
    """Say how many more notes there are of a kind."""
    rest = len(alike) - 1
    is_same = len({failure.message for failure in alike}) == 1
    return f" (and in {rest} more places)" if is_same else f" (and {rest} more notes like this one)"


def place_of(failure: Failure) -> str:
    """Say where a failure is: a path, with line and column where they are known."""
    if failure.source is None or failure.span is None:
        return failure.path
    region = failure.source.region(failure.span)
    return f"{failure.path}:{region.line}:{region.column}"
