"""What an editor gets, gives and raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Protocol, TypeAlias

    from dropcap.model import Container, Located
    from dropcap.model.changes import Edit, Put, Remove, Replace
    from dropcap.source import Source, Span

    Change: TypeAlias = Remove | Replace | Put

    class Editor(Protocol):
        """A module that writes one language."""

        def edits(self, container: Container, changes: Sequence[Change]) -> Iterable[Edit]:
            """Return the edits that make all changes of one fix to a container.

            Raises:
                RefusedError: one of them cannot be made.

            """


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
