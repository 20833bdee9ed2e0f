"""`dropcap check`: ask the rules about every container, and report."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dropcap.commands.inputs import STDIN, add_paths, collect, configure, examine, option
from dropcap.commands.output import (
    STDOUT,
    add_output,
    failure_code,
    line_width,
    print_failures,
    to_file,
    wants_colour,
    write_output,
)
from dropcap.config import to_threshold
from dropcap.exit_codes import CLEAN, FINDINGS, UsageError
from dropcap.real_paths import repository_top
from dropcap.report import Accepting
from dropcap.rule import RuleError, UnknownRuleError, choose, load_rules
from dropcap.writers import FORMATS, MOST_COLUMNS, Context, asks_needs, paths_from_top, writer

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from dropcap.check import Setup
    from dropcap.config import Config
    from dropcap.discover import Discovery
    from dropcap.model import Report
    from dropcap.rule import Rule
    from dropcap.targets import Target


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_paths(parser)
    add_report(parser)
    parser.add_argument("--fix", action="store_true", help="make safe fixes first, and report what is left")
    parser.add_argument(
        "--add-ignores", action="store_true", help="accept all that is found: write a comment for it into its file"
    )
    parser.add_argument("--reason", metavar="TEXT", help="why, for --add-ignores; asked for on a terminal")
    parser.add_argument(
        "--baseline", metavar="FILE", help="report what is new: not in FILE, which `dropcap baseline` has written"
    )
    parser.add_argument(
        "--since", metavar="REV", help="report what is new: not there as git has the files at the revision REV"
    )


def add_report(parser: ArgumentParser) -> None:
    """Add what says which rules run, how to report, and what the exit code says."""
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to report (default: text)")
    add_output(parser, "report")
    parser.add_argument(
        "--also",
        metavar="FORMAT=FILE",
        action="append",
        type=option(to_also),
        default=[],
        help="write the same report to FILE in another format too; several are possible",
    )
    add_rules(parser)
    parser.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        type=option(to_threshold),
        help="exit with 1 for findings of this severity or worse: low, medium, high, critical, never (default: medium)",
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 instead of 1, whatever is found")
    parser.add_argument("-q", "--quiet", action="store_true", help="findings and errors alone: no summary, no notes")
    parser.add_argument(
        "--statistics", action="store_true", help="add a count of findings and containers for each rule (text, JSON)"
    )
    parser.add_argument(
        "--show-suppressed", action="store_true", help="tell what is accepted, and why (text, SARIF; JSON always does)"
    )
    parser.add_argument("--category", default="dropcap", help="the category of a SARIF upload (default: dropcap)")


def add_rules(parser: ArgumentParser) -> None:
    """Add what says which rules run."""
    parser.add_argument("--select", metavar="RULE,…", type=option(to_words), help="run these rules only")
    parser.add_argument(
        "--extend-select",
        metavar="RULE,…",
        type=option(to_words),
        help="run these rules too, although they are off by default",
    )
    parser.add_argument("--ignore", metavar="RULE,…", type=option(to_words), help="do not run these rules")
    parser.add_argument("--rules", metavar="FOLDER", action="append", default=[], help="also load rules from FOLDER")


def to_also(text: object) -> tuple[str, str]:
    """Return a format and the file that a report goes to in it.

    Raises:
        ValueError: there is no such format, or no file.

    """
    name, _, path = str(text).partition("=")
    if name not in FORMATS or not to_file(path or STDOUT):
        raise ValueError(f"write a format and a file, as sarif=dropcap.sarif; the formats are {', '.join(FORMATS)}")
    return name, path


def to_words(text: object) -> tuple[str, ...]:
    """Return the words of a list with commas.

    Raises:
        ValueError: there are none.

    """
    words = tuple(word.strip() for word in str(text).split(",") if word.strip())
    if not words:
        raise ValueError("names no rule; name one, or leave the option out")
    return words


def run(arguments: Namespace) -> int:
    """Check the arguments' paths; gives the exit code."""
    _refuse_what_makes_no_sense(arguments)
    config = configure(arguments)
    known = load_rules(arguments.rules)
    found, setup = collect(arguments, config)
    rules = chosen_rules(arguments, config, known, found.targets)
    accepting = accepting_of(arguments, config, [rule.id for rule in known])
    if arguments.add_ignores:
        from dropcap.commands.add_ignores import run as add_ignores

        if _is_compared(arguments, config):  # what was known needs no comment
            accepting, _ = _with_known(arguments, config, rules, accepting, found, setup)
        report, code = add_ignores(arguments, config, rules, accepting)
        print_failures(report, arguments.color, quiet=arguments.quiet)
        found_code = exit_code(report, config.fail_on)
        return max(code, CLEAN if found_code == FINDINGS and arguments.exit_zero else found_code)
    if arguments.fix:
        from dropcap.commands.fixing import fix_first

        fix_first(arguments, config, rules)
        found, setup = collect(arguments, config)
    if _is_compared(arguments, config):
        accepting, found = _with_known(arguments, config, rules, accepting, found, setup)
    report = examine(arguments, found, setup, rules, arguments.rules, accepting)
    report = _written(arguments, config, rules, report, setup)
    print_failures(report, arguments.color, quiet=arguments.quiet)
    code = exit_code(report, config.fail_on)
    return CLEAN if code == FINDINGS and arguments.exit_zero else code


