"""Defects of dropcap itself: where they happened, and what to paste into a report of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_OF_LINE = 500
_HERE = os.path.dirname(__file__)


def place(error: BaseException) -> str:
    """Name the innermost line of dropcap's own that an exception came through: `lang/shell/script.py:12`."""
    found = "an unknown place"
    trace = error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if path.startswith(os.path.join(_HERE, "")):
            found = f"{os.path.relpath(path, _HERE)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def trace_of(error: BaseException) -> str:
    """Write an exception with the calls that led to it, as Python prints it."""
    import traceback

    from dropcap.printable import shortened

    lines = "".join(traceback.format_exception(type(error), error, error.__traceback__)).splitlines()
    return "".join(f"{shortened(line, _MOST_OF_LINE)}\n" for line in lines)


def report_lines(traces: Iterable[str]) -> Iterator[str]:
    """Yield what asks a person to report a defect, and what a report of it has to hold."""
    import platform

    yield "dropcap: this is a defect of dropcap. Please report it with the lines below.\n"
    yield f"dropcap {__version__}, Python {platform.python_version()}, {platform.system()}\n"
    yield from traces
