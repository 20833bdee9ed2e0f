"""Where a command's text goes: standard output or a file, and failures last on standard error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dropcap.cli import CLEAN, DEFECT, UNCHECKED, UsageError
from dropcap.model import Level, worst
from dropcap.writers import Context

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from dropcap.model import Report


def write_output(chunks: Iterable[str], path: str | None) -> None:
    """Write text to a file, or to standard output where there is none.

    Raises:
        UsageError: it cannot be written.
        BrokenPipeError: whoever read standard output has gone.

    """
    if path is None:
        _write_to_standard_output(chunks)
        return
    text = "".join(chunks)
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"--output {path}: cannot be written: {error.strerror}") from None


def _write_to_standard_output(chunks: Iterable[str]) -> None:
    try:
        for chunk in chunks:
            sys.stdout.write(chunk)
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # the reader has left, as `head` does: that is no mistake to tell
    except OSError as error:
        raise UsageError(f"standard output: cannot be written: {error.strerror}") from None


def wants_colour(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose owner has not said no, see https://no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def print_failures(report: Report) -> None:
    """Say last, on standard error, what could not be checked; of defects, what to report."""
    if not report.failures:
        return
    from dropcap.writers.failures import failure_lines

    for line in failure_lines(report, Context(colour=wants_colour(sys.stderr))):
        sys.stderr.write(line)
    traces = dict.fromkeys(failure.trace for failure in report.failures if failure.trace)
    if traces:
        from dropcap.crash import report_lines

        sys.stderr.writelines(report_lines(traces))


def failure_code(report: Report) -> int:
    """Say what a report's failures mean to the shell; a defect outweighs all."""
    level = worst(report.failures)
    if level is Level.DEFECT:
        return DEFECT
    return UNCHECKED if level is Level.ERROR else CLEAN
