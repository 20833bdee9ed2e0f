"""GitLab's Code Quality report, for the widget of a merge request and the lines of its changes.

A job hands it over as `artifacts: reports: codequality`. GitLab knows a finding again by its fingerprint and stops at
the first entry that lacks something.

| severity | GitLab's |
| --- | --- |
| critical | blocker |
| high | critical |
| medium | major |
| low | minor |
| not checked | blocker |

Sources: GitLab's documentation, "Code Quality report format", which orders info, minor, major, critical, blocker;
gitlabhq, app/validators/json_schemas/codeclimate.json and lib/gitlab/ci/parsers/codequality/code_climate.rb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.model import Level, Severity
from dropcap.printable import printable
from dropcap.writers.ascii_json import listed
from dropcap.writers.fingerprint import identity_hash
from dropcap.writers.grouping import grouped
from dropcap.writers.one_line import sentence
from dropcap.writers.places import from_top

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Failure, Report
    from dropcap.writers import Context

FROM_TOP = True
"""GitLab wants paths from the top of the repository, without `./`."""

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
}
_UNCHECKED = "blocker"


def write(report: Report, context: Context) -> Iterator[str]:
    """Yield an array with an entry a line, for each finding and for each file that was not checked."""
    yield "["
    yield from listed(_entries(report, context.root))
    yield "]\n"


def _entries(report: Report, root: str | None) -> Iterator[dict[str, Any]]:
    seen: dict[str, int] = {}
    for finding in grouped(report.findings):
        where = finding.problem.where
        region = where.source.region(where.span)
        yield {
            "description": sentence(finding),
            "check_name": finding.rule,
            "fingerprint": _own(identity_hash(finding), seen),
            "severity": _SEVERITIES[finding.severity],
            "location": _location(region.path, root, region.line, region.end_line),
        }
    for failure in report.failures:
        if failure.level is not Level.NOTE:
            yield _unchecked(failure, root)


def _own(fingerprint: str, seen: dict[str, int]) -> str:
    """Return a fingerprint that no entry before has: two repositories, as a submodule, may have the same finding."""
    from hashlib import sha256

    count = seen[fingerprint] = seen.get(fingerprint, 0) + 1
    return fingerprint if count == 1 else sha256(f"{fingerprint}#{count}".encode()).hexdigest()[:32]


def _unchecked(failure: Failure, root: str | None) -> dict[str, Any]:
    """Report what was not checked: a file of which nothing is told would count as mended."""
    from hashlib import sha256

    first = last = 1
    if failure.source is not None and failure.span is not None:
        region = failure.source.region(failure.span)
        first, last = region.line, region.end_line
    path = from_top(failure.path, root)
    identity = f"not checked\0{path}\0{failure.message}".encode("utf-8", "replace")
    return {
        "description": f"not checked: {printable(failure.message)}",
        "check_name": "not-checked",
        "fingerprint": sha256(identity).hexdigest()[:32],
        "severity": _UNCHECKED,
        "location": _location(failure.path, root, first, last),
    }


def _location(path: str, root: str | None, first: int, last: int) -> dict[str, Any]:
    return {"path": from_top(path, root) or ".", "lines": {"begin": first, "end": last}}
