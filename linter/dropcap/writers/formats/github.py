"""Annotations of a pull request's lines, as a job of GitHub Actions makes them by what it prints.

GitHub shows 10 errors, 10 warnings and 10 notices of a step, the first ones that it reads, so the gravest findings
stand first. The log has them all; for more annotations there is `sarif`.

| severity | GitHub's |
| --- | --- |
| critical, high | error |
| medium | warning |
| low | notice |
| not checked | error |

Sources: GitHub's documentation, "Workflow commands for GitHub Actions", for the words; actions/runner,
src/Runner.Common/ActionCommand.cs, for how they are read; actions/toolkit, docs/problem-matchers.md, for the limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Level, Severity
from dropcap.printable import printable
from dropcap.writers.grouping import grouped
from dropcap.writers.one_line import gravest_first, sentence
from dropcap.writers.places import from_top

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Failure, Report
    from dropcap.source import Region
    from dropcap.writers import Context

FROM_TOP = True
"""Paths are those of the repository, wherever in it this runs."""

_KINDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def write(report: Report, context: Context) -> Iterator[str]:
    """Yield a command for each file that was not checked and for each finding, the gravest first."""
    for failure in report.failures:
        if failure.level is not Level.NOTE:
            yield _command("error", "not checked", failure.message, _place_of(failure, context.root))
    for finding in gravest_first(grouped(report.findings)):
        where = finding.problem.where
        title = f"{finding.rule} ({finding.severity.label})"
        at = _place(where.source.region(where.span), context.root)
        yield _command(_KINDS[finding.severity], title, sentence(finding), at)


def _place_of(failure: Failure, root: str | None) -> dict[str, object]:
    if failure.source is not None and failure.span is not None:
        return _place(failure.source.region(failure.span), root)
    return {"file": from_top(failure.path, root)} if failure.path else {}


def _place(region: Region, root: str | None) -> dict[str, object]:
    """Say where; columns count on one line alone, and the runner refuses them elsewhere."""
    at: dict[str, object] = {"file": from_top(region.path, root), "line": region.line, "endLine": region.end_line}
    if region.line == region.end_line:
        at.update(col=region.column, endColumn=region.end_column)
    return at


def _command(kind: str, title: str, message: str, at: dict[str, object]) -> str:
    words = {"title": f"dropcap: {title}", **at}
    properties = ",".join(f"{name}={printable(str(value)).translate(_PROPERTY)}" for name, value in words.items())
    return f"::{kind} {properties}::{printable(message).translate(_DATA)}\n"
