"""Arguments and exit codes."""

from __future__ import annotations

import gc
import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

from dropcap import __version__
from dropcap.config import ConfigError, to_engine, to_severity
from dropcap.rule import RuleError
from dropcap.writers import FORMATS

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Callable, Sequence

CLEAN = 0
FINDINGS = 1
UNCHECKED = 2
DEFECT = 3
INTERRUPTED = 130

_EXIT_CODES = """\
exit codes:
  0  checked, nothing at or above the threshold
  1  findings
  2  something could not be checked, or the call or the configuration is wrong
  3  a defect of dropcap itself
"""


class UsageError(Exception):
    """The call is wrong; the message says what, and what to do."""


class _Formatter(RawDescriptionHelpFormatter):
    """A formatter of a fixed width: to ask the terminal for its own, argparse imports three compressors."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100)


class _Parser(ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")


def run() -> NoReturn:
    """Run the program and end the process; the console script enters here."""
    # Neither importing nor reading makes cycles: collecting what many objects leave costs more than both.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        # A file's name or a message may hold what the terminal's encoding does not have.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run the program on arguments; gives the exit code."""
    try:
        arguments = _parser().parse_args(argv)
        command = import_module(f"dropcap.commands.{arguments.command}")
        code: int = command.run(arguments)
        sys.stdout.flush()
    except (UsageError, ConfigError, RuleError) as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _output_closed()
    except Exception as error:  # noqa: BLE001  # an uncaught one would exit 1, which means findings
        return _defect(error)
    return code


def _complain(message: str) -> int:
    print(f"dropcap: {message}", file=sys.stderr)  # noqa: T201  # this is where errors are said
    return UNCHECKED


def _output_closed() -> int:
    """Leave quietly when the reader of our output has gone, as `head` does."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNCHECKED


def _defect(error: Exception) -> int:
    import platform
    import traceback

    print(  # noqa: T201  # as above
        "dropcap: this is a defect of dropcap. Please report it with the lines below.",
        f"dropcap {__version__}, Python {platform.python_version()}, {platform.system()}",
        "".join(traceback.format_exception(type(error), error, error.__traceback__)),
        sep="\n",
        file=sys.stderr,
    )
    return DEFECT


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog="dropcap",
        description="Says which Linux capabilities each container holds, and which it should not.",
        epilog=_EXIT_CODES,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"dropcap {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)

    check = _add(commands, "check", "check Compose files, Dockerfiles and shell scripts")
    _add_paths(check)
    check.add_argument("--format", choices=FORMATS, default="text", help="how to report (default: text)")
    check.add_argument("--output", metavar="FILE", help="write the report to FILE instead of standard output")
    check.add_argument("--select", metavar="RULE,…", type=_words, help="run these rules only")
    check.add_argument("--ignore", metavar="RULE,…", type=_words, help="do not run these rules")
    check.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        type=_option(to_severity),
        help="exit 1 from this severity on: low, medium, high, critical (default: medium)",
    )
    check.add_argument("--rules", metavar="FOLDER", action="append", default=[], help="load rules from FOLDER as well")
    check.add_argument("--category", default="dropcap", help="the category of a SARIF upload (default: dropcap)")

    caps = _add(commands, "caps", "list every container with its bounding and effective set")
    _add_paths(caps)
    caps.add_argument("--format", choices=("text", "json"), default="text", help="how to list (default: text)")
    caps.add_argument("--output", metavar="FILE", help="write the list to FILE instead of standard output")

    rules = _add(commands, "rules", "list the rules")
    rules.add_argument(
        "--rules", metavar="FOLDER", action="append", default=[], help="list the rules of FOLDER as well"
    )

    explain = _add(commands, "explain", "print the documentation of a rule or a capability")
    explain.add_argument("name", metavar="RULE|CAPABILITY")
    explain.add_argument("--rules", metavar="FOLDER", action="append", default=[], help="look in FOLDER as well")
    return parser


def _add(commands: _SubParsersAction[_Parser], name: str, summary: str) -> ArgumentParser:
    return commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        allow_abbrev=False,
        formatter_class=_Formatter,
    )


def _add_paths(parser: ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="files and folders (default: the current folder); - reads standard input",
    )
    parser.add_argument(
        "--stdin-filename",
        metavar="NAME",
        help="the name that standard input goes by, for reading and reporting it",
    )
    parser.add_argument(
        "--engine",
        type=_option(to_engine),
        metavar="ENGINE",
        help="the engine where a file names none: docker, podman, nerdctl, swarm (default: docker)",
    )
    parser.add_argument(
        "--exclude",
        metavar="PATTERN",
        action="append",
        default=[],
        help="leave paths out, in the manner of .gitignore",
    )
    parser.add_argument("--config", metavar="FILE", help="use this configuration file")
    parser.add_argument("--jobs", metavar="N", type=_count, help="how many processes to use (default: as many as pay)")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_JOBS:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to {_MAX_JOBS}")
    return int(text)


_MAX_JOBS = 256


def _option(convert: Callable[[object], object]) -> Callable[[str], object]:
    """Let argparse show a converter's own message."""

    def converted(text: str) -> object:
        try:
            return convert(text)
        except ValueError as error:
            raise ArgumentTypeError(f"{text!r}: {error}") from None

    return converted
