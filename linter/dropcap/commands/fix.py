"""`dropcap fix`: mend what can be mended by text edits, and say what was not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dropcap.commands.chosen import chosen_rules, to_words
from dropcap.commands.fix_text import asked, differences, prompt_lines, summary
from dropcap.commands.inputs import STDIN, add_paths, collect, configure, option
from dropcap.commands.output import at_the_edge, failure_code, print_failures, write_output
from dropcap.exit_codes import CLEAN, FINDINGS, UNCHECKED, UsageError
from dropcap.report import to_report
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Mapping

    from dropcap.config import Config
    from dropcap.discover import Discovery
    from dropcap.fixes.candidates import Candidate
    from dropcap.fixes.mending import Edited, Outcome, Wants


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_paths(parser)
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
    _refuse_standard_input(arguments)
    if arguments.interactive and arguments.diff:
        raise UsageError("--diff writes nothing, so there is nothing to ask: leave --interactive out")
    config = configure(arguments)
    wants = _Asker() if arguments.interactive else None
    found, outcome = mended(arguments, config, unsafe=arguments.unsafe, wants=wants)
    report = to_report([one.result for one in outcome.readings], found.failures)
    code = failure_code(report)
    if arguments.diff:
        write_output(differences(outcome.files), None)
        _say(summary(outcome, arguments.unsafe, is_written=False))
        code = FINDINGS if code == CLEAN and outcome.files else code
    else:
        lost = write(outcome.files)
        write_output((f"{line}\n" for line in summary(outcome, arguments.unsafe, lost)), None)
        code = max(UNCHECKED, code) if lost else code
    print_failures(report)
    return code


def fix_first(arguments: Namespace, config: Config) -> None:
    """Make the safe fixes before a check, and say on standard error what was done.

    Raises:
        UsageError: standard input cannot be fixed, or a file cannot be written.

    """
    _refuse_standard_input(arguments)
    _, outcome = mended(arguments, config)
    lost = write(outcome.files)
    _say(summary(outcome, False, lost, is_brief=True))  # noqa: FBT003  # no unsafe ones
    if lost:
        path, reason = next(iter(lost.items()))
        raise UsageError(f"{path} {reason}")


def _refuse_standard_input(arguments: Namespace) -> None:
    if STDIN in arguments.paths:
        raise UsageError("fixes are written to files, and standard input is none; name the file")


def _say(lines: Iterable[str]) -> None:
    sys.stdout.flush()
    sys.stderr.writelines(f"{at_the_edge(line)}\n" for line in lines)


def mended(
    arguments: Namespace, config: Config, *, unsafe: bool = False, wants: Wants | None = None
) -> tuple[Discovery, Outcome]:
    """Find files, and fix in memory what they hold.

    Raises:
        UsageError: as :func:`dropcap.commands.inputs.collect`.

    """
    from dropcap.fixes.mending import Mender
    from dropcap.fixes.repairs import INVALID

    ids = {rule.id for rule in chosen_rules(arguments, config)}
    found, setup = collect(arguments, config)
    # What a fix brings is looked for by all rules that are not ignored, whichever are to be fixed.
    rules = [
        rule
        for rule in load_rules(arguments.rules)
        if rule.id in ids or (rule.on_by_default and rule.id not in config.ignore)
    ]
    chosen = ids if arguments.select else {*ids, INVALID}
    return found, Mender(found.targets, rules, setup, chosen=chosen, unsafe=unsafe, wants=wants).run()


def write(files: Iterable[Edited]) -> dict[str, str]:
    """Write files; returns why some were not, by their paths."""
    lost = {one.path: _written(one) for one in files}
    return {path: reason for path, reason in lost.items() if reason}


def _written(one: Edited) -> str:
    """Write a file; returns why it was not."""
    from dropcap.edited_files import NotWrittenError, write_edited

    try:
        write_edited(one.path, one.before, one.after)
    except NotWrittenError as error:
        return error.reason
    return ""


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
