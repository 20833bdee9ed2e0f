"""A summary in Markdown, for a job's page or a comment: files by severity, then the findings of each.

GitHub shows no more than 1 MiB of a step's summary, so the gravest findings alone are listed, and the rest counted.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from dropcap.model import Level, Severity
from dropcap.printable import counted, shortened, title
from dropcap.writers.failures import folded, place_of
from dropcap.writers.fingerprint import portable
from dropcap.writers.grouping import grouped
from dropcap.writers.marked_text import in_code, marked, unmarked
from dropcap.writers.one_line import gravest_first
from dropcap.writers.partly import partly_known
from dropcap.writers.places import page_of
from dropcap.writers.totals import by_severity, totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Finding, Report
    from dropcap.writers import Context

MOST_FINDINGS = 300
_MOST_FILES = 100
_MOST_FAILURES = 50
_MOST_OTHERS = 5
_TEXT_SIZE = 60
_GRAVEST_FIRST = tuple(reversed(Severity))


def write(report: Report, context: Context) -> Iterator[str]:
    """Yield the summary, a table of the files, and a table of findings for each of them."""
    findings = grouped(report.findings)
    partly = partly_known(report)
    yield f"## dropcap\n\n{unmarked(totals(report, findings, context.threshold, partly.containers))}\n"
    if findings:
        yield from _files(findings)
        pages = {rule.id: page for rule in context.rules if (page := page_of(rule))}
        shown = set(map(id, gravest_first(findings)[:MOST_FINDINGS]))
        for path, of_file in _by_file([one for one in findings if id(one) in shown]):
            yield from _table(path, gravest_first(of_file), pages)
        if len(findings) > len(shown):
            yield f"\n{len(findings) - len(shown)} more findings are less severe than these and are not listed here.\n"
    yield from _failures(report)
    if partly.containers:
        are = "container is" if partly.containers == 1 else "containers are"
        yield f"\n{partly.containers} {are} only partly known: what could not be seen may hold anything.\n"


def _by_file(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    for path, of_file in groupby(findings, lambda finding: finding.problem.where.source.path):
        yield path, list(of_file)


def _files(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a table of the files, those with the gravest findings first."""
    rows = [(path, by_severity(of_file)) for path, of_file in _by_file(findings)]
    rows.sort(key=lambda row: [-row[1][one.label] for one in _GRAVEST_FIRST])
    yield f"\n| file | {' | '.join(one.label for one in _GRAVEST_FIRST)} |\n| --- |{' ---: |' * len(Severity)}\n"
    for path, counts in rows[:_MOST_FILES]:
        cells = " | ".join(str(counts[one.label] or "") for one in _GRAVEST_FIRST)
        yield f"| {in_code(portable(path))} | {cells} |\n"
    if len(rows) > _MOST_FILES:
        yield f"| and {counted(len(rows) - _MOST_FILES, 'more file')} |{' |' * len(Severity)}\n"


def _table(path: str, findings: Sequence[Finding], pages: dict[str, str]) -> Iterator[str]:
    yield f"\n### {in_code(portable(path))}\n\n| severity | line | container | finding | rule |\n"
    yield "| --- | ---: | --- | --- | --- |\n"
    for finding in findings:
        where = finding.problem.where
        line = where.source.region(where.span).line
        rule = unmarked(finding.rule)
        page = pages.get(finding.rule)
        cells = (
            finding.severity.label,
            str(line),
            _containers(finding),
            marked(finding.problem.message),
            f"[{rule}]({page})" if page else rule,
        )
        yield f"| {' | '.join(cells)} |\n"


def _containers(finding: Finding) -> str:
    others = [in_code(shortened(one.name, _TEXT_SIZE)) for one in finding.shared_by[:_MOST_OTHERS]]
    more = len(finding.shared_by) - len(others)
    names = ", ".join((in_code(title(finding.container)), *others))
    return f"{names} and {more} more" if more else names


def _failures(report: Report) -> Iterator[str]:
    """Yield what could not be checked; notes that say the same are one line."""
    for heading, are_notes in (("Not checked", False), ("Notes", True)):
        told = [one for one in folded(report.failures) if (one.level is Level.NOTE) is are_notes]
        lines = [f"- {in_code(place_of(one))}: {marked(one.message)}" for one in told]
        if lines:
            yield f"\n### {heading}\n\n{_listed(lines)}"


def _listed(lines: Sequence[str]) -> str:
    more = f"- and {len(lines) - _MOST_FAILURES} more\n" if len(lines) > _MOST_FAILURES else ""
    return "".join(f"{line}\n" for line in lines[:_MOST_FAILURES]) + more