def _written(arguments: Namespace, config: Config, rules: tuple[Rule, ...], report: Report, setup: Setup) -> Report:
    """Write the report in each format that is asked for; return it with what could not be found out for that."""
    ways = [(arguments.format, arguments.output), *arguments.also]
    finder = None
    if any(asks_needs(name) for name, _ in ways):
        from dropcap.commands.finder import Finder  # few formats tell what containers need

        finder = Finder(setup.overlay)
    for name, path in ways:
        context = context_of(arguments, config, rules, name, path)
        if finder and asks_needs(name):
            context = context._replace(needs=finder.needs)
        write_output(writer(name)(report, context), path)
    return report._replace(failures=(*report.failures, *dict.fromkeys(finder.failures))) if finder else report


def _refuse_what_makes_no_sense(arguments: Namespace) -> None:
    """Refuse options that do not go together, before anything is read."""
    if arguments.add_ignores and arguments.fix:
        raise UsageError("--fix and --add-ignores do not go together: fix first, then accept what is left")
    if arguments.add_ignores and arguments.also:
        raise UsageError("--also writes a report, and --add-ignores makes none: run a check afterwards")
    if arguments.reason is not None and not arguments.add_ignores:
        raise UsageError("--reason goes with --add-ignores")
    if STDIN in arguments.paths and arguments.add_ignores:
        raise UsageError("--add-ignores writes into files, and - is none")
    if STDIN in arguments.paths and arguments.fix:
        from dropcap.commands.fixing import refuse_standard_input

        refuse_standard_input(arguments)


def _is_compared(arguments: Namespace, config: Config) -> bool:
    """Whether findings are compared with what was known before."""
    return bool(arguments.baseline or arguments.since is not None or config.baseline)


def _with_known(
    arguments: Namespace, config: Config, rules: Sequence[Rule], accepting: Accepting, found: Discovery, setup: Setup
) -> tuple[Accepting, Discovery]:
    """Take in what was known before, and words about what could not be read of it."""
    from dropcap.commands.known_before import before_of  # most runs compare nothing

    before, words = before_of(arguments, config, rules, found, setup)
    return accepting._replace(before=before), found._replace(failures=[*found.failures, *words])


def accepting_of(arguments: Namespace, config: Config, known: Sequence[str]) -> Accepting:
    """Say what the configurations accept, once the files are found."""
    if not config.allow and getattr(arguments, "configurations", None) is None:
        return Accepting(known)
    from dropcap.commands.accepting import accepting_by_file  # few configurations accept anything

    return accepting_by_file(arguments, config, known)


def context_of(arguments: Namespace, config: Config, rules: tuple[Rule, ...], name: str, output: str | None) -> Context:
    """Say what the writer of a format has to know besides the report."""
    is_file = to_file(output)
    # A file has colours where the call says so alone: the environment speaks of terminals.
    colour = arguments.color == "always" if is_file else wants_colour(sys.stdout, arguments.color)
    return Context(
        rules,
        colour,
        arguments.category,
        repository_top(os.path.realpath(os.curdir)) if paths_from_top(name) else None,
        config.fail_on,
        MOST_COLUMNS if is_file else line_width(sys.stdout),
        arguments.statistics,
        arguments.quiet,
        shows_suppressed=arguments.show_suppressed,
    )


def chosen_rules(
    arguments: Namespace, config: Config, known: Sequence[Rule], targets: Sequence[Target] = ()
) -> tuple[Rule, ...]:
    """Choose among the rules; says where a name stands that no rule has.

    Args:
        arguments: the command line's.
        config: the run's configuration.
        known: the rules.
        targets: the files, once they are found: the rules are those of all of them, and each says which are its own.

    Raises:
        RuleError: a name is no rule's, or no rule is left.
        ConfigError: the same, of a configuration file.

    """
    if config.file is not None or getattr(arguments, "configurations", None) is not None:
        from dropcap.commands.configured_rules import check_names, rules_of_all

        check_names(arguments, config, known)
        if any(target.policy is not None for target in targets):
            return rules_of_all(known, targets)
    try:
        return choose(known, config.select, config.ignored, config.extend_select)
    except UnknownRuleError as error:
        raise RuleError(f"--{_option(error.name, config)}: {error}") from None


def _option(name: str, config: Config) -> str:
    """Return the option that names a rule."""
    if name in config.select:
        return "select"
    return "extend-select" if name in config.extend_select else "ignore"


def exit_code(report: Report, fail_on: int) -> int:
    """Say what the report means to the shell; what was not checked outweighs what was found."""
    code = failure_code(report)
    if code == CLEAN and any(finding.fails(fail_on) for finding in report.findings):
        return FINDINGS
    return code
