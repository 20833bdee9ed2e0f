"""What could not be read, kept while the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Failure, Level

if TYPE_CHECKING:
    from dropcap.lang.yaml import Node
    from dropcap.source import Source, Span


_MOST, _MOST_OF_WORD, _SHOWN_OF_WORD = 400, 100, 60


class Diagnostics:
    """Failures in the order they are found, one a place: what many services share is said once."""

    __slots__ = ("_by_place", "_count", "_elsewhere")

    def __init__(self) -> None:
        """Start with none."""
        self._count = 0
        self._by_place: dict[tuple[int, Span], Failure] = {}
        self._elsewhere: dict[tuple[str, str], Failure] = {}  # what is true of a whole file

    def error(self, node: Node, message: str) -> None:
        """Say what is wrong with a node."""
        self._add(node.source, node.span, message, Level.ERROR)

    def error_at(self, source: Source, span: Span, message: str) -> None:
        """Say what is wrong at a place inside a node."""
        self._add(source, span, message, Level.ERROR)

    def note(self, node: Node, message: str) -> None:
        """Say what a person should know about a node."""
        self._add(node.source, node.span, message, Level.NOTE)

    def tell(self, node: Node, message: str, level: Level) -> None:
        """Say something about a node, at the level that it has."""
        self._add(node.source, node.span, message, level)

    def add(self, *failures: Failure) -> None:
        """Take over what was said elsewhere."""
        self._count += len(failures)
        for failure in failures:
            if failure.source is not None and failure.span is not None:
                self._by_place.setdefault((id(failure.source), failure.span), failure)
            else:
                self._elsewhere.setdefault((failure.path, failure.message), failure)

    def add_about(self, path: str, message: str, level: Level) -> None:
        """Say something about a file that cannot be looked into."""
        self.add(Failure(path, _short(message), level))

    def told(self) -> int:
        """Return how often something was told, what is told of a place already included."""
        return self._count

    @property
    def failures(self) -> tuple[Failure, ...]:
        """All that was said."""
        return (*self._by_place.values(), *self._elsewhere.values())

    def _add(self, source: Source, span: Span, message: str, level: Level) -> None:
        self._count += 1
        failure = Failure(source.path, _short(message), level, source, span)
        self._by_place.setdefault((id(source), span), failure)


def _short(message: str) -> str:
    """Shorten what a long message quotes of a file, and leave what it says about that."""
    if len(message) <= _MOST:
        return message
    words = (one if len(one) <= _MOST_OF_WORD else f"{one[:_SHOWN_OF_WORD]}..." for one in message.split(" "))
    return " ".join(words)[: 2 * _MOST]
