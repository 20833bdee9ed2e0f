"""`dropcap baseline`: write what is found to a file, so that `check --baseline` reports what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.baseline.file import NAME, baseline_text
from dropcap.baseline.matching import in_order, known_findings, match
from dropcap.commands.check import accepting_of, add_rules, chosen_rules
from dropcap.commands.inputs import add_paths, collect, configure, job_count
from dropcap.commands.known_before import read, scope_of
from dropcap.commands.output import STDOUT, failure_code, print_failures, to_file, write_output
from dropcap.exit_codes import UsageError
from dropcap.printable import counted, printable
from dropcap.report import standing_of, to_report
from dropcap.rule import load_rules
from dropcap.run import check_targets
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from dropcap.model import KnownFinding


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_paths(parser)
    add_rules(parser)
    parser.add_argument(
        "--output",
        metavar="FILE",
        help=f"write the findings to FILE (default: {NAME}, or what the configuration names); - is standard output",
    )


def run(arguments: Namespace) -> int:
    """Write what is found in the arguments' paths; gives the exit code.

    Of a file that is there already what this run cannot tell about stays: findings of paths that are not named, of
    files that cannot be read, of rules that do not run.
    """
    config = configure(arguments)
    known_rules = load_rules(arguments.rules)
    found, setup = collect(arguments, config)
    rules = chosen_rules(arguments, config, known_rules, found.targets)
    accepting = accepting_of(arguments, config, [rule.id for rule in known_rules])
    output = arguments.output or config.baseline or NAME
    before = _written(output)
    results = list(check_targets(found.targets, rules, setup, job_count(arguments, found.targets), arguments.rules))
    standing = standing_of(results, rules, accepting)
    now = known_findings(standing)
    matched = match(standing, before)
    judged = scope_of(arguments, rules, found).judged(standing, matched.left)
    kept = (*judged.unsure, *judged.elsewhere)
    write_output(baseline_text(in_order(_once((*now, *kept)))), output)
    if to_file(output):
        counts = [counted(len(now), "finding")]
        counts += [f"{matched.added} new"] if before and matched.added else []
        counts += [f"{len(judged.fixed)} fixed since and taken out"] if judged.fixed else []
        counts += [f"{len(kept)} more kept that this run did not look for"] if kept else []
        write_output([f"{printable(output)}: {', '.join(counts)}\n"], STDOUT)
    report = to_report(results, [*found.failures, *standing.failures])
    print_failures(report)
    return failure_code(report)


def _once(found: tuple[KnownFinding, ...]) -> list[KnownFinding]:
    """Give new numbers to those that nothing but their number tells apart."""
    seen: dict[str, int] = {}
    numbered = []
    for one in found:
        number = seen[one.fingerprint] = seen.get(one.fingerprint, 0) + 1
        numbered.append(one._replace(number=number))
    return numbered


def _written(path: str) -> tuple[KnownFinding, ...]:
    """Return what a file that is to be written again has; nothing where there is none.

    Raises:
        UsageError: there is something else.

    """
    if not to_file(path) or not Workspace(".", named=[path]).is_file(path):
        return ()
    try:
        return read(path, is_named=True)
    except UsageError as error:
        raise UsageError(f"{error}; delete it first") from None
