"""What the variables of a script may hold at a place in it.

A variable has a few values, each with the choices it depends on: which arm of which branch was taken. Values whose
choices contradict each other never meet in one command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Guards, Piece, PieceKind, Text, consistent
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

__all__ = ["ARGUMENTS", "MOST_VALUES", "PATTERNS", "Change", "Scope", "Value", "unknown_value"]

MOST_VALUES = 8
"""A variable that may have more values than this is not known."""
LONGEST_VALUE = 256
"""How many pieces a value may have, its elements together."""

ARGUMENTS = "@"
"""The name by which the positional parameters are kept: a list."""

PATTERNS = " nullglob"
"""The name by which it is kept what becomes of a pattern that no file fits: it stays, or, with a text, it goes."""

_MOST_GUARDS = 8  # what a value depends on may be forgotten: then it meets more values than it can
_NO_GUARDS: Guards = frozenset()


class Value(NamedTuple):
    """One of the values that a variable may have.

    Attributes:
        elements: of a list, its elements; else the one value, or nothing where it is not set.
        is_list: whether it is a list.
        guards: the choices that it depends on.

    """

    elements: tuple[Text, ...]
    is_list: bool = False
    guards: Guards = _NO_GUARDS

    @property
    def texts(self) -> tuple[object, ...]:
        """What two values have in common that mean the same, wherever they are written."""
        return (self.is_list, *map(_shown, self.elements))


def _shown(element: Text) -> object:
    """Return a text of known pieces, however they are cut."""
    if len(element) == 1 and element[0].kind is not PieceKind.UNKNOWN:
        return element[0].text
    if any(piece.kind is PieceKind.UNKNOWN for piece in element if piece.text):
        return tuple((piece.text, piece.kind is PieceKind.UNKNOWN) for piece in element if piece.text)
    return "".join([piece.text for piece in element])


# On the other way through a branch, a variable that this script sets is empty, unless the caller's environment has it.
_NEVER_SET = (Value(()),)
_CALLERS = (Value(((Piece("$@", PieceKind.UNKNOWN, splits=True),),), is_list=True),)
_BY_BRANCH = "it differs between branches"

if TYPE_CHECKING:
    Values: TypeAlias = tuple[Value, ...]
    Change: TypeAlias = dict[str, Values | None]
else:
    Values = Change = object


def unknown_value(reason: str, *, is_list: bool = False) -> Values:
    """Give the values of a variable that nobody knows: a reason to follow the word "because"."""
    return (Value(((Piece("", PieceKind.UNKNOWN, splits=True, reason=reason),),), is_list),)


class Frame:
    """What a statement reads of the variables, and which ones it sets.

    Attributes:
        level: how many logs were open where it began.
        reads: the variables that it reads before it sets them, with their values.
        touched: all that it sets, with the values before it.
        assigned: those of them that are not taken back in it, be it to the value that they had.

    """

    __slots__ = ("assigned", "level", "reads", "touched")

    def __init__(self, level: int) -> None:
        """Begin with nothing."""
        self.level = level
        self.reads: Change = {}
        self.touched: Change = {}
        self.assigned: dict[str, None] = {}

    def read(self, name: str, values: Values | None) -> None:
        """Note that a variable is read, unless the statement itself has set it."""
        if name not in self.reads and (name not in self.touched or self.touched[name] is values):
            self.reads[name] = values


class Scope:
    """The variables of a shell, with a log of what has changed since each :meth:`begin`."""

    def __init__(self, outer: Scope | None = None, names: Iterable[str] = ()) -> None:
        """Begin with no variable set, or with some of those that the shell has which starts this one."""
        self._values: dict[str, Values] = {}
        self._logs: list[Change] = []
        self._branches: list[int] = outer._branches if outer else [0]  # noqa: SLF001  # one of its own kind
        self._questions: dict[str, int] = {}
        self._frames: list[Frame] = []
        self.is_collapsed = False
        """Whether a variable with several values is to be taken for one that is not known."""
        for name in names:
            values = outer.get(name) if outer else None
            if values is not None:
                self._values[name] = values

    def get(self, name: str) -> Values | None:
        """Give what a variable may hold; None where the script has not set it so far."""
        values = self._read(name)
        if self.is_collapsed and values is not None and len(values) > 1:
            return unknown_value(_BY_BRANCH, is_list=values[0].is_list)
        return values

    def _read(self, name: str) -> Values | None:
        values = self._values.get(name)
        if self._frames:
            self._frames[-1].read(name, values)
        return values

    def peek(self, name: str) -> Values | None:
        """Return all the values of a variable, collapsed or not; no statement counts as reading it."""
        return self._values.get(name)

    def set(self, name: str, values: Values | None) -> None:
        """Give a variable its values; None as if it had never been set."""
        if self._frames:
            frame = self._frames[-1]
            frame.touched.setdefault(name, self._values.get(name))
            if frame.level == len(self._logs):
                frame.assigned[name] = None
        if self._logs:
            self._logs[-1].setdefault(name, self._values.get(name))
        if values is None:
            self._values.pop(name, None)
        elif len(values) > MOST_VALUES:
            self._values[name] = unknown_value(_BY_BRANCH, is_list=values[0].is_list)
        elif any(sum([len(element) for element in value.elements]) > LONGEST_VALUE for value in values):
            self._values[name] = unknown_value("its value is too long for dropcap to follow", is_list=values[0].is_list)
        else:
            self._values[name] = values

    def begin(self) -> None:
        """Begin to log changes."""
        self._logs.append({})

    def undo(self) -> Change:
        """Take back what has changed since the last :meth:`begin`; gives the values that it had led to."""
        log = self._logs.pop()
        changed: Change = {name: self._values.get(name) for name in log}
        for name, before in log.items():
            if before is None:
                self._values.pop(name, None)
            else:
                self._values[name] = before
        return changed

    @property
    def level(self) -> int:
        """How many logs are open."""
        return len(self._logs)

    def current(self, level: int) -> Change:
        """Return the values of all that has changed since there were a number of logs."""
        return {name: self._values.get(name) for log in self._logs[level:] for name in log}

    def restore(self, names: Sequence[str], change: Change) -> None:
        """Set what another log has led to, but for some names."""
        for name, values in change.items():
            if name not in names:
                self.set(name, values)

    def join(self, arms: Sequence[Change], branch: int | None = None, numbers: Sequence[int] = ()) -> list[str]:
        """Go on after a branch of which any arm may have been taken; gives the names that changed.

        Args:
            arms: what each arm changes.
            branch: the number of the branch; None for a new one.
            numbers: the numbers of the arms; none where they are counted from 0.

        """
        if not arms:
            return []
        names = list(dict.fromkeys(name for arm in arms for name in arm))
        branch = self.new_branch() if branch is None else branch
        numbers = numbers or range(len(arms))
        for name in names:
            before = None if all(name in arm for arm in arms) else self._read(name)
            self.set(name, _joined_values(name, [arm.get(name, before) for arm in arms], branch, numbers))
        return names

    def new_branch(self) -> int:
        """Give a number by which a choice is known."""
        self._branches[0] += 1
        return self._branches[0]

    def question(self, name: str) -> int:
        """Give the number of the choice whether the caller has set a variable."""
        if name not in self._questions:
            self._questions[name] = self.new_branch()
        return self._questions[name]

    def is_question(self, branch: int) -> bool:
        """Return whether a number is that of a choice whether the caller has set a variable."""
        return branch in self._questions.values()

    @property
    def last_branch(self) -> int:
        """The number that was given last."""
        return self._branches[0]

    def changes_of(self, name: str) -> Values | None:
        """Give all the values of a variable, collapsed or not."""
        return self._read(name)

    def begin_frame(self) -> None:
        """Begin to note what a statement reads and sets."""
        self._frames.append(Frame(len(self._logs)))

    def end_frame(self) -> Frame:
        """Return what a statement has read and set; the statement that it stands in has done so too."""
        frame = self._frames.pop()
        if self._frames:
            outer = self._frames[-1]
            for name, values in frame.reads.items():
                outer.read(name, values)
            for name, values in frame.touched.items():
                outer.touched.setdefault(name, values)
            if outer.level == frame.level:
                outer.assigned |= frame.assigned
        return frame


def _joined_values(name: str, arms: Sequence[Values | None], branch: int, numbers: Sequence[int]) -> Values:
    """Put together what the arms of a branch give a variable."""
    never = _CALLERS if name == ARGUMENTS else _NEVER_SET
    found: dict[tuple[object, ...], Value] = {}
    given = [never if values is None else values for values in arms]
    if all(values is given[0] for values in given):
        return given[0]
    for number, values in zip(numbers, given, strict=True):
        for value in values:
            older = value.guards if len(value.guards) < _MOST_GUARDS else _NO_GUARDS
            guards = consistent(older, frozenset({(branch, number)}))
            guarded = value._replace(guards=guards or value.guards)
            texts = value.texts
            same = found.get(texts)
            found[texts] = guarded if same is None else _merged(same, guarded)
    values = tuple(found.values())
    return (values[0]._replace(guards=_NO_GUARDS),) if len(values) == 1 else values


def _merged(first: Value, second: Value) -> Value:
    """Make one of two values that mean the same: it depends on what both depend on."""
    return first._replace(guards=first.guards & second.guards)
