"""Rounds over all projects, until nothing is left to fix.

In each round the fixes that do not meet are tried together. Where the proof finds fault with them, halves of them are
tried, down to the one that is to blame: that is not made. What was made is read again, and the next round looks for
what is left. As each fix that is made takes a finding away and brings none, the rounds come to an end, and a second
run finds nothing to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.fixes.apply import Taken, applied
from dropcap.fixes.candidates import Candidate, Refusal, candidates, together
from dropcap.fixes.contract import RefusedError
from dropcap.fixes.proof import objection
from dropcap.fixes.reading import read
from dropcap.fixes.registry import edits_of
from dropcap.fixes.repairs import INVALID, repairs
from dropcap.model.changes import Put, Replace
from dropcap.namedtuple import NamedTuple
from dropcap.questions import Questions
from dropcap.report import drop_included
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dropcap.check import Setup
    from dropcap.fixes.candidates import Member
    from dropcap.fixes.reading import Reading
    from dropcap.model import FileResult
    from dropcap.model.changes import Edit
    from dropcap.rule import Rule
    from dropcap.source import Region
    from dropcap.targets import Target

    Wants = Callable[["Candidate", "Mapping[str, tuple[bytes, bytes]]"], bool]

MOST_READ = 20_000
"""How many containers are read again for the fixes of a project; then the rest of its fixes are not tried."""
FEWEST_TRIES = 8
"""How many tries there are at least, however many containers a project has."""


MOST_PASSES = 5
"""How many times what was refused is tried once more, after something else was made."""


class Edited(NamedTuple):
    """A file that fixes change.

    Attributes:
        path: the file, as it is printed.
        before: what it held.
        after: what it is to hold.

    """

    path: str
    before: bytes
    after: bytes


class Outcome(NamedTuple):
    """What became of all projects.

    Attributes:
        made: the fixes that were made, in their order.
        refused: those that were not, and why.
        unsafe: those that are unsafe and were not asked for.
        declined: how many a person did not want.
        files: what changed, by path.
        readings: the projects as they are now.

    """

    made: tuple[Candidate, ...]
    refused: tuple[Refusal, ...]
    unsafe: tuple[Candidate, ...]
    declined: int
    files: tuple[Edited, ...]
    readings: tuple[Reading, ...]


class Fault(NamedTuple):
    """What is wrong with candidates, and which container of which project would change that was not to be mended."""

    reason: str
    container: tuple[int, int] | None = None


class Wishes(NamedTuple):
    """What is to be fixed.

    Attributes:
        chosen: the ids of the rules whose findings are to be mended, and :data:`INVALID` for errors of which it is
            certain what is meant; None for all.
        unsafe: whether unsafe fixes are made too.
        wants: asked about each fix that would do, before it is made, with the files that it changes; it raises
            :class:`StopFixing` where no more are to be made.
        accepts: marks the findings of a project that a person accepts: these are not fixed.
        picks: says of a fix whether it is tried at all; None for all.

    """

    chosen: frozenset[str] | None = None
    unsafe: bool = False
    wants: Wants | None = None
    accepts: Callable[[FileResult], FileResult] | None = None
    picks: Callable[[Candidate], bool] | None = None


class StopFixing(Exception):  # noqa: N818  # no error: a person has had enough
    """Nothing further is to be fixed; what was, stays."""


class Mender:
    """Fixes what can be fixed in projects, in memory."""

    def __init__(
        self, targets: Sequence[Target], rules: Sequence[Rule], setup: Setup, wishes: Wishes | None = None
    ) -> None:
        """Read the projects.

        Args:
            targets: the files.
            rules: what is asked about each container.
            setup: how.
            wishes: what is to be fixed; None for all that is safe.

        """
        self._wishes = wishes or Wishes()
        chosen = self._wishes.chosen
        self._questions = Questions(rules)
        self._rules = {rule.id: rule for rule in rules if chosen is None or rule.id in chosen}
        self._setup = setup
        self._overlay: dict[str, bytes] = dict(setup.overlay or {})
        self._readings = [self._read(target, self._overlay) for target in targets]
        self._files: dict[str, Edited] = {}
        self._readers: dict[str, set[int]] = {}
        for number, reading in enumerate(self._readings):
            for path in reading.request.workspace.reads:
                self._readers.setdefault(path, set()).add(number)
        self._names = self._reported()
        self._found: dict[int, list[Candidate]] = {}
        self._made: list[Candidate] = []
        self._refused: dict[object, Refusal] = {}
        self._declined: set[object] = set()
        self._places: dict[object, Region | None] = {}
        self._was_made = False
        self._passes = 0
        self._read_again = 0

    def _read(self, target: Target, overlay: Mapping[str, bytes]) -> Reading:
        reading = read(target, self._questions, self._setup, overlay)
        accepts = self._wishes.accepts
        return reading._replace(result=accepts(reading.result)) if accepts else reading

    def _reported(self) -> dict[int, frozenset[str]]:
        """Return the names of the containers that each project is to report; those of a part are its project's."""
        kept = {id(result): result for result in drop_included([one.result for one in self._readings])}
        by_path = {result.path: frozenset(one.name for one in result.containers) for result in kept.values()}
        return {
            number: by_path.get(reading.result.path, frozenset())
            for number, reading in enumerate(self._readings)
            if reading.result.read
        }

    def run(self) -> Outcome:
        """Fix what can be fixed."""
        try:
            while self._round() or self._again():
                pass
        except StopFixing:
            pass
        unsafe = [one for one in self._undecided() if not one.safe and not self._wishes.unsafe]
        refused = sorted(self._refused.values(), key=_place_of_refusal)
        files = [self._files[path] for path in sorted(self._files)]
        return Outcome(
            tuple(self._made),
            tuple(refused),
            tuple(unsafe),
            len(self._declined),
            tuple(one for one in files if one.before != one.after),
            tuple(self._readings),
        )

    def _round(self) -> bool:
        """Try what is left; give whether anything was decided."""
        left = [one for one in self._undecided() if one.safe or self._wishes.unsafe]
        decided = False
        for group in self._apart(left):
            self._read_again = 0
            batch = _together_at_once(group)
            self._settle(batch[:1] if self._wishes.wants is not None else batch)
            decided = True
        return decided

    def _again(self) -> bool:
        """Let what was refused be tried once more if anything was made since then; give whether there is any."""
        was_made, self._was_made = self._was_made, False
        self._passes += 1
        if self._passes > MOST_PASSES:
            return False
        if not (was_made and self._refused):
            return False
        for one in self._refused.values():
            self._found.pop(one.member.project, None)
        self._refused.clear()
        return True

    def _undecided(self) -> list[Candidate]:
        """Return the candidates of all projects, but for what was refused or declined."""
        for number, names in self._names.items():
            if number not in self._found:
                found = list(candidates(number, self._readings[number], self._rules, names))
                if self._wishes.chosen is None or INVALID in self._wishes.chosen:
                    found += repairs(number, self._readings[number])
                self._found[number] = []
                for one in found:
                    if isinstance(one, Refusal):
                        if not (one.safe or self._wishes.unsafe):
                            continue
                        self._refused.setdefault(_key(one.member), one._replace(member=self._placed(one.member)))
                    else:
                        self._found[number].append(one._replace(members=tuple(map(self._placed, one.members))))
        found_now = [
            one
            for number in sorted(self._found)
            for one in self._found[number]
            if _key(one.members[0]) not in self._refused and _key(one.members[0]) not in self._declined
        ]
        picks = self._wishes.picks
        return [one for one in together(found_now) if picks is None or picks(one)]

    def _placed(self, member: Member) -> Member:
        """Say where something stood when it was seen first: the lines of the file as a person has it."""
        if member.at is None and member.finding is not None:
            where = member.finding.problem.where
            member = member._replace(at=where.source.region(where.span))
        return member._replace(at=self._places.setdefault(_key(member), member.at))

    def _apart(self, found: Sequence[Candidate]) -> list[list[Candidate]]:
        """Part candidates into groups that have no project in common."""
        group_of: dict[int, tuple[set[int], list[int]]] = {}
        for index, one in enumerate(found):
            projects = self._projects(one.edits)
            meeting = list(
                {id(group_of[number]): group_of[number] for number in projects if number in group_of}.values()
            )
            meeting.sort(key=lambda group: -len(group[1]))
            group = meeting[0] if meeting else (set(), [])
            joining = [projects, *(other[0] for other in meeting[1:])]
            group[0].update(*joining)
            group[1].extend([index, *(number for other in meeting[1:] for number in other[1])])
            group_of.update(dict.fromkeys(set().union(*joining), group))
        groups = {id(group): group for group in group_of.values()}.values()
        return [[found[index] for index in sorted(indexes)] for _, indexes in groups]

    def _projects(self, edits: Iterable[Edit]) -> set[int]:
        """Return the projects that read one of the files that edits change."""
        return {number for path in {self._real(edit) for edit in edits} for number in self._readers.get(path, ())}

    def _real(self, edit: Edit) -> str:
        return self._readings[0].request.workspace.real(edit.source.path)

    def _settle(self, batch: Sequence[Candidate]) -> bool:
        """Make some of the candidates, or refuse them; give whether any was made."""
        wrong = self._try(batch)
        if wrong is None:
            return True
        if len(batch) == 1:
            return self._settle_shared(batch[0], wrong)
        half = len(batch) // 2
        # What is left of a batch of which some was made is looked for again: it stands elsewhere now.
        return self._settle(batch[:half]) or self._settle(batch[half:])

    def _settle_shared(self, candidate: Candidate, wrong: Fault) -> bool:
        """Make a candidate together with those that want the same for the containers that share its text."""
        shared: Candidate | None = candidate
        while wrong.container is not None and shared is not None:
            shared = self._with_same(shared, *wrong.container)
            if shared is not None:
                found = self._try([shared])
                if found is None:
                    return True
                wrong = found
        if self._try_otherwise(candidate):
            return True
        for member in candidate.members:
            self._refused[_key(member)] = Refusal(member, candidate.rule, candidate.message, wrong.reason)
        return False

    def _try_otherwise(self, candidate: Candidate) -> bool:
        """Make a candidate in the second way of its editor, container by container; give whether any was made."""
        for member in candidate.members:
            if member.finding is None:
                continue
            container = self._readings[member.project].result.containers[member.container]
            try:
                edits = edits_of(container, member.changes, otherwise=True)
            except RefusedError:
                continue
            if edits != candidate.edits and self._try([candidate._replace(edits=edits, members=(member,))]) is None:
                return True
        return False

    def _with_same(self, candidate: Candidate, project: int, container: int) -> Candidate | None:
        """Return a candidate that mends the same in one more container; None where that has not the same problem."""
        for other in self._found.get(project, ()):
            member = other.members[0]
            if member.container == container and (other.rule, other.message) == (candidate.rule, candidate.message):
                joined = candidate._replace(members=(*candidate.members, member), safe=candidate.safe and other.safe)
                return joined if joined.safe or self._wishes.unsafe else None
        return None

    def _try(self, batch: Sequence[Candidate]) -> Fault | None:
        """Make candidates if they hold; return what is wrong with them where they do not."""
        edits = [edit for one in batch for edit in one.edits]
        projects = sorted(self._projects(edits))
        cost = sum(len(self._readings[number].result.containers) + 1 for number in projects)
        if self._read_again > max(MOST_READ, FEWEST_TRIES * cost):
            return Fault("too many other fixes of this project could not be made")
        self._read_again += cost
        try:
            changed = self._changed(edits)
        except (NotReadError, RefusedError) as error:
            return Fault(error.reason)
        overlay = {**self._overlay, **{real: one.after for real, one in changed.items()}}
        after = {number: self._read(self._readings[number].target, overlay) for number in projects}
        for number in projects:
            members = [member for one in batch for member in one.members if member.project == number]
            wrong = objection(self._readings[number], after[number], members)
            if wrong is not None:
                return Fault(wrong.reason, None if wrong.container is None else (number, wrong.container))
        if self._wishes.wants is not None and not self._wishes.wants(batch[0], _by_name(changed)):
            self._declined.update(map(_key, batch[0].members))
            return None
        self._make(batch, changed, overlay, after)
        return None

    def _make(
        self,
        batch: Sequence[Candidate],
        changed: Mapping[str, Edited],
        overlay: dict[str, bytes],
        after: Mapping[int, Reading],
    ) -> None:
        """Take what was tried for what is there."""
        self._overlay = overlay
        for real, one in changed.items():
            first = self._files.get(real, one)
            self._files[real] = first._replace(after=one.after)
        for number, reading in after.items():
            self._readings[number] = reading
            self._found.pop(number, None)
        self._made += batch
        self._was_made = True

    def _changed(self, edits: Iterable[Edit]) -> dict[str, Edited]:
        """Return the files that edits change, by real path."""
        by_path: dict[str, list[Edit]] = {}
        for edit in edits:
            by_path.setdefault(self._real(edit), []).append(edit)
        changed = {}
        for real, own in by_path.items():
            number = min(self._readers[real])
            source = own[0].source
            before = self._readings[number].request.workspace.read(source.path)
            changed[real] = Edited(source.path, before, applied(source, before, own))
        return changed


