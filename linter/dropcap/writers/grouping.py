"""Findings put together so that a project with twenty services stays readable: what is the same is said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.source import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.model import Container, Finding, Kind

    Key = tuple[str, int, Kind, str]


def grouped(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Say once what equal containers of a file lack: of the first of them, shared by the others.

    They are of one kind, and the same rule says the same of each at its name. The order stays. Of containers that an
    engine describes it may be at any place: each of them has the same fields.
    """
    said: list[Finding | list[Finding]] = []
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        if not _is_absence(finding):
            said.append(finding)
            continue
        group = groups.setdefault(_what(finding), [])
        if not group:
            said.append(group)
        group.append(finding)
    return tuple(_joined(one) if isinstance(one, list) else one for one in said)


def owners(finding: Finding) -> tuple[Container, ...]:
    """Return every container that has a finding."""
    return (finding.container, *finding.shared_by)


def key_of(container: Container) -> Key:
    """Tell containers apart; comparing all that they have would take longer than printing it."""
    root, span = container.source.to_root(container.span)
    return (root.path, span.start, container.kind, container.name)


def _joined(group: Sequence[Finding]) -> Finding:
    first, *others = group
    return first._replace(shared_by=tuple(one.container for one in others)) if others else first


def _what(finding: Finding) -> object:
    container, problem = finding.container, finding.problem
    root, _ = container.source.to_root(container.span)
    return (
        "" if isinstance(root, Answer) else root.path,  # the containers of one engine are told of together
        container.kind,
        finding.rule,
        finding.severity,
        problem.message,
        problem.evidence,
        finding.suppression,
    )


def _is_absence(finding: Finding) -> bool:
    """Whether a finding says all it has to say at its container's anchor."""
    if finding.shared_by or finding.problem.related:
        return False
    where, container = finding.problem.where, finding.container
    if isinstance(container.source, Answer):
        return True  # a field that an engine prints of each: its line says nothing
    if where.source is container.source and where.span == container.span:
        return True
    return where.source.to_root(where.span) == container.source.to_root(container.span)
