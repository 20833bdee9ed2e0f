"""Text and positions: the only place that turns offsets into lines, columns, bytes or UTF-16 units.

Inside the program a place is an offset into :attr:`Source.text`, counted in code points from 0. Lines and
columns appear at the edge only, where a person or another program reads them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARK = "dropcap:"
"""A text without it has no comment that speaks to dropcap: this is looked for before anything else is."""
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


class Span(NamedTuple):
    """A half-open range of offsets into a source's text."""

    start: int
    end: int


class Position(NamedTuple):
    """A place as people count it: line and column from 1, the column in code points."""

    line: int
    column: int


class Region(NamedTuple):
    """A span at the edge: a path, and lines and columns from 1; the end column is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class UndecodableError(ValueError):
    """The bytes of a file are not text; says at which line and column, and why."""

    def __init__(self, position: Position, reason: str) -> None:
        """Keep the place of the first byte that is no text, and the reason in words."""
        super().__init__(reason)
        self.position = position
        self.reason = reason


class Source:
    """A text and where it came from.

    A line ends at LF, CRLF or a lone CR, as in every editor; U+2028 and its kin are ordinary characters. A
    byte order mark is not part of :attr:`text`, so that it takes no column.

    A source can be a piece of another one, as a script inside YAML is: then :attr:`parent` is the outer
    source and the segments say where each piece stands there.
    """

    __slots__ = ("_is_scattered", "_line_starts", "_segments", "encoding", "parent", "path", "text")

    def __init__(
        self,
        path: str,
        text: str,
        *,
        encoding: str = "utf-8",
        parent: Source | None = None,
        segments: Sequence[tuple[int, int]] = (),
        is_scattered: bool = False,
    ) -> None:
        """Take a path as it is to be printed, and a text; :meth:`decode` and :meth:`piece` make most."""
        self.path = path
        self.text = text
        self.encoding = encoding
        self.parent = parent
        self._segments = tuple(segments)
        self._is_scattered = is_scattered
        self._line_starts: list[int] | None = None

    def __repr__(self) -> str:
        """Name the path and the length, never the text: it may be long and it may hold secrets."""
        return f"Source({self.path!r}, {len(self.text)} characters)"

    @classmethod
    def decode(cls, path: str, data: bytes) -> Source:
        """Make a source of a file's bytes: UTF-8, or UTF-16 where a byte order mark says so.

        Raises:
            UndecodableError: the bytes are not text in that encoding, or hold a NUL byte as binary files do.

        """
        encoding, body = "utf-8", data
        for bom, name in _BOMS:
            if data.startswith(bom):
                encoding, body = name, data[len(bom) :]
                break
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError as error:
            before = cls(path, body[: error.start].decode(encoding))
            wrong = f"byte 0x{body[error.start]:02x}" if encoding == "utf-8" else "an unpaired unit"
            reason = f"not {encoding.upper()} text: {wrong}"
            raise UndecodableError(before.position(len(before.text)), reason) from None
        nul = text.find("\0")
        if nul >= 0:
            raise UndecodableError(cls(path, text).position(nul), "not a text file: it has a NUL character")
        return cls(path, text, encoding=encoding)

    def piece(self, text: str, segments: Sequence[tuple[int, int]], *, is_scattered: bool = False) -> Source:
        """Make a source of a part of this one.

        Args:
            text: the part's own text, after unindenting or unescaping.
            segments: pairs (offset in the part, offset here), ascending, the first one at offset 0; between
                two pairs both offsets advance together.
            is_scattered: whether what stands together in the part comes from places here that do not, in any
                order, as a value does that a variable is put into; then a span that covers several of them is
                where its first one stands.

        """
        if not segments or segments[0][0] != 0:
            raise ValueError("the first segment of a piece starts at its offset 0")
        return Source(
            self.path, text, encoding=self.encoding, parent=self, segments=segments, is_scattered=is_scattered
        )

    @property
    def segments(self) -> tuple[tuple[int, int], ...]:
        """Where the parts of a piece stand in its parent, as :meth:`piece` takes them."""
        return self._segments

    def slice(self, span: Span) -> Source:
        """Make a source of the text at `span`, unchanged."""
        return self.piece(self.text[span.start : span.end], [(0, span.start)])

    def to_root(self, span: Span) -> tuple[Source, Span]:
        """Follow a span out of nested pieces; gives the source that is a file, and the span in it."""
        source = self
        while source.parent is not None:
            source, span = source._out(span)
        return source, span

    def around(self, span: Span) -> Iterator[tuple[Source, Span]]:
        """Yield a span with this source, and as it stands in each that this is a piece of, the file last."""
        source = self
        yield source, span
        while source.parent is not None:
            source, span = source._out(span)
            yield source, span

    def _out(self, span: Span) -> tuple[Source, Span]:
        if self.parent is None:
            return self, span
        start = self._to_parent(span.start)
        end = start if span.end == span.start else self._end_in_parent(span)
        return self.parent, Span(start, max(start, end))

    def _end_in_parent(self, span: Span) -> int:
        end = self._to_parent(span.end - 1) + 1
        added = end - self._to_parent(span.start) - (span.end - span.start)
        if not self._is_scattered or (abs(added) <= _NEAR and end > self._to_parent(span.start)):
            return end
        following = bisect_right(self._segments, (span.start, len(self.text) + _FAR))
        here, there = self._segments[following - 1]
        stop = self._segments[following][0] if following < len(self._segments) else span.end
        return there + min(stop, span.end) - here

    def _to_parent(self, offset: int) -> int:
        index = bisect_right(self._segments, (offset, len(self.text) + _FAR)) - 1
        here, there = self._segments[index]
        return there + offset - here

    def position(self, offset: int) -> Position:
        """Give the line and column of an offset in this source's own text.

        Raises:
            ValueError: the offset lies outside the text; its end counts as inside.

        """
        if not 0 <= offset <= len(self.text):
            raise ValueError(f"offset {offset} lies outside a text of {len(self.text)} characters")
        starts = self._starts()
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def region(self, span: Span) -> Region:
        """Give the place of a span in the file that holds it."""
        source, at = self.to_root(span)
        start, end = source.position(at.start), source.position(at.end)
        return Region(source.path, start.line, start.column, end.line, end.column)

    def offset(self, position: Position) -> int:
        """Give the offset of a line and column; a column past the line's end means the line's end.

        Raises:
            ValueError: there is no such line.

        """
        starts = self._starts()
        if not 1 <= position.line <= len(starts) or position.column < 1:
            raise ValueError(f"no place {position.line}:{position.column} in {len(starts)} lines")
        start = starts[position.line - 1]
        return min(start + position.column - 1, start + len(self.line(position.line)))

    def line(self, number: int) -> str:
        """Give the text of a line, counted from 1, without its line break."""
        starts = self._starts()
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    @property
    def line_count(self) -> int:
        """The number of lines; a text that ends in a line break has an empty last one, as in an editor."""
        return len(self._starts())

    def from_byte(self, index: int) -> int:
        """Give the offset of a UTF-8 byte index into this text (without a byte order mark).

        An index inside a character means that character.
        """
        return _prefix_length(self.text, index, "utf-8")

    def to_utf16(self, offset: int) -> Position:
        """Give line and column from 1, the column in UTF-16 units, as editors' protocols count."""
        line, column = self.position(offset)
        return Position(line, utf16_length(self.text[offset - column + 1 : offset]) + 1)

    def to_utf8(self, offset: int) -> Position:
        """Give line and column from 1, the column in bytes of UTF-8."""
        line, column = self.position(offset)
        return Position(line, len(self.text[offset - column + 1 : offset].encode("utf-8", "surrogatepass")) + 1)

    def from_utf16(self, position: Position) -> int:
        """Give the offset of a line and a UTF-16 column, both from 1."""
        start = self.offset(Position(position.line, 1))
        return start + _prefix_length(self.line(position.line), 2 * (position.column - 1), "utf-16-le")

    def _starts(self) -> list[int]:
        if self._line_starts is None:
            self._line_starts = _line_starts(self.text)
        return self._line_starts


# How much may stand between two places that a span of a scattered piece covers: an escape, a variable's name.
_NEAR = 200
# No text is longer: a sort key behind every real offset.
_FAR = 1 << 62


def _line_starts(text: str) -> list[int]:
    if "\r" in text:
        return [0, *(match.end() for match in _LINE_BREAK.finditer(text))]
    starts, at = [0], text.find("\n") + 1
    while at:
        starts.append(at)
        at = text.find("\n", at) + 1
    return starts


def utf16_length(text: str) -> int:
    """Count the UTF-16 units of a text: two for each character outside the basic plane."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _prefix_length(text: str, size: int, encoding: str) -> int:
    """Count the characters that begin in the first `size` bytes of a text's encoded form."""
    if encoding == "utf-8" and text.isascii():
        return min(size, len(text))
    return len(text.encode(encoding, "surrogatepass")[:size].decode(encoding, "ignore"))


class Shipped(Source):
    """A text of dropcap's own, which says what is in somebody's image: no file of a project, and nobody can open it."""

    __slots__ = ()


class Answer(Source):
    """What an engine says of one container, line by line as its client prints it: JSON that is no file."""

    __slots__ = ()
