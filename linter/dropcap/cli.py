"""Arguments and exit codes."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper

from dropcap import fast_start
from dropcap.commands import COMMANDS
from dropcap.exit_codes import DEFECT, INTERRUPTED, UNCHECKED, UsageError

TYPE_CHECKING = False  # what imports `typing` has to wait until :mod:`dropcap.fast_start` has put it off
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from types import ModuleType
    from typing import NoReturn

_MOST_SAID = 2000


def run() -> NoReturn:
    """Run the program and end the process; the console script enters here."""
    fast_start.begin()
    for stream in (sys.stdout, sys.stderr):
        # A file's name or a message may hold what the terminal's encoding does not have.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        closed = _closed_stream()
        code = _complain(f"{closed} is closed; open it, if only as {os.devnull}") if closed else main(sys.argv[1:])
        sys.stderr.flush()
    except (OSError, AttributeError):  # standard error is closed, or cannot be written to: nobody can be told
        code = UNCHECKED
    fast_start.end(code)


def main(argv: Sequence[str]) -> int:
    """Run the program on arguments; gives the exit code."""
    from dropcap.config import ConfigError
    from dropcap.rule import RuleError

    try:
        command, arguments = _chosen(argv)
        code: int = command.run(arguments)
    except (UsageError, ConfigError, RuleError) as error:
        return _complain(*(error.messages if isinstance(error, ConfigError) else (str(error),)))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _output_closed()
    except MemoryError:
        return _complain("there is not enough memory to go on; check fewer files at once")
    except Exception as error:  # noqa: BLE001  # an uncaught one would exit 1, which means findings
        return _defect(error)
    return code


def _complain(*messages: str) -> int:
    from dropcap.printable import shortened

    for message in messages:
        sys.stderr.write(f"dropcap: {shortened(message, _MOST_SAID)}\n")
    return UNCHECKED


def _output_closed() -> int:
    """Leave quietly when the reader of our output has gone, as `head` does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNCHECKED


def _defect(error: Exception) -> int:
    from dropcap.crash import report_lines, trace_of

    sys.stderr.writelines(report_lines([trace_of(error)]))
    return DEFECT


def _closed_stream() -> str | None:
    """Name a standard stream that is closed: the next file that is opened would take its place."""
    streams = {"standard input": sys.stdin, "standard output": sys.stdout, "standard error": sys.stderr}
    return next((name for name, stream in streams.items() if stream is None), None)


def _chosen(argv: Sequence[str]) -> tuple[ModuleType, Namespace]:
    """Return the command's module and its arguments."""
    name = argv[0] if argv else ""
    if name not in COMMANDS:
        from dropcap.parser import overview

        overview(COMMANDS).parse_args(argv)
        raise UsageError("write a command first, such as check; see `dropcap --help`")
    command = import_module(f"dropcap.commands.{name}")
    arguments = fast_start.plain_arguments(command.add_arguments, argv[1:])
    if arguments is None:
        from dropcap.parser import parser_of
        from dropcap.paths import plain_paths

        arguments = parser_of(name, COMMANDS[name], command).parse_args(plain_paths(argv[1:]))
    return command, arguments