def _together_at_once(group: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates that can be tried at once.

    No two write the same place or speak of the same field, and of a container all are of one rule: what another has to
    say may depend on what becomes of it. An addition that changes nothing today does where ALL is dropped tomorrow.
    """
    taken = Taken()
    claims: set[object] = set()
    rule_of: dict[object, str] = {}
    batch = []
    for one in group:
        own = {claim for member in one.members for claim in _claims(member)}
        containers = [(member.project, member.container) for member in one.members]
        is_free = claims.isdisjoint(own) and claims.isdisjoint(containers)
        is_free = is_free and all(rule_of.get(container, one.rule) == one.rule for container in containers)
        if is_free and own.isdisjoint(rule_of) and taken.take(one.edits):
            claims |= own
            rule_of.update(dict.fromkeys(containers, one.rule))
            batch.append(one)
    return batch


def _claims(member: Member) -> Iterator[object]:
    """Give what others must leave alone: a container whose field is put, and a value that is written in it."""
    container = (member.project, member.container)
    for change in member.changes:
        if isinstance(change, Put):
            yield container
        elif isinstance(change, Replace):
            yield (container, change.value)


def _by_name(changed: Mapping[str, Edited]) -> dict[str, tuple[bytes, bytes]]:
    return {one.path: (one.before, one.after) for one in changed.values()}


def _key(member: Member) -> object:
    """Return what a thing to be mended is known by while its file changes."""
    return (member.project, member.key)


def _place_of_refusal(refusal: Refusal) -> tuple[str, int, str]:
    at = refusal.member.at
    return (at.path if at else "", at.line if at else 0, refusal.rule)
