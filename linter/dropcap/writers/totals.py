"""What a whole run found, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Kind, Level, Severity
from dropcap.printable import counted

if TYPE_CHECKING:
    from dropcap.model import Report


def totals(report: Report, threshold: Severity) -> str:
    """Sum up a report: `3 findings (1 critical, 2 medium) in 2 of 14 files, 31 containers`."""
    findings = report.findings
    if not findings:
        return f"No findings in {_checked(report)} of {counted(report.files, 'file')}{_errors(report)}"
    kinds = ", ".join(f"{count} {label}" for label, count in reversed(by_severity(report).items()) if count)
    paths = len({finding.container.source.path for finding in findings})
    files = "1 file" if report.files == 1 else f"{paths} of {counted(report.files, 'file')}"
    line = f"{counted(len(findings), 'finding')} ({kinds}) in {files}, {_checked(report)}{_errors(report)}"
    if all(finding.severity < threshold for finding in findings):
        return f"{line}; none is {threshold.label} or worse"
    return line


def by_severity(report: Report) -> dict[str, int]:
    """Count findings by severity, the least one first; those that do not occur count 0."""
    counts = dict.fromkeys(Severity, 0)
    for finding in report.findings:
        counts[finding.severity] += 1
    return {severity.label: count for severity, count in counts.items()}


def stage_count(report: Report) -> int:
    """Count the Dockerfile stages, which start no container."""
    return sum(container.kind is Kind.STAGE for container in report.containers)


def _checked(report: Report) -> str:
    stages = stage_count(report)
    containers = counted(len(report.containers) - stages, "container")
    if not stages:
        return containers
    only_stages = stages == len(report.containers)
    return counted(stages, "stage") if only_stages else f"{containers} and {counted(stages, 'stage')}"


def _errors(report: Report) -> str:
    errors = sum(failure.level is not Level.NOTE for failure in report.failures)
    return f"; {counted(errors, 'error')}" if errors else ""
