"""`dropcap fix`: mend what can be mended by text edits, and say what was not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dropcap.commands.check import chosen_rules, to_words
from dropcap.commands.fix_text import asked, differences, prompt_lines, summary
from dropcap.commands.fixing import mended, refuse_standard_input, say, write
from dropcap.commands.inputs import add_paths, collect, configure, option
from dropcap.commands.output import failure_code, print_failures, write_output
from dropcap.exit_codes import CLEAN, FINDINGS, UNCHECKED, UsageError
from dropcap.report import to_report
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

    from dropcap.fixes.candidates import Candidate


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_paths(parser, takes_input=False)
    parser.add_argument("--unsafe", action="store_true", help="make fixes too that may change what a container can do")
    parser.add_argument("--diff", action="store_true", help="print what would change, and write nothing")
    parser.add_argument("--interactive", action="store_true", help="show each fix with its evidence, and ask")
    parser.add_argument("--select", metavar="RULE,…", type=option(to_words), help="fix what these rules find only")
    parser.add_argument(
        "--extend-select", metavar="RULE,…", type=option(to_words), help="run these rules too: those that are off"
    )
    parser.add_argument("--ignore", metavar="RULE,…", type=option(to_words), help="fix nothing that these rules find")
    parser.add_argument("--rules", metavar="FOLDER", action="append", default=[], help="load rules from FOLDER as well")


def run(arguments: Namespace) -> int:
    """Fix what the arguments' paths hold; gives the exit code."""
    refuse_standard_input(arguments)
    if arguments.interactive and arguments.diff:
        raise UsageError("--diff writes nothing, so there is nothing to ask: leave --interactive out")
    config = configure(arguments)
    chosen = chosen_rules(arguments, config, load_rules(arguments.rules), collect(arguments, config)[0].targets)
    wants = _Asker() if arguments.interactive else None
    found, outcome = mended(arguments, config, chosen, wants)
    report = to_report([one.result for one in outcome.readings], found.failures)
    code = failure_code(report)
    if arguments.diff:
        write_output(differences(outcome.files), None)
        say(summary(outcome, is_written=False))
        code = FINDINGS if code == CLEAN and outcome.files else code
    else:
        lost = write(outcome.files)
        write_output((f"{line}\n" for line in summary(outcome, lost)), None)
        code = max(UNCHECKED, code) if lost else code
    print_failures(report)
    return code


class _Asker:
    """Shows each fix to a person and asks; what was answered with `a` holds for all that follow."""

    def __init__(self) -> None:
        """Look for the person.

        Raises:
            UsageError: there is none.

        """
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError("--interactive asks, and there is no terminal; leave it out, or use --diff")
        self._all = False

    def __call__(self, candidate: Candidate, files: Mapping[str, tuple[bytes, bytes]]) -> bool:
        """Return whether a fix is wanted."""
        if self._all:
            return True
        write_output((f"{line}\n" for line in prompt_lines(candidate, files)), None)
        answer = asked()
        if answer == "q":
            from dropcap.fixes.mending import StopFixing

            raise StopFixing
        self._all = answer == "a"
        return answer in {"a", "y"}
