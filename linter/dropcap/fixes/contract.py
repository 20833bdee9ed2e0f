"""What an editor gets, gives and raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model.changes import Remove, Replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Protocol, TypeAlias

    from dropcap.model import Container, Located
    from dropcap.model.changes import Edit, Put
    from dropcap.source import Source, Span

    Change: TypeAlias = Remove | Replace | Put

    class Editor(Protocol):
        """A module that writes one language."""

        def edits(self, container: Container, changes: Sequence[Change]) -> Iterable[Edit]:
            """Return the edits that make all changes of one fix to a container.

            Raises:
                RefusedError: one of them cannot be made.

            """

    class Draft(Protocol):
        """What is to be done to a file: it takes changes one by one, and gives edits for all."""

        def remove(self, where: Located[Any]) -> None:
            """Take out what stands at a place."""

        def replace(self, where: Located[Any], value: str) -> None:
            """Write a value in the place of one."""

        def put(self, change: Put) -> None:
            """Make a field hold some values."""

        def made(self) -> Iterator[Edit]:
            """Give the edits."""


class RefusedError(Exception):
    """A change is not made.

    Attributes:
        reason: why, as a clause that follows "not fixed:": `a variable decides the value`.

    """

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


def place(where: Located[Any]) -> tuple[Source, Span]:
    """Return the file that a value stands in, and where."""
    return where.source.to_root(where.span)


def made(draft: Draft, changes: Sequence[Change]) -> Iterator[Edit]:
    """Make changes in a draft; gives its edits.

    Raises:
        RefusedError: one of them cannot be made.

    """
    for change in changes:
        if isinstance(change, Remove):
            draft.remove(change.where)
        elif isinstance(change, Replace):
            draft.replace(change.where, change.value)
        else:
            draft.put(change)
    return draft.made()
