"""What a whole run found, in a line, and what was not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import NEVER, Kind, Level, Severity
from dropcap.namedtuple import NamedTuple
from dropcap.printable import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.model import Finding, Report


class OfRule(NamedTuple):
    """What one rule found: how many findings, in how many containers in all."""

    rule: str
    findings: int
    containers: int


def totals(report: Report, findings: Sequence[Finding], threshold: int, partly: int) -> str:
    """Sum up a report: `3 findings (1 critical, 2 medium) in 2 of 14 files, 31 containers`.

    Args:
        report: the report.
        findings: its findings, those of equal containers as one.
        threshold: the severity from which a finding makes the run fail, or `NEVER`.
        partly: how many containers are only partly known.

    """
    if not findings:
        return _nothing(report, partly)
    kinds = ", ".join(f"{count} {label}" for label, count in reversed(by_severity(findings).items()) if count)
    paths = len({finding.container.source.path for finding in findings})
    files = "1 file, " if report.files == 1 else f"{paths} of {counted(report.files, 'file')}, "
    where = f"{files if report.files else ''}{_checked(report)}"  # an engine's containers are in no file
    line = f"{counted(len(findings), 'finding')} ({kinds}) in {where}{_errors(report)}"
    if threshold < NEVER and all(finding.severity < threshold for finding in findings):
        return f"{line}; none is {Severity(threshold).label} or worse"
    return line


def by_severity(findings: Sequence[Finding]) -> dict[str, int]:
    """Count findings by severity, the least one first; those that do not occur count 0."""
    counts = dict.fromkeys(Severity, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return {severity.label: count for severity, count in counts.items()}


def by_rule(findings: Sequence[Finding]) -> list[OfRule]:
    """Count findings by rule, what most containers have first."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.rule, []).append(finding)
    # The same service of two projects is two containers, which only the objects tell apart.
    counts = [
        OfRule(rule, len(own), len({id(one) for each in own for one in (each.container, *each.shared_by)}))
        for rule, own in found.items()
    ]
    return sorted(counts, key=lambda one: (-one.containers, -one.findings, one.rule))


def stage_count(report: Report) -> int:
    """Count the Dockerfile stages, which start no container."""
    return sum(container.kind is Kind.STAGE for container in report.containers)


def _nothing(report: Report, partly: int) -> str:
    """Say that nothing was found, as far as it is true: what nobody could see may hold anything."""
    errors = error_count(report)
    if not report.containers:
        return f"Nothing to check: no container in {counted(report.files, 'file')}{_errors(report)}"
    of = f" of {counted(report.files, 'file')}" if report.files else ""
    if not errors and not partly:
        return f"No findings in {_checked(report)}{of}"
    what = f"Nothing found in what dropcap could see of {_checked(report)}{of}"
    return f"{what}{_errors(report)}"


def error_count(report: Report) -> int:
    """Count what could not be checked."""
    return sum(failure.level is not Level.NOTE for failure in report.failures)


def _checked(report: Report) -> str:
    stages = stage_count(report)
    containers = counted(len(report.containers) - stages, "container")
    if not stages:
        return containers
    only_stages = stages == len(report.containers)
    return counted(stages, "build stage") if only_stages else f"{containers} and {counted(stages, 'build stage')}"


def _errors(report: Report) -> str:
    errors = error_count(report)
    return f"; {counted(errors, 'error')}" if errors else ""
