"""The report for programs: one JSON object, versioned, one finding a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap import __version__
from dropcap.writers.ascii_json import dumps, known_entry, listed
from dropcap.writers.grouping import grouped
from dropcap.writers.json_records import VERSION, failure_record, finding_record, summary_record, suppressed_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Report
    from dropcap.writers import Context


def write(report: Report, _context: Context) -> Iterator[str]:
    """Yield the object in pieces.

    Lines and columns count from 1, columns in code points, and an end column is the first one behind. Paths
    have forward slashes. A `fingerprint` stays while the finding does, whatever its lines and words. No two findings
    of a `project`, the folder that it ends in, have the same one. What equal containers lack, and what several have by
    the same text, is one finding: `shared_by` names the others. What is found and accepted stands in `suppressed`,
    each with a `suppression` that says why. What was known before and is gone stands in `fixed`, where something is
    compared. Of containers that exist `live` says what each holds, by its configuration and by what the kernel says of
    its processes.
    """
    findings = grouped(report.findings)
    tool = {"name": "dropcap", "version": __version__}
    yield f'{{"version": {VERSION}, "tool": {dumps(tool)},\n"findings": ['
    yield from listed(map(finding_record, findings))
    yield '],\n"suppressed": ['
    yield from listed(map(suppressed_record, grouped(report.suppressed)))
    if report.compared is not None:
        yield '],\n"fixed": ['
        yield from listed(map(known_entry, report.compared.fixed))
    live = [container for container in report.containers if container.live is not None]
    if live:
        from dropcap.writers.live_json import live_entry  # of what an engine says alone

        yield '],\n"live": ['
        yield from listed(map(live_entry, live))
    yield '],\n"failures": ['
    yield from listed(map(failure_record, report.failures))
    yield f'],\n"summary": {dumps(summary_record(report, findings))}}}\n'
