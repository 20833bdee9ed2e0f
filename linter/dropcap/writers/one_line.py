"""A finding in one line: what it says, whose it is, how it came there, and who has it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.printable import place, printable, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dropcap.model import Container, Finding, Related

_MOST_NAMES = 20


def sentence(finding: Finding) -> str:
    """Say a finding with its container first, for a reader who sees no file: `service web: it is privileged`."""
    steps = finding.container.route(finding.problem.where)
    way = f" ({_steps(steps)})" if steps else ""
    return f"{title(finding.container)}: {printable(finding.problem.message)}{way}{others(finding.shared_by)}"


def route(finding: Finding) -> str:
    """Name the container and the steps that lead to it, where the place does not say whose the value is."""
    steps = finding.container.route(finding.problem.where)
    if not steps:
        return ""
    return f" ({finding.container.kind.value} {printable(finding.container.name)}: {_steps(steps)})"


def others(containers: Sequence[Container]) -> str:
    """Name the containers that have it too, each with its place."""
    if not containers:
        return ""
    named = [f"{title(one)} at {place(one.source.region(one.span))}" for one in containers[:_MOST_NAMES]]
    more = f" and {len(containers) - _MOST_NAMES} more" if len(containers) > _MOST_NAMES else ""
    return f" (also {', '.join(named)}{more})"


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Order findings for a reader who may not see them all; those of one severity keep their order."""
    return sorted(findings, key=lambda finding: -finding.severity)


def _steps(steps: Iterable[Related]) -> str:
    return "; ".join(f"{printable(one.message)} at {place(one.where.source.region(one.where.span))}" for one in steps)
