"""Where a command's text goes: standard output or a file, and failures last on standard error."""

from __future__ import annotations

import os
import re
import stat
import sys
from typing import TYPE_CHECKING

from dropcap.exit_codes import CLEAN, DEFECT, UNCHECKED, UsageError
from dropcap.model import Level, worst
from dropcap.printable import printable
from dropcap.writers import MOST_COLUMNS, Context

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable
    from typing import TextIO

    from dropcap.model import Report


STDOUT = "-"
"""As a file to write to, standard output."""

# The only control characters that leave: line breaks, and those that `painted` makes for a terminal.
_OURS = r"(\x1b\[(?:0|1|2|3[136](?:;1)?)m)"

# A job of GitHub obeys a line that begins so, as a path or a message may. Our own are those of the format `github`.
_COMMAND = r"^([^\S\n]*):(?=:(?!(?:error|warning|notice) title=dropcap%3A ))"


def add_output(parser: ArgumentParser, what: str) -> None:
    """Add what says where a command's text goes, and whether with colours."""
    parser.add_argument(
        "--output", metavar="FILE", help=f"write the {what} to FILE instead of standard output, which is -"
    )
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colours in text (default: auto, for terminals; NO_COLOR and FORCE_COLOR are heeded)",
    )


def to_file(path: str | None) -> bool:
    """Whether text goes to a file, by what `--output` says."""
    return path not in {None, STDOUT}


def at_the_edge(text: str) -> str:
    """Escape what no file may have a terminal or a CI job do, whoever let it through: all that leaves passes here."""
    if "::" in text:
        text = re.sub(_COMMAND, r"\1\\x3a", text, flags=re.MULTILINE)
    if text.replace("\n", "").isprintable():
        return text
    return "\n".join(
        "".join(part if odd % 2 else printable(part) for odd, part in enumerate(re.split(_OURS, line)))
        for line in text.split("\n")
    )


def write_output(chunks: Iterable[str], path: str | None) -> None:
    """Write text to a file, or to standard output where there is none or it is called `-`.

    A file is written beside its place and then put there: where that fails, the one before is still there. A reader
    of standard output that leaves early, as `head` does, has what it wants: the rest goes nowhere.

    Raises:
        UsageError: it cannot be written.

    """
    if path is None or path == STDOUT:
        _write_to_standard_output(chunks)
        return
    text = "".join(map(at_the_edge, chunks))
    try:
        _replace_file(path, text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "this is not a path"
        raise UsageError(f"--output {path}: cannot be written: {reason}") from None


def _replace_file(path: str, data: bytes) -> None:
    """Put a file in the place of another, whole or not at all; a device or a pipe is written to."""
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as file:
            file.write(data)
        return
    from tempfile import mkstemp

    path = os.path.realpath(path)  # a link stays one
    folder, name = os.path.split(path)
    descriptor, temporary = mkstemp(prefix=f".{name[:100]}.", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(path: str) -> int:
    """Return the mode that a file has, or that a new one gets."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        mask = os.umask(0o077)
        os.umask(mask)
        return 0o666 & ~mask


def _write_to_standard_output(chunks: Iterable[str]) -> None:
    try:
        for chunk in chunks:
            sys.stdout.write(at_the_edge(chunk))
        sys.stdout.flush()
    except BrokenPipeError:
        goes_nowhere(sys.stdout)
    except OSError as error:
        raise UsageError(f"standard output: cannot be written: {error.strerror}") from None


def goes_nowhere(stream: TextIO) -> None:
    """Let what is still written to a stream whose reader has left be no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def wants_colour(stream: TextIO, choice: str = "auto") -> bool:
    """Whether a stream is to have colours: by what the call says, else the environment, else if it is a terminal.

    `NO_COLOR` counts more than `FORCE_COLOR`; see https://no-color.org and https://force-color.org.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def line_width(stream: TextIO) -> int:
    """Return how many columns a line for a person may take: as many as the terminal has, and no more than are read."""
    if not stream.isatty():
        return MOST_COLUMNS
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return MOST_COLUMNS
    return min(columns or MOST_COLUMNS, MOST_COLUMNS)


def print_failures(report: Report, colour: str = "auto", *, quiet: bool = False) -> None:
    """Say last, on standard error, what could not be checked; of defects, what to report.

    Args:
        report: the report.
        colour: what the call says of colours.
        quiet: whether notes are left out.

    """
    if not report.failures:
        return
    if quiet:
        report = report._replace(failures=tuple(one for one in report.failures if one.level is not Level.NOTE))
    try:
        _write_failures(report, colour)
        sys.stderr.flush()
    except BrokenPipeError:
        goes_nowhere(sys.stderr)


def _write_failures(report: Report, colour: str) -> None:
    from dropcap.writers.failures import failure_lines

    width = line_width(sys.stderr) if sys.stderr.isatty() else 0  # what programs read is a line a failure
    for line in failure_lines(report, Context(colour=wants_colour(sys.stderr, colour), width=width)):
        sys.stderr.write(at_the_edge(line))
    traces = dict.fromkeys(failure.trace for failure in report.failures if failure.trace)
    if traces:
        from dropcap.crash import report_lines

        sys.stderr.writelines(map(at_the_edge, report_lines(traces)))


def failure_code(report: Report) -> int:
    """Say what a report's failures mean to the shell; a defect outweighs all."""
    level = worst(report.failures)
    if level is Level.DEFECT:
        return DEFECT
    return UNCHECKED if level is Level.ERROR else CLEAN
