"""Findings put together so that a file with twenty services stays readable: what is the same is said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.writers.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Container, Finding, Kind

    Key = tuple[str, int, str, str]
    _Signature = tuple[str, str, tuple[str, ...]]


class Said(NamedTuple):
    """A finding, said once.

    Attributes:
        finding: the finding, or the first of several that differ in their container only.
        containers: whose it is, where these are not just the containers of its block.
        more: how many findings besides are said by it.

    """

    finding: Finding
    containers: tuple[Container, ...] = ()
    more: int = 0


class Block(NamedTuple):
    """Containers of one file that hold the same and lack the same, with their findings.

    Attributes:
        containers: in the order of their findings.
        holding: what each of them holds, as a sentence without its subject.
        said: their findings, in order.
        again: findings of theirs that an earlier block said, because several containers share the text.

    """

    containers: tuple[Container, ...]
    holding: str
    said: tuple[Said, ...]
    again: tuple[Finding, ...]


class _Sameness(NamedTuple):
    alone: Key | None
    path: str
    kind: Kind
    holding: str
    absences: frozenset[_Signature]
    shared: frozenset[int]


def blocks(findings: Sequence[Finding]) -> Iterator[Block]:
    """Group a report's findings, keeping their order.

    Containers stand in one block when they are of one kind and file, hold the same set, share the same texts
    and lack the same things at their anchors. What one of them has besides is said there too, with its name.
    """
    containers: dict[Key, Container] = {}
    indexes: dict[Key, list[int]] = {}
    for index, finding in enumerate(findings):
        for container in owners(finding):
            key = _key(container)
            containers.setdefault(key, container)
            indexes.setdefault(key, []).append(index)
    groups: dict[_Sameness, list[Key]] = {}
    for key, container in containers.items():
        groups.setdefault(_sameness(container, indexes[key], findings), []).append(key)
    said: set[int] = set()
    for sameness, keys in groups.items():
        mine = sorted({index for key in keys for index in indexes[key]})
        again = tuple(findings[index] for index in mine if index in said)
        fresh = [findings[index] for index in mine if index not in said]
        said.update(mine)
        members = tuple(containers[key] for key in keys)
        yield Block(members, sameness.holding, tuple(_said(fresh, set(keys))), again)


def owners(finding: Finding) -> tuple[Container, ...]:
    """Give every container that has a finding."""
    return (finding.container, *finding.shared_by)


def _said(findings: Sequence[Finding], keys: set[Key]) -> Iterator[Said]:
    signatures = [_signature(finding) if _is_absence(finding) else None for finding in findings]
    absences: dict[_Signature, int] = {}
    for one in filter(None, signatures):
        absences[one] = absences.get(one, 0) + 1
    for finding, signature in zip(findings, signatures, strict=True):
        if signature is not None:
            count = absences.pop(signature, 0)
            if count:
                yield Said(finding, more=count - 1)
            continue
        whose = owners(finding)
        yield Said(finding) if {_key(container) for container in whose} == keys else Said(finding, whose)


def _sameness(container: Container, indexes: Sequence[int], findings: Sequence[Finding]) -> _Sameness:
    own = [findings[index] for index in indexes]
    absences = frozenset(_signature(finding) for finding in own if _is_absence(finding))
    shared = frozenset(index for index in indexes if findings[index].shared_by)
    alone = None if absences or shared else _key(container)
    return _Sameness(alone, container.source.path, container.kind, summarise(container), absences, shared)


def _is_absence(finding: Finding) -> bool:
    """Whether a finding says all it has to say at its container's anchor."""
    if finding.shared_by or finding.problem.related:
        return False
    where, container = finding.problem.where, finding.container
    if where.source is container.source and where.span == container.span:
        return True
    return where.source.to_root(where.span) == container.source.to_root(container.span)


def _signature(finding: Finding) -> _Signature:
    return (finding.rule, finding.problem.message, finding.problem.evidence)


def _key(container: Container) -> Key:
    """Tell containers apart; comparing all that they have would take longer than printing it."""
    root, span = container.source.to_root(container.span)
    return (root.path, span.start, container.kind.value, container.name)
