"""Statements that are followed again: where all that they read is as it was, so is all that they change.

A function that is called in a loop, or by several others, is followed again and again; without this the work grows
with the power of the depth. What a statement reads is found out while it is followed (:class:`Frame`), so nothing
about the language has to be known here.

Each time that a branch is followed it has a number of its own. Two states that differ in these numbers only are the
same state; what comes of them is told apart by new numbers again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from dropcap.lang.shell.scope import Change, Frame, Scope, Values

__all__ = ["Memo"]

_MOST_OUTCOMES = 8  # of one statement; the oldest goes


class _Outcome(NamedTuple):
    """What came of a statement.

    Attributes:
        reads: what it read.
        change: the variables that it set, with the values that it left them with.
        first: the last number of a branch that was given before it.
        last: the last number of a branch that was given in it.
        ends: whether it ends the script.

    """

    reads: Mapping[str, Values | None]
    change: Change
    first: int
    last: int
    ends: bool


class Memo:
    """The outcomes of the statements of one script."""

    def __init__(self) -> None:
        """Begin with none."""
        self._outcomes: dict[Hashable, list[_Outcome]] = {}

    def keep(self, key: Hashable, scope: Scope, frame: Frame, first: int, *, ends: bool) -> None:
        """Keep what came of a statement.

        Args:
            key: the statement, and all that it depends on besides variables.
            scope: the variables as it left them.
            frame: what it read and changed.
            first: the last number of a branch that was given before it.
            ends: whether it ends the script.

        """
        change = {name: scope.peek(name) for name in frame.assigned}
        outcomes = self._outcomes.setdefault(key, [])
        if len(outcomes) == _MOST_OUTCOMES:
            del outcomes[0]
        outcomes.append(_Outcome(frame.reads, change, first, scope.last_branch, ends))

    def replay(self, key: Hashable, scope: Scope) -> bool | None:
        """Change the variables as the statement would; gives whether it ends the script, None where nobody knows."""
        for outcome in self._outcomes.get(key, ()):
            numbers = _renumbered(outcome.reads, scope)
            if numbers is None:
                continue
            for name in outcome.reads:
                scope.get(name)
            for name, values in outcome.change.items():
                scope.set(name, _told_apart(values, outcome, numbers, scope))
            return outcome.ends
        return None


def _renumbered(reads: Mapping[str, Values | None], scope: Scope) -> dict[int, int] | None:
    """Say which branch now stands for which one then; None where what was read is not as it was."""
    numbers: dict[int, int] = {}
    for name, then in reads.items():
        now = scope.peek(name)
        if then is None or now is None:
            if then is not now:
                return None
            continue
        if then is not now and len(then) != len(now):
            return None
        for old, new in zip(then, now, strict=True):
            if old is new and not old.guards:
                continue
            if len(old.guards) != len(new.guards) or old.elements != new.elements or old.is_list != new.is_list:
                return None
            for (branch, arm), (other, other_arm) in zip(sorted(old.guards), sorted(new.guards), strict=True):
                if arm != other_arm or numbers.setdefault(branch, other) != other:
                    return None
    return numbers if len(set(numbers.values())) == len(numbers) else None


def _told_apart(values: Values | None, outcome: _Outcome, numbers: dict[int, int], scope: Scope) -> Values | None:
    if values is None or not any(value.guards for value in values):
        return values
    return tuple(
        value._replace(
            guards=frozenset((_number(branch, outcome, numbers, scope), arm) for branch, arm in value.guards)
        )
        if value.guards
        else value
        for value in values
    )


def _number(branch: int, outcome: _Outcome, numbers: dict[int, int], scope: Scope) -> int:
    if branch not in numbers:
        is_new = outcome.first < branch <= outcome.last and not scope.is_question(branch)
        numbers[branch] = scope.new_branch() if is_new else branch
    return numbers[branch]
