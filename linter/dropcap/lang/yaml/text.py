"""A scalar's text as a source of its own, in which each character still knows where it stands in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.yaml.pieces import Piece

if TYPE_CHECKING:
    from dropcap.lang.yaml.nodes import Scalar
    from dropcap.source import Source

_BREAK = r"(?:\r\n|[\r\n\x85])"
# A line break and the blanks around it: one becomes a space; of several the first one goes.
_FOLD = rf"(?P<fold>[ \t]*{_BREAK}[ \t\r\n\x85]*)"
_ESCAPE = r"(?P<escape>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.))"
_PARTS = {
    "": re.compile(rf"{_FOLD}|[^ \t\r\n\x85]+|[ \t]+"),
    "'": re.compile(rf"{_FOLD}|(?P<escape>'')|[^' \t\r\n\x85]+|[ \t]+"),
    '"': re.compile(rf"(?P<joined>\\{_BREAK}[ \t\r\n\x85]*)|{_FOLD}|{_ESCAPE}|[^\\ \t\r\n\x85]+|[ \t]+"),
}
_BREAKS = re.compile(_BREAK)
_LINE = re.compile(rf"([^\r\n\x85]*)(?:{_BREAK}|$)")

_Segments = list[tuple[int, int]]


def text_piece(scalar: Scalar) -> Source:
    """Make a source of a scalar's text, each character mapped to where it, or its escape, is written.

    Should a text be written in a way that is not understood here, all of it is taken to stand where the scalar
    starts.
    """
    source = scalar.source
    if type(source) is not Piece:
        return _text_piece(scalar)
    question = ("text", scalar.span, scalar.style, scalar.text)
    return source.kept.get(question) or source.keep(question, _text_piece(scalar))


def _text_piece(scalar: Scalar) -> Source:
    start, end = scalar.span
    raw, text = scalar.source.text, scalar.text
    segments: _Segments | None
    if not scalar.style and raw.startswith(text, start):
        segments = [(0, start)]
    elif scalar.style in ("|", ">"):
        segments = _block(scalar)
    else:
        quote = len(scalar.style)
        segments = _flow(_PARTS[scalar.style], raw, start + quote, end - quote, text)
    return scalar.source.piece(text, segments or [(offset, start) for offset in range(max(1, len(text)))])


def _flow(part: re.Pattern[str], raw: str, at: int, end: int, text: str) -> _Segments | None:
    """Follow a plain or quoted text; None if it is not what stands there."""
    segments = [(0, at)]
    length = 0
    while at < end:
        found = part.match(raw, at, end)
        piece = _meaning(found, text, length) if found else None
        if found is None or piece is None or not text.startswith(piece, length):
            return None
        here, there = segments[-1]
        if at - there != length - here:
            segments.append((length, at))
        length, at = length + len(piece), found.end()
    return segments if length == len(text) else None


def _meaning(found: re.Match[str], text: str, length: int) -> str:
    """Say what a part of the written text became."""
    if found.lastgroup is None:
        return found[0]
    if found.lastgroup == "escape":
        return text[length : length + 1]
    breaks = len(_BREAKS.findall(found[0])) - 1
    return " " if found.lastgroup == "fold" and not breaks else "\n" * breaks


def _block(scalar: Scalar) -> _Segments | None:
    """Follow a block's text; None if it is not what stands there."""
    text = scalar.text
    lines = _LINE.finditer(scalar.source.text, scalar.span.start)
    next(lines)  # the one with the | or >
    segments: _Segments = []
    indent = -1
    length = 0
    # The last line break of a folded text is no part of a line that is looked at here.
    whole = len(text) if scalar.style == "|" else len(text.rstrip("\n"))
    for line in lines:
        written, at = line[1], line.start()
        blanks = len(written) - len(written.lstrip(" "))
        if indent < 0 and blanks < len(written):
            own = text.lstrip("\n")
            indent = blanks - (len(own) - len(own.lstrip(" ")))
        content = written[indent:] if indent >= 0 else ""
        if content or scalar.style == "|":
            found = length if text.startswith(content, length) else text.find(content, length)
            if found < 0 or text[length:found].strip(" \n"):
                return None
            segments.append((found, at + len(written) - len(content)))
            length = found + len(content) + (scalar.style == "|")
        if length >= whole:
            break
    if not segments:
        return None
    return segments if segments[0][0] == 0 else [(0, segments[0][1]), *segments]
