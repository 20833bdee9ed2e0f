"""The parsers of the command line: one for each command, and one of a call that names none."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING, NoReturn

from dropcap import __version__
from dropcap.exit_codes import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

_EXIT_CODES = """\
exit codes:
  0  checked, nothing at or above the threshold
  1  findings
  2  something could not be checked, or the call or the configuration is wrong
  3  a defect of dropcap itself
"""


class _Formatter(RawDescriptionHelpFormatter):
    """A formatter of a fixed width: to ask the terminal for its own, argparse imports three compressors."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100)


class _Parser(ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def __init__(self, **options: str) -> None:
        super().__init__(formatter_class=_Formatter, allow_abbrev=False, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")

    def _print_message(self, message: str, file: object = None) -> None:
        """Print `--help` and `--version` as all other output, so that a full disk is told."""
        del file  # always standard output: errors are not printed here
        from dropcap.commands.output import write_output

        write_output([message], None)


def parser_of(name: str, summary: str, command: ModuleType) -> ArgumentParser:
    """Return the parser of a command's arguments; with the options of all commands a start would take 3 ms longer."""
    parser = _Parser(prog=f"dropcap {name}", description=f"{summary[0].upper()}{summary[1:]}.")
    command.add_arguments(parser)
    return parser


def overview(commands: Mapping[str, str]) -> ArgumentParser:
    """Return the parser of a call that names no command, or none that there is."""
    description = "Says which Linux capabilities each container holds, and which it should not."
    parser = _Parser(prog="dropcap", description=description, epilog=_EXIT_CODES)
    parser.add_argument("--version", action="version", version=f"dropcap {__version__}")
    group = parser.add_subparsers(metavar="COMMAND", required=True, dest="command")
    for name, summary in commands.items():
        group.add_parser(name, help=summary)
    return parser
