"""A shell's script, and where it stands in the one that the reader began with."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dropcap.lang.shell.fragments import Piece, PieceKind
from dropcap.lang.shell.lexer import read_words
from dropcap.lang.shell.syntax import syntax_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.words import Word
    from dropcap.source import Source


class Script:
    """A script and its place."""

    def __init__(self, source: Source, segments: Sequence[tuple[int, int]] = ()) -> None:
        """Parse a script; one that is broken gives as much of a tree as can be made out.

        Raises:
            UnreadableError: it is too broken to be parsed in bearable time.

        Args:
            source: the script.
            segments: where its parts stand in the script that holds it, as for `Source.piece`; none for the
                script that the reader began with.

        """
        self.source = source
        self.syntax = syntax = syntax_of(source)
        self.text, self.data, self.root = syntax.text, syntax.data, syntax.root
        self.to_byte, self.to_offset, self.expansion_end = syntax.to_byte, syntax.to_offset, syntax.expansion_end
        self.substitutions, self.is_backquoted = syntax.substitutions, syntax.is_backquoted
        self.commands_at, self.children = syntax.commands_at, syntax.children
        self.written: dict[int, Any] = {}
        """What its words become that are expanded in no way, as :mod:`dropcap.lang.shell.expansions` keeps it."""
        self.globbed: dict[int, Any] = {}
        """The same where what the files of a container decide is not known."""
        self.compared: dict[int, tuple[list[Raw], list[Raw]]] = {}
        """The words of conditions, in which nothing is split."""
        self._starts = [start for start, _ in segments]
        self._segments = segments

    def home_at(self, offset: int) -> int:
        """Give the place of an offset in the script that the reader began with."""
        if not self._segments or offset < 0:
            return offset
        here, there = self._segments[bisect_right(self._starts, offset) - 1]
        return there + offset - here

    def homed(self, piece: Piece) -> list[Piece]:
        """Give a piece with its place in the script that the reader began with; cut where it is written in parts."""
        if not self._segments or piece.at < 0:
            return [piece]
        if len(self._segments) == 1:  # most scripts are written in one part
            here, there = self._segments[0]
            return [piece] if here == there else [_moved(piece, there - here)]
        first = bisect_right(self._starts, piece.at)
        last = bisect_right(self._starts, piece.at + max(len(piece.text), 1) - 1)
        if first == last or piece.kind is PieceKind.UNKNOWN:
            return [piece._replace(at=self.home_at(piece.at))]
        cuts = [piece.at, *self._starts[first:last], piece.at + len(piece.text)]
        return [piece._replace(text=self.text[start:end], at=self.home_at(start)) for start, end in pairwise(cuts)]

    def all_homed(self, pieces: list[Piece]) -> list[Piece]:
        """Give pieces of a word with their places in the script that the reader began with."""
        if len(self._segments) > 1:
            return [one for piece in pieces for one in self.homed(piece)]
        here, there = self._segments[0] if self._segments else (0, 0)
        if here == there:
            return [*pieces]
        return [_moved(piece, there - here) if piece.at >= 0 else piece for piece in pieces]

    def commands(self) -> Iterator[tuple[Word, ...]]:
        """Give the words of every simple command."""
        for start, limit in self.syntax.commands():
            yield self.words(start, limit)

    def words(self, start: int, limit: int) -> tuple[Word, ...]:
        """Give the words of the command between two places in the bytes, without following any variable."""
        end = self.to_offset(limit)
        return tuple(read_words(self.source, self.to_offset(start), end, self.expansion_end))


def _moved(piece: Piece, by: int) -> Piece:
    text, kind, splits, at, end, is_quoted, reason, is_assumed = piece  # nothing else is done so often
    return Piece(text, kind, splits, at + by, end, is_quoted, reason, is_assumed)
