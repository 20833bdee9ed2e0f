"""What `fix` and `check --fix` share: files are fixed in memory, and written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dropcap.commands.accepting import accepting_by_file
from dropcap.commands.fix_text import summary
from dropcap.commands.inputs import STDIN, collect
from dropcap.commands.output import at_the_edge
from dropcap.exit_codes import UsageError
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

    from dropcap.config import Config
    from dropcap.discover import Discovery
    from dropcap.fixes.mending import Edited, Outcome, Wants
    from dropcap.rule import Rule


def refuse_standard_input(arguments: Namespace) -> None:
    """Refuse to fix what no file holds.

    Raises:
        UsageError: standard input is named.

    """
    if STDIN in arguments.paths:
        raise UsageError("fixes are written to files, and standard input is none; name the file")


def mended(
    arguments: Namespace,
    config: Config,
    chosen: Sequence[Rule],
    wants: Wants | None = None,
) -> tuple[Discovery, Outcome]:
    """Fix in memory what files hold: what the chosen rules find, and errors where no rule is named.

    Raises:
        UsageError: as :func:`dropcap.commands.inputs.collect`.

    """
    from dropcap.fixes.mending import Mender, Wishes
    from dropcap.fixes.repairs import INVALID

    ids = {rule.id for rule in chosen}
    # What a fix brings is looked for by all rules that are not ignored, whichever are to be fixed.
    rules = [
        rule
        for rule in load_rules(arguments.rules)
        if rule.id in ids or (rule.on_by_default and rule.id not in config.ignored)
    ]
    wanted = frozenset(ids if arguments.select else {*ids, INVALID})
    found, setup = collect(arguments, config)
    allowance = accepting_by_file(arguments, config, sorted(ids)).allowance
    accepts = allowance.applied if allowance is not None else None
    wishes = Wishes(wanted, getattr(arguments, "unsafe", False), wants, accepts)
    return found, Mender(found.targets, rules, setup, wishes).run()


def fix_first(arguments: Namespace, config: Config, chosen: Sequence[Rule]) -> None:
    """Make the safe fixes before a check, and say on standard error what was done.

    Raises:
        UsageError: standard input cannot be fixed, or a file cannot be written.

    """
    refuse_standard_input(arguments)
    _, outcome = mended(arguments, config, chosen)
    lost = write(outcome.files)
    if not arguments.quiet:
        say(summary(outcome, lost, is_brief=True))
    if lost:
        path, reason = next(iter(lost.items()))
        raise UsageError(f"{path} {reason}")


def say(lines: Iterable[str]) -> None:
    """Print lines on standard error."""
    sys.stdout.flush()
    sys.stderr.writelines(f"{at_the_edge(line)}\n" for line in lines)


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
