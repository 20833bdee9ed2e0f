"""Something that may be written at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.source import Span


class Completion(NamedTuple):
    """Something that may be written at a place.

    Attributes:
        label: what it is called.
        kind: `value`, `key` or `rule`.
        detail: one short line beside it.
        documentation: what it is, as Markdown.
        span: what it replaces in the open text.
        text: what is written there.
        order: where it stands among the others, by the alphabet.

    """

    label: str
    kind: str
    detail: str
    documentation: str
    span: Span
    text: str
    order: str
