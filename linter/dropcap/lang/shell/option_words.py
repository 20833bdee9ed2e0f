"""Words of options that stand alone in a text, without a command before them: `--cap-add NET_ADMIN -v "a b:/c"`.

Quotation marks and escapes mean what they mean to a shell; nothing is expanded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, PieceKind
from dropcap.lang.shell.fragments import to_word as make
from dropcap.lang.shell.lexer import read_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.shell.template_holes import TemplateHole
    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["option_words"]


def option_words(source: Source, taken: Sequence[TemplateHole] = ()) -> Iterator[Word]:
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
