"""`dropcap rules`: list the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.commands.output import write_output
from dropcap.exit_codes import CLEAN
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from dropcap.rule import Rule


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--rules", metavar="FOLDER", action="append", default=[], help="also list the rules of FOLDER")


def run(arguments: Namespace) -> int:
    """Print each rule's id, severity and summary, the gravest first; which are off by default is said."""
    rules = sorted(load_rules(arguments.rules), key=lambda rule: (-rule.severity, rule.id))
    width = max(len(rule.id) for rule in rules)
    write_output((f"{rule.id:<{width}}  {rule.severity.label:<8}  {_said_of(rule)}\n" for rule in rules), None)
    return CLEAN


def _said_of(rule: Rule) -> str:
    return rule.summary if rule.on_by_default else f"{rule.summary} Off by default: turn it on with --extend-select."
