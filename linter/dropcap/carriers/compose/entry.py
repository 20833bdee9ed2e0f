"""A key and a value of a mapping that was taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from dropcap.lang.yaml import Node, Scalar, Value


class Entry(NamedTuple):
    """A value of a mapping.

    Attributes:
        key: its key.
        value: the value, where its text stands: behind an alias, at the anchor.
        written: the value as it is written; where it is an alias, the `*name`.

    """

    key: Scalar
    value: Value
    written: Node

    @property
    def span(self) -> Span:
        """Where key and value are written; the key alone where they were merged of two files."""
        key, _, value = self
        return Span(key.span.start, value.span.end) if key.source is value.source else key.span
