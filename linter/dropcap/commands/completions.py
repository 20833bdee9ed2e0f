"""`dropcap completions`: print a script by which a shell completes what a person types."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from dropcap.commands.output import write_output
from dropcap.exit_codes import CLEAN

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "shell", metavar="SHELL", choices=SHELLS, help='bash, zsh or fish; `eval "$(dropcap completions bash)"` uses it'
    )


def run(arguments: Namespace) -> int:
    """Print the script of a shell."""
    shell = import_module(f"dropcap.commands.completing.{arguments.shell}")
    write_output(shell.script(), None)
    return CLEAN
