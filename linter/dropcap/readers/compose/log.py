"""What could not be read, kept while the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Failure, Level

if TYPE_CHECKING:
    from dropcap.readers.yaml import Node
    from dropcap.source import Source, Span


class Log:
    """Failures in the order they are found, one a place: what many services share is said once."""

    __slots__ = ("_by_place",)

    def __init__(self) -> None:
        """Start with none."""
        self._by_place: dict[tuple[int, Span], Failure] = {}

    def error(self, node: Node, message: str) -> None:
        """Say what is wrong with a node."""
        self._add(node.source, node.span, message, Level.ERROR)

    def error_at(self, source: Source, span: Span, message: str) -> None:
        """Say what is wrong at a place inside a node."""
        self._add(source, span, message, Level.ERROR)

    def note(self, node: Node, message: str) -> None:
        """Say what a person should know about a node."""
        self._add(node.source, node.span, message, Level.NOTE)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """All that was said."""
        return tuple(self._by_place.values())

    def _add(self, source: Source, span: Span, message: str, level: Level) -> None:
        failure = Failure(source.path, message, level, source, span)
        self._by_place.setdefault((id(source), span), failure)
