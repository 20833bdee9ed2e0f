"""`dropcap check --add-ignores`: write comments that accept what is found."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dropcap.commands.inputs import collect, job_count
from dropcap.commands.output import write_output
from dropcap.edited_files import NotWrittenError, write_edited
from dropcap.exit_codes import UNCHECKED, UsageError
from dropcap.printable import counted, place, printable
from dropcap.real_paths import real_path
from dropcap.report import to_report
from dropcap.run import check_targets
from dropcap.suppress.writing import Writer
from dropcap.workspace import NotReadError, Workspace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.config import Config
    from dropcap.model import Report
    from dropcap.report import Accepting
    from dropcap.rule import Rule
    from dropcap.suppress.writing import Outcome

LONGEST_REASON = 200
_FORBIDDEN = ("-->", "*/", "{{", "`", "$")


def run(arguments: Namespace, config: Config, rules: Sequence[Rule], accepting: Accepting) -> tuple[Report, int]:
    """Write the comments, and say which; gives what is left to report, and the exit code where that failed.

    Raises:
        UsageError: there is no reason, or nothing that can be written to.

    """
    reason = _reason(arguments.reason)
    found, setup = collect(arguments, config)
    jobs = job_count(arguments, found.targets)

    def check(overlay: Mapping[str, bytes]) -> Report:
        changed = setup._replace(overlay={**(setup.overlay or {}), **overlay})
        results = check_targets(found.targets, rules, changed, jobs, arguments.rules)
        return to_report(results, found.failures, rules, accepting)

    outcome = Writer(check, _read, reason).run()
    failed = _write(outcome)
    write_output((f"{line}\n" for line in _lines(outcome, failed)), None)
    for error in failed.values():
        sys.stderr.write(f"dropcap: {printable(str(error))}\n")
    return outcome.report, UNCHECKED if failed else 0


def _read(path: str) -> bytes:
    try:
        return Workspace(os.path.dirname(path) or os.curdir, named=[path]).read(path)
    except NotReadError as error:
        raise OSError(error.reason) from None


def _write(outcome: Outcome) -> dict[str, NotWrittenError]:
    failed = {}
    for real, (before, after) in outcome.files.items():
        try:
            write_edited(real, before, after)
        except NotWrittenError as error:  # noqa: PERF203  # the other files are written all the same
            failed[real] = error
    return failed


def _lines(outcome: Outcome, failed: Mapping[str, NotWrittenError]) -> Iterator[str]:
    written = [one for one in outcome.written if real_path(one.path) not in failed]
    for one in written:
        yield f"{printable(one.path)}:{one.line}: {printable(one.text)}"
    for finding in outcome.refused:
        where = finding.problem.where
        at = place(where.source.region(where.span))
        yield f"{at}: no comment can accept [{finding.rule}] here; use an [[allow]] entry of the configuration"
    files = len({one.path for one in written})
    yield f"{counted(len(written), 'comment')} written into {counted(files, 'file')}" if written else "nothing written"


def _reason(given: str | None) -> str:
    """Take the reason, and ask for it on a terminal where there is none."""
    if given is None and sys.stdin.isatty() and sys.stderr.isatty():
        sys.stderr.write("Why is what is found accepted? ")
        sys.stderr.flush()
        given = sys.stdin.readline()
    reason = " ".join((given or "").split())
    if not reason:
        raise UsageError('--add-ignores needs --reason "…": why what is found is accepted')
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise UsageError(f"--reason: one line of at most {LONGEST_REASON} printable characters")
    wrong = next((one for one in _FORBIDDEN if one in reason), None)
    if wrong is not None:
        raise UsageError(f"--reason: {wrong} may mean something else in one of the files; leave it out")
    return reason
