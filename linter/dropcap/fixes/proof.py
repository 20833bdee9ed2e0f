"""What has to be true of a project after edits, and what is wrong where it is not.

The findings that were to be mended are gone, no other came and none became graver, no failure came, each container
that was mended is what its changes say, and all others are what they were.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from dropcap.fixes.expected import expected, unlike
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.fixes.candidates import Key, Member
    from dropcap.fixes.reading import Reading
    from dropcap.model import Failure, FileResult, Finding

_LINE = re.compile(r":\d+")


class Objection(NamedTuple):
    """What is wrong with a project after edits.

    Attributes:
        reason: what, as a clause.
        container: the number of the container that would change although nothing of it was to be mended.

    """

    reason: str
    container: int | None = None


def objection(before: Reading, after: Reading, members: Sequence[Member]) -> Objection | None:
    """Return what is wrong with a project after edits; None where all is as it has to be.

    Args:
        before: the project as it was read before.
        after: the same with the edits.
        members: what was to be mended in it.

    """
    old, new = before.result, after.result
    if old.read and not new.read:
        return Objection(f"the file could not be read any more: {new.failures[0].message}")
    of_containers = _of_containers(old, new, members)
    if of_containers is not None:
        return of_containers
    reason = _of_findings(old, new, members) or _of_failures(old, new, members)
    return Objection(reason) if reason else None


def _of_containers(old: FileResult, new: FileResult, members: Sequence[Member]) -> Objection | None:
    if len(old.containers) != len(new.containers):
        return Objection("the file would have other containers")
    changed: dict[int, list[Member]] = {}
    for member in members:
        changed.setdefault(member.container, []).append(member)
    for number, (one, other) in enumerate(zip(old.containers, new.containers, strict=True)):
        own = changed.get(number, [])
        changes = [change for member in own for change in member.changes]
        opened = {field for member in own for field in member.opened}
        fields = unlike(expected(one, changes, opened), other)
        if fields and not own:
            return Objection(f"{one.name} would change with it", number)
        if fields:
            return Objection(f"{', '.join(fields)} of {one.name} would not be what it is to be")
    return None


def _of_findings(old: FileResult, new: FileResult, members: Sequence[Member]) -> str | None:
    had, has = _by_key(old), _by_key(new)
    allowed: Counter[Key | tuple[str, str]] = Counter({key: len(found) for key, found in had.items()})
    allowed.subtract(Counter(member.key for member in members if member.finding is not None))
    for key, found in has.items():
        if len(found) <= allowed[key]:
            if max(one.severity for one in found) > max(one.severity for one in had[key]):
                return f"{found[0].rule} would be graver: {found[0].problem.message}"
            continue
        first = found[0]
        if key in had:
            return f"{first.rule} would still be found: {first.problem.message}"
        return f"{first.rule} would be found then: {first.problem.message}"
    return None


def _by_key(result: FileResult) -> dict[Key, list[Finding]]:
    numbers = {id(container): index for index, container in enumerate(result.containers)}
    found: dict[Key, list[Finding]] = {}
    for one in result.findings:
        if one.suppression is None:  # what a person accepts may come and stay
            found.setdefault((numbers[id(one.container)], one.rule, one.problem.evidence), []).append(one)
    return found


def _of_failures(old: FileResult, new: FileResult, members: Sequence[Member]) -> str | None:
    allowed: Counter[Key | tuple[str, str]] = Counter(map(failure_key, old.failures))
    allowed.subtract({member.key: 1 for member in members if member.finding is None})
    for key, count in Counter(map(failure_key, new.failures)).items():
        if count > allowed[key]:
            return f"it would not do: {key[1]}"
    return None


def failure_key(failure: Failure) -> tuple[str, str]:
    """Return what a failure is known by, on whichever line it stands."""
    return (failure.path, _LINE.sub(":", failure.message))
