"""Findings of now and those that were known before, matched by their identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Compared, KnownFinding, Suppression
from dropcap.namedtuple import NamedTuple
from dropcap.writers.fingerprint import identity_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dropcap.baseline.scope import Scope
    from dropcap.model import FileResult, Finding
    from dropcap.report import Standing

    # Which of the lists of findings, and which of its findings.
    Position = tuple[int, int]


class _Said(NamedTuple):
    """A finding of one container, with all that say it: projects that include the same file say the same of it.

    Attributes:
        finding: the gravest of them.
        at: where they are.

    """

    finding: Finding
    at: list[Position]


class Matched(NamedTuple):
    """What became of findings and of those that were known.

    Attributes:
        known: which of the findings were known.
        added: how many findings were not, those of several projects as one.
        left: the known ones that nothing was found of.

    """

    known: frozenset[Position]
    added: int
    left: tuple[KnownFinding, ...]


def fingerprint(finding: Finding) -> str:
    """Hash whose a finding is and what it is about, whatever others there are of its kind."""
    return identity_hash(finding._replace(shared_by=(), ordinal=1))


def known_findings(standing: Standing) -> tuple[KnownFinding, ...]:
    """Return what is found and not accepted, in an order that depends on nothing but itself."""
    found = []
    for key, group in _groups(standing.lists()).items():
        open_ones = [one for one in group if one.finding.suppression is None]
        ordered = sorted(open_ones, key=lambda one: -one.finding.severity)
        found += [_known(one.finding, key, number) for number, one in enumerate(ordered, 1)]
    return in_order(found)


def in_order(found: Iterable[KnownFinding]) -> tuple[KnownFinding, ...]:
    """Sort by what a person reads first."""
    return tuple(sorted(found, key=lambda one: (one.path, one.kind, one.name, one.rule, one.evidence, one.number)))


def match(standing: Standing, known: Iterable[KnownFinding]) -> Matched:
    """Find each known one among the findings.

    One that is graver than it was is new; where several are equal in all but their severity, as many are known as can
    be. What is accepted in another way, or covered by a graver finding, is still there.
    """
    entries: dict[str, list[KnownFinding]] = {}
    for entry in known:
        entries.setdefault(entry.fingerprint, []).append(entry)
    covered = _groups(standing.covered) if entries else {}
    positions: list[Position] = []
    added = 0
    for key, group in _groups(standing.lists()).items():
        left = sorted(entries.pop(key, ()), key=lambda one: one.severity)
        unknown = 0
        for are_open in (True, False):
            part = [one for one in group if (one.finding.suppression is None) is are_open]
            for one in _unmatched(part, left, positions):
                unknown += 1
                added += one.finding.suppression is None
        entries[key] = left[: max(len(left) - unknown, 0)]  # the others are what has become graver
    for key, group in covered.items():
        if key in entries:
            del entries[key][: len(group)]
    return Matched(frozenset(positions), added, in_order(one for left in entries.values() for one in left))


def _unmatched(group: Sequence[_Said], left: list[KnownFinding], positions: list[Position]) -> Iterator[_Said]:
    """Give each finding a known one of its severity, or else the least grave that is graver; yield what gets none."""
    waiting = []
    for one in group:
        exact = next((index for index, entry in enumerate(left) if entry.severity == one.finding.severity), None)
        if exact is None:
            waiting.append(one)
        else:
            del left[exact]
            positions += one.at
    for one in sorted(waiting, key=lambda said: said.finding.severity):
        fitting = next((index for index, entry in enumerate(left) if entry.severity > one.finding.severity), None)
        if fitting is None:
            yield one
        else:
            del left[fitting]
            positions += one.at


def _groups(lists: Sequence[Sequence[Finding]]) -> dict[str, list[_Said]]:
    """Put findings together that nothing but their places tells apart, in the order of their places."""
    groups: dict[str, dict[tuple[str, int, int, int], _Said]] = {}
    for number, findings in enumerate(lists):
        seen: dict[object, int] = {}
        for index, finding in enumerate(findings):
            key = fingerprint(finding)
            where = finding.problem.where
            source, span = where.source.to_root(where.span)
            place = (source.path, span.start, span.end)
            # What one project says twice of a place stays two.
            count = seen[key, place] = seen.get((key, place), 0) + 1
            group = groups.setdefault(key, {})
            at = (*place, count)
            said = group.get(at)
            if said is None:
                group[at] = _Said(finding, [(number, index)])
                continue
            said.at.append((number, index))
            if _weight(finding) > _weight(said.finding):
                group[at] = said._replace(finding=finding)
    return {key: [group[at] for at in sorted(group)] for key, group in groups.items()}


def _weight(finding: Finding) -> tuple[bool, int]:
    return (finding.suppression is None, finding.severity)


def _known(finding: Finding, key: str, number: int) -> KnownFinding:
    container = finding.container
    return KnownFinding(
        finding.path,
        container.kind.value,
        container.name,
        finding.rule,
        finding.problem.evidence,
        finding.severity,
        key,
        number,
    )


class Before:
    """What was known before, as a report takes it into account."""

    def __init__(self, kind: str, name: str, known: Sequence[KnownFinding], scope: Scope) -> None:
        """Take what was known.

        Args:
            kind: of the suppression: `baseline` or `unchanged`.
            name: the file or the revision, as it is to be printed.
            known: what was found.
            scope: what this run can tell about.

        """
        self._kind = kind
        self._name = name
        self._known = known
        self._scope = scope

    def applied(self, standing: Standing) -> tuple[Standing, Compared]:
        """Say of findings that they were known, and of known ones which are fixed."""
        matched = match(standing, self._known)
        reason = "known before" if self._kind == "baseline" else f"as at {self._name}"
        why = Suppression(self._kind, reason, self._name if self._kind == "baseline" else "")

        def told(number: int, findings: Sequence[Finding]) -> tuple[Finding, ...]:
            return tuple(
                one._replace(suppression=why) if one.suppression is None and (number, index) in matched.known else one
                for index, one in enumerate(findings)
            )

        results: list[FileResult] = [
            result._replace(findings=told(number, result.findings)) for number, result in enumerate(standing.results)
        ]
        about_files = told(len(results), standing.about_files)
        judged = self._scope.judged(standing, matched.left)
        known = len(self._known) - len(matched.left)
        compared = Compared(self._kind, self._name, known, judged.fixed, len(judged.unsure))
        return standing._replace(results=tuple(results), about_files=about_files), compared
