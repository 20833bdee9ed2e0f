"""Findings become candidates: edits to be tried, each with all that would be mended by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.fixes.registry import edits_of
from dropcap.namedtuple import NamedTuple
from dropcap.needs.allowance import Allowance
from dropcap.report import uncovered
from dropcap.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.fixes.contract import Change
    from dropcap.fixes.reading import Reading
    from dropcap.model import Finding
    from dropcap.model.changes import Edit
    from dropcap.rule import Rule
    from dropcap.source import Region

Key = tuple[int, str, tuple[str, ...]]
"""What a finding is known by in its project: the container's number, the rule, the evidence."""


MOST_OF_ONE = 200
"""How many findings of a rule in one container are mended in one round: a rule may look at all entries for each."""


class Member(NamedTuple):
    """What a candidate mends in one container.

    Attributes:
        project: the number of the project that was read.
        container: the number of the container in it; -1 where it is none's.
        key: what is to be gone: a finding's key, or a failure's.
        changes: what becomes of the container.
        finding: the finding; None where a failure is mended.
        opened: the fields that could not be read before.
        at: where it stood before anything was mended.
        is_reported: whether it is reported here, and not as a part of another project alone.

    """

    project: int
    container: int
    key: Key | tuple[str, str]
    changes: tuple[Change, ...]
    finding: Finding | None = None
    opened: tuple[str, ...] = ()
    at: Region | None = None
    is_reported: bool = True


class Candidate(NamedTuple):
    """Edits to be tried.

    Attributes:
        edits: in the order of files and places.
        members: all that these edits mend; several containers may share a text.
        message: what they do, in the imperative.
        safe: whether the containers are known to work as before.
        rule: the rule of the gravest that they mend.
        severity: how grave that is; what is graver is tried before.

    """

    edits: tuple[Edit, ...]
    members: tuple[Member, ...]
    message: str
    safe: bool
    rule: str
    severity: int


class Refusal(NamedTuple):
    """Something that is not mended.

    Attributes:
        member: what.
        rule: the rule that found it.
        message: what would have been done.
        reason: why it is not, as a clause that follows "not fixed:".

    """

    member: Member
    rule: str
    message: str
    reason: str


def candidates(
    number: int, reading: Reading, rules: Mapping[str, Rule], names: frozenset[str]
) -> Iterator[Candidate | Refusal]:
    """Give what can be tried in a project, and what cannot.

    Args:
        number: the project's number.
        reading: the project.
        rules: those whose findings are to be mended, by their ids.
        names: the containers that are reported as this project's; what others have is mended with theirs.

    """
    result = reading.result
    numbers = {id(container): index for index, container in enumerate(result.containers)}
    allowance = Allowance()
    subjects: dict[int, Subject] = {}
    counts: dict[tuple[int, object], int] = {}
    covers = {rule.id: rule.covers for rule in rules.values() if rule.covers}
    found = [one for one in result.findings if one.rule in rules and one.suppression is None]
    for finding in uncovered(found, covers):
        fix_of = rules[finding.rule].fix
        container = finding.container
        if fix_of is None:
            continue
        is_reported = container.name in names
        counts[id(container), fix_of] = counts.get((id(container), fix_of), 0) + 1
        if counts[id(container), fix_of] > MOST_OF_ONE:
            continue
        index = numbers[id(container)]
        subject = subjects.get(index)
        if subject is None:
            subject = subjects[index] = Subject.of(container, reading.request.workspace, allowance)
        key = (index, finding.rule, finding.problem.evidence)
        try:
            fix = fix_of(subject, finding.problem)
        except Exception as error:  # noqa: BLE001  # as that of a check, a rule's fault is its own
            reason = f"the rule's own fix failed ({type(error).__name__}); report it to the rule's author"
            if is_reported:
                yield Refusal(Member(number, index, key, (), finding), finding.rule, "", reason)
            continue
        if fix is None:
            continue
        member = Member(number, index, key, fix.changes, finding, is_reported=is_reported)
        try:
            edits = edits_of(container, fix.changes)
        except RefusedError as error:
            if is_reported:
                yield Refusal(member, finding.rule, fix.message, error.reason)
            continue
        yield Candidate(edits, (member,), fix.message, fix.safe, finding.rule, finding.severity)


def together(found: Sequence[Candidate]) -> list[Candidate]:
    """Make one of the candidates with the same edits; the gravest come first, then those of the first places."""
    by_edits: dict[object, list[Candidate]] = {}
    for one in found:
        key = tuple((edit.source.path, edit.span, edit.text) for edit in one.edits)
        by_edits.setdefault(key, []).append(one)
    joined = [_joined(group) for group in by_edits.values() if any(one.members[0].is_reported for one in group)]
    return sorted(joined, key=_order)


def _joined(group: Sequence[Candidate]) -> Candidate:
    first, *others = sorted(group, key=lambda one: (not one.members[0].is_reported, -one.severity))
    members = (*first.members, *(member for other in others for member in other.members))
    return first._replace(members=members, safe=all(one.safe for one in group))


def _order(one: Candidate) -> tuple[int, str, int, str]:
    first = one.edits[0]
    return (-one.severity, first.source.path, first.span.start, one.rule)
