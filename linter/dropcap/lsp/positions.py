"""Places as an editor counts them: lines and columns from 0, columns in units of the encoding that both agree on."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from dropcap.real_paths import is_path
from dropcap.source import Position, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

UTF_8, UTF_16, UTF_32 = "utf-8", "utf-16", "utf-32"
_CODECS = {UTF_8: "utf-8", UTF_16: "utf-16-le"}
_UNITS = {UTF_8: 1, UTF_16: 2}
_MARK = "\ufeff"


class Places:
    """The places of a text.

    An editor may count a byte order mark that :class:`Source` does not: then the first line has a character more.
    """

    __slots__ = ("_encoding", "_mark", "source")

    def __init__(self, source: Source, encoding: str, *, has_mark: bool = False) -> None:
        """Take a text as dropcap has it.

        Args:
            source: the text of a whole file.
            encoding: `utf-8`, `utf-16` or `utf-32`.
            has_mark: whether the editor's text begins with a byte order mark.

        """
        self.source = source
        self._encoding = encoding
        self._mark = _size(_MARK, encoding) if has_mark else 0

    def position(self, offset: int) -> dict[str, int]:
        """Return the place of an offset; one behind the text is its end."""
        line, column = self.source.position(max(0, min(offset, len(self.source.text))))
        start = offset - column + 1
        character = _size(self.source.text[start : start + column - 1], self._encoding)
        return {"line": line - 1, "character": character + (self._mark if line == 1 else 0)}

    def range(self, span: Span) -> dict[str, dict[str, int]]:
        """Return the place of a span."""
        return {"start": self.position(span.start), "end": self.position(span.end)}

    def offset(self, line: int, character: int) -> int:
        """Return the offset of a place; one behind a line's end is that end, one behind the text is the text's."""
        if line < 0:
            return 0
        if line >= self.source.line_count:
            return len(self.source.text)
        start = self.source.offset(Position(line + 1, 1))
        units = max(0, character - (self._mark if line == 0 else 0))
        return start + _length(self.source.line(line + 1), units, self._encoding)

    def span(self, place: Any) -> Span:  # noqa: ANN401  # the protocol's range
        """Return the span of a range; one that is turned around is put right."""
        start = self.offset(place.start.line, place.start.character)
        end = self.offset(place.end.line, place.end.character)
        return Span(min(start, end), max(start, end))


def _size(text: str, encoding: str) -> int:
    """Count the units of a text."""
    if encoding == UTF_32 or text.isascii():
        return len(text)
    return len(text.encode(_CODECS[encoding], "surrogatepass")) // _UNITS[encoding]


def _length(text: str, units: int, encoding: str) -> int:
    """Count the characters that begin in so many units of a text; a place inside of one is before it."""
    if encoding == UTF_32 or text.isascii():
        return min(units, len(text))
    try:
        data = text.encode(_CODECS[encoding])
    except UnicodeEncodeError:  # half of a pair, which no file has
        return _counted(text, units, encoding)
    return len(data[: units * _UNITS[encoding]].decode(_CODECS[encoding], "ignore"))


def _counted(text: str, units: int, encoding: str) -> int:
    for number, character in enumerate(text):
        units -= _size(character, encoding)
        if units < 0:
            return number
    return len(text)


def edited(text: str, changes: Iterable[Any], encoding: str) -> str:
    """Return a text with changes as the protocol has them made one after the other.

    Args:
        text: the text.
        changes: each has a new text, and a range where it does not stand for all of the old one.
        encoding: as of :class:`Places`.

    """
    for change in changes:
        place = getattr(change, "range", None)
        if place is None:
            text = change.text
        else:
            span = Places(Source("", text), encoding).span(place)
            text = f"{text[: span.start]}{change.text}{text[span.end :]}"
    return text


def path_of(uri: str) -> str | None:
    """Return the absolute path that a URI names; None where it names no file of this machine."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if os.name == "nt":
        path = path.lstrip("/").replace("/", os.sep)
    return os.path.normpath(path) if os.path.isabs(path) and is_path(path) else None


def name_of(uri: str) -> str:
    """Return what to call a text that has no file: the last part of its URI, as far as it is a plain name."""
    path = unquote_to_bytes(re.split(r"[?#]", uri, maxsplit=1)[0]).decode("utf-8", "replace")
    return re.sub(r"[^\w.-]", "_", re.split(r"[/:\\]", path)[-1][-_LONGEST_NAME:]) or "untitled"


_LONGEST_NAME = 60


def uri_of(path: str) -> str:
    """Return the URI of a file."""
    absolute = os.path.abspath(path).replace(os.sep, "/")
    try:
        raw = os.fsencode(absolute)
    except UnicodeEncodeError:
        raw = absolute.encode("utf-8", "replace")
    return f"file:///{quote(raw.lstrip(b'/'), safe='/')}"
