"""Words of options that stand alone in a text, without a command before them: `--cap-add NET_ADMIN -v "a b:/c"`.

Quotation marks and escapes mean what they mean to a shell; nothing is expanded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.readers.shell.pieces import Piece, PieceKind
from dropcap.readers.shell.pieces import to_word as make
from dropcap.readers.shell.words import read_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.readers.flags import Word
    from dropcap.readers.shell.taken import Taken
    from dropcap.source import Source

__all__ = ["option_words"]


def option_words(source: Source, taken: Sequence[Taken] = ()) -> Iterator[Word]:
    """Split a text into words.

    Args:
        source: the text.
        taken: the parts of it that something else fills in.

    """
    by_place = {one.at: one for one in taken}
    for raw in read_list(source.text, 0, len(source.text), lambda _: None):
        pieces = []
        for piece in raw.pieces:
            one = by_place.get(piece.at)
            if one is not None:
                pieces.append(piece._replace(text=one.text, reason=one.reason))
            else:
                pieces.append(Piece(piece.text, PieceKind.QUOTED, at=piece.at))
        yield make(pieces, source, raw.span)
