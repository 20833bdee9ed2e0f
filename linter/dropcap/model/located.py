"""A value with the place it stands at, and what is not known of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import Generic, NamedTuple, field_getter

if TYPE_CHECKING:
    from typing import TypeVar

    from dropcap.source import Source, Span

    T = TypeVar("T")


class Located(tuple, Generic["T"]):  # type: ignore[type-arg]  # a generic named tuple needs Python 3.11
    """A value and the place it stands at."""

    __slots__ = ()

    def __new__(cls, value: T, source: Source, span: Span) -> Located[T]:
        """Make the value at `span` of `source`."""
        return tuple.__new__(cls, (value, source, span))

    def __getnewargs__(self) -> tuple[T, Source, Span]:
        """Let pickle call `__new__` with three arguments."""
        return (self.value, self.source, self.span)

    def __repr__(self) -> str:
        """Show the value and its place."""
        return f"Located({self.value!r}, {self.source.path!r}, {self.span.start}:{self.span.end})"

    if TYPE_CHECKING:

        @property
        def value(self) -> T:
            """What stands there."""

        @property
        def source(self) -> Source:
            """The text it stands in."""

        @property
        def span(self) -> Span:
            """Where it stands in that text."""
    else:
        value = field_getter(0, "What stands there.")
        source = field_getter(1, "The text it stands in.")
        span = field_getter(2, "Where it stands in that text.")


class Unknown(NamedTuple):
    """Something that cannot be seen through: `"${ARGS[@]}"`, an `extends` that is not resolved.

    Attributes:
        text: the expression as it is written.
        reason: why it is not known, to follow the word "because".
        source: the text it stands in.
        span: where it stands.
        fields: the names of the :class:`Container` fields it may decide; empty when it may decide any.

    """

    text: str
    reason: str
    source: Source
    span: Span
    fields: tuple[str, ...] = ()
