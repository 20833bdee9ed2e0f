"""`dropcap check`: ask the rules about every container, and report."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dropcap.cli import CLEAN, FINDINGS, UNCHECKED
from dropcap.commands.inputs import configure, gather
from dropcap.commands.output import put_out, tell_failures, wants_colour
from dropcap.model import Level
from dropcap.rule import choose, load_rules
from dropcap.writers import Context, writer

if TYPE_CHECKING:
    from argparse import Namespace

    from dropcap.model import Report, Severity


def run(arguments: Namespace) -> int:
    """Check the arguments' paths; gives the exit code."""
    config = configure(arguments)
    rules = choose(load_rules(arguments.rules), config.select, config.ignore)
    report = gather(arguments, config, rules, arguments.rules)
    colour = arguments.output is None and wants_colour(sys.stdout)
    context = Context(rules=rules, colour=colour, category=arguments.category, threshold=config.fail_on)
    put_out(writer(arguments.format)(report, context), arguments.output)
    tell_failures(report)
    return exit_code(report, config.fail_on)


def exit_code(report: Report, fail_on: Severity) -> int:
    """Say what the report means to the shell; what was not checked outweighs what was found."""
    if any(failure.level is Level.ERROR for failure in report.failures):
        return UNCHECKED
    if any(finding.severity >= fail_on for finding in report.findings):
        return FINDINGS
    return CLEAN
