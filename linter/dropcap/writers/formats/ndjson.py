"""The report for programs that read lines: a JSON object a line, the summary last.

Each line has a `type`: `finding`, `suppressed`, `fixed`, `live`, `error`, `note` or `summary`. Else the objects are
those of the format `json`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap import __version__
from dropcap.model import Level
from dropcap.writers.ascii_json import dumps, known_entry
from dropcap.writers.grouping import grouped
from dropcap.writers.json_records import VERSION, failure_record, finding_record, summary_record, suppressed_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Report
    from dropcap.writers import Context


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield a line an object. A text without a summary at its end is not whole: whoever wrote it was stopped."""
    for kind, record in _records(report):
        yield f"{dumps({'type': kind, **record})}\n"


def _records(report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what the report says, each with its type."""
    findings = grouped(report.findings)
    for finding in findings:
        yield "finding", finding_record(finding)
    for finding in grouped(report.suppressed):
        yield "suppressed", suppressed_record(finding)
    for known in report.compared.fixed if report.compared else ():
        yield "fixed", known_entry(known)
    live = [container for container in report.containers if container.live is not None]
    if live:
        from dropcap.writers.live_json import live_entry  # of what an engine says alone

        for container in live:
            yield "live", live_entry(container)
    for failure in report.failures:
        yield "note" if failure.level is Level.NOTE else "error", failure_record(failure)
    head = {"version": VERSION, "tool": {"name": "dropcap", "version": __version__}}
    yield "summary", {**head, **summary_record(report, findings)}
