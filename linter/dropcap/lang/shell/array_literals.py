"""Lists whose elements say where they go: `args=([0]=--cap-add [1]=NET_ADMIN)`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import PieceKind
from dropcap.lang.shell.scope import unknown_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.shell.scope import Values

__all__ = ["has_subscripts", "subscripted", "table"]

_SUBSCRIPT = r"\[(\d{1,4})\]="
_TABLE = "it is an array with keys"


def table() -> Values:
    """Give the values of a list of which nobody knows what stands where."""
    return unknown_value(_TABLE, is_list=True)


def has_subscripts(raws: Sequence[Raw]) -> bool:
    """Whether a list's elements say where they go."""
    return any(
        raw.pieces
        and raw.pieces[0].kind is PieceKind.PLAIN
        and raw.pieces[0].text.startswith("[")
        and any(piece.kind is PieceKind.PLAIN and "]=" in piece.text for piece in raw.pieces)
        for raw in raws
    )


def subscripted(
    raws: Sequence[Raw], value_of: Callable[[Raw], Text | None], fields_of: Callable[[Raw], Sequence[Text] | None]
) -> tuple[Text, ...] | None:
    """Put a list's elements where they say; None where it is not known, or leaves a gap.

    Args:
        raws: the elements as they are written.
        value_of: gives what the value of one that says where it goes is certain to be; None if it is not certain.
        fields_of: gives the same of another one, which goes behind the last and may be several.

    """
    found: dict[int, Text] = {}
    at = 0
    for raw in raws:
        if not has_subscripts([raw]):
            texts = fields_of(raw)
            if texts is None:
                return None
            for text in texts:
                found[at] = text
                at += 1
            continue
        first = raw.pieces[0]
        match = re.match(_SUBSCRIPT, first.text)
        if match is None:
            return None
        cut = first._replace(text=first.text[match.end() :], at=first.at + match.end())
        value = value_of(raw._replace(pieces=[cut, *raw.pieces[1:]]))
        if value is None:
            return None
        at = int(match[1])
        found[at] = value
        at += 1
    return tuple(found[index] for index in range(len(found))) if max(found, default=-1) + 1 == len(found) else None
