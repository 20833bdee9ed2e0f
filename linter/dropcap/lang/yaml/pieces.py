"""Entries of a text that is being edited, which keep what was found out of them.

An editor has a text checked with each word that is typed, and all but one of its entries are as they were. An entry is
a source of its own, so that its nodes stay the same when lines are put in above it: it is moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.yaml.nodes import Mapping
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any, TypeVar

    from dropcap.lang.yaml.nodes import Value

    T = TypeVar("T")

_MOST_FORMS = 16
_MOST_KEPT = 1000

__all__ = ["Piece", "add_form", "is_entry", "once"]


class Piece(Source):
    """An entry of a text that is being edited.

    Attributes:
        forms: the entry's value as it was parsed, and what was made of it as a whole, by identity.
        kept: what was found out of these, by the question.

    """

    __slots__ = ("forms", "kept")

    def __init__(self, text: str, root: Source, start: int) -> None:
        """Take the text, and where it stands."""
        super().__init__(root.path, text, encoding=root.encoding)
        self.forms: dict[int, Value] = {}
        self.kept: dict[Hashable, Any] = {}
        self.move(root, start)

    def keep(self, question: Hashable, answer: T) -> T:
        """Keep an answer, and return it."""
        if len(self.kept) >= _MOST_KEPT:
            self.kept.clear()
        self.kept[question] = answer
        return answer

    def move(self, root: Source, start: int) -> None:
        """Say where it stands from now on."""
        self.parent = root
        self._segments = ((0, start),)

    @property
    def root(self) -> Source:
        """The text that it is an entry of."""
        return self.parent or self

    def to_root(self, span: Span) -> tuple[Source, Span]:
        """Return the text that it is an entry of, and a span as it stands there."""
        start = self._segments[0][1]
        return self.root, Span(span.start + start, span.end + start)

    @property
    def start(self) -> int:
        """Where it begins in the text that it is an entry of."""
        return self._segments[0][1]


def is_entry(value: Value) -> bool:
    """Whether a value is that of an entry, in a form that is kept."""
    source = value.source
    return type(source) is Piece and id(value) in source.forms


def add_form(value: Value, form: Value) -> None:
    """Take a value as a form of an entry of which another one is known."""
    source = value.source
    if type(source) is not Piece or id(value) not in source.forms:
        return
    if len(source.forms) >= _MOST_FORMS:  # as of an entry whose variables change all the time
        parsed = next(iter(source.forms.values()))
        source.forms = {id(parsed): parsed}
        source.kept.clear()
    source.forms[id(form)] = form


def once(value: Value, question: Hashable, answer: Callable[[], T], told: Callable[[], int] | None = None) -> T:
    """Return an answer, which is kept where the value is that of an entry: nothing but value and question decide it.

    Args:
        value: the value that is asked about.
        question: what is asked, and all that decides the answer besides the value.
        answer: finds the answer.
        told: counts what was told of faults so far; an answer that tells of some is found each time.

    """
    source = value.source
    if type(source) is not Piece or id(value) not in source.forms:
        return answer()
    key = (question, id(value))
    if key in source.kept:
        found: T = source.kept[key]
        return found
    before = told() if told is not None else 0
    found = answer()
    if told is None or told() == before:
        source.keep(key, found)
        if isinstance(found, Mapping):
            add_form(value, found)
    return found
