#!/usr/bin/env python3
"""Count the findings of a folder's files by rule, and print a sample of them to be judged by a person.

    scripts/sample_findings.py FOLDER… [--number 150] [--seed S] [--at-least medium] [--select RULE] [--seen FILE]

Each subfolder is a project of its own. The sample is spread evenly over the rules: a rule with few findings gives all
that it has, and the others share the rest. Each finding comes with the lines around it, in which what looks like a
secret is hidden, and with the hash that it is known by. The same seed gives the same sample of the same files; a
finding whose hash stands in a file of `--seen`, as an earlier sample does, is left out.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dropcap.check import Setup
from dropcap.discover import discover
from dropcap.hidden import without_values
from dropcap.masking import without_secrets
from dropcap.model import Severity
from dropcap.printable import printable, title
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.run import check_targets
from dropcap.writers.fingerprint import identity_hash
from dropcap.writers.grouping import grouped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dropcap.model import Finding
    from dropcap.rule import Rule
    from dropcap.source import Source

_AROUND = 6
_WIDTH = 160
_HASH = re.compile(r"\b[0-9a-f]{32}\b")


class Found(NamedTuple):
    """A finding, and what tells it from the same one of another folder."""

    folder: str
    finding: Finding

    @property
    def key(self) -> str:
        """The hash that it is known by from one run to the next."""
        return identity_hash(self.finding._replace(path=f"{self.folder}/{self.finding.path}"))


def main() -> int:
    """Check, count and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=Path, help="a folder of projects")
    parser.add_argument("--number", type=int, default=150, help="how many findings to print (150)")
    parser.add_argument("--seed", type=int, default=0, help="which of the possible samples to print (0)")
    parser.add_argument("--at-least", default="medium", choices=[one.label for one in Severity], help="(medium)")
    parser.add_argument("--select", action="append", metavar="RULE", help="sample this rule alone; may be repeated")
    parser.add_argument("--seen", action="append", default=[], type=Path, metavar="FILE", help="an earlier sample")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes check files (1)")
    arguments = parser.parse_args()
    rules = [rule for rule in load_rules() if rule.on_by_default or rule.id in (arguments.select or ())]
    found = [one for folder in arguments.folders for one in found_in(folder, rules, arguments.jobs)]
    print_counts(found)
    seen = {key for path in arguments.seen for key in _HASH.findall(path.read_text(encoding="utf-8"))}
    least = Severity[arguments.at_least.upper()]
    offered = [one for one in found if one.finding.severity >= least and one.key not in seen]
    if arguments.select:
        offered = [one for one in offered if one.finding.rule in arguments.select]
    for number, one in enumerate(sample(offered, arguments.number, arguments.seed), 1):
        print_found(number, one)
    return 0


def found_in(folder: Path, rules: Sequence[Rule], jobs: int) -> Iterator[Found]:
    """Yield what is found in each subfolder of a folder; what equal containers lack is one finding."""
    for project in sorted(one for one in folder.iterdir() if one.is_dir()):
        results = check_targets(discover([str(project)]).targets, rules, Setup(), jobs)
        for finding in grouped(to_report(results, (), rules).findings):
            yield Found(project.name, finding)


def print_counts(found: Collection[Found]) -> None:
    """Print how many findings each rule has of each severity, the most frequent rule first."""
    rules = Counter(one.finding.rule for one in found)
    cells = Counter((one.finding.rule, one.finding.severity) for one in found)
    print(f"{len(found):,} findings of {len(rules)} rules")
    print(f"  {'rule':28}{'all':>8}{''.join(f'{one.label:>10}' for one in reversed(Severity))}")
    for rule, number in rules.most_common():
        print(f"  {rule:28}{number:8,}{''.join(f'{cells[rule, one]:10,}' for one in reversed(Severity))}")


def sample(found: Iterable[Found], number: int, seed: int) -> list[Found]:
    """Choose findings, of each rule as many as of the others, as far as it has them."""
    chance = random.Random(seed)  # noqa: S311  # nothing secret depends on it
    by_rule: defaultdict[str, list[Found]] = defaultdict(list)
    for one in found:
        by_rule[one.finding.rule].append(one)
    piles = [by_rule[rule] for rule in sorted(by_rule)]
    for pile in piles:
        chance.shuffle(pile)
    rounds = max(map(len, piles), default=0)
    chosen = [pile[turn] for turn in range(rounds) for pile in piles if turn < len(pile)][:number]
    return sorted(chosen, key=lambda one: (one.finding.rule, one.folder, one.key))


def print_found(number: int, found: Found) -> None:
    """Print a finding with its container, its message, the places related to it and the lines around it."""
    finding = found.finding
    where = finding.problem.where
    source, span = where.source.to_root(where.span)
    line = source.position(span.start).line
    others = f" and {len(finding.shared_by)} more" if finding.shared_by else ""
    print(f"\n#{number} {finding.rule} {finding.severity.label} {found.key}")
    print(f"  {printable(source.path)}:{line}: {title(finding.container)}{others}")
    print(f"  {printable(without_secrets(finding.problem.message))}")
    for related in finding.problem.related:
        other, at = related.where.source.to_root(related.where.span)
        print(f"    {printable(other.path)}:{other.position(at.start).line}: {printable(related.message)}")
    for shown in lines_around(source, line):
        print(f"  {shown}")


def lines_around(source: Source, line: int) -> Iterator[str]:
    """Yield the lines around one, numbered, with what looks like a secret hidden."""
    first, last = max(line - _AROUND, 1), min(line + _AROUND, source.line_count)
    hidden = without_values(source)
    text = without_secrets("\n".join(hidden.line(one) for one in range(max(first - 1, 1), last + 1)))
    shown = text.split("\n")[-(last - first + 1) :]
    for number, each in enumerate(shown, first):
        print_as = printable(each.replace("\t", "    "))[:_WIDTH]
        yield f"{'>' if number == line else ' '}{number:5} {print_as}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
