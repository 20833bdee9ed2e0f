"""What `echo`, `printf` and `cat` of a here-document write into a file, each character with its place.

Source: POSIX, echo and printf. What differs among shells (`echo` with a backslash) is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.shell.call import Call
    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["Printed", "appended", "passed_on", "printed"]

_MOST = 16_384
"""The longest text that is kept, in characters."""
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'", "r": "\r"}


class Printed(NamedTuple):
    """A text, and where it is written.

    Attributes:
        text: the text.
        root: the file that it is written in.
        places: the offset in that file of each of its characters.

    """

    text: str
    root: Source
    places: tuple[int, ...]

    def to_source(self) -> Source:
        """Return it as a source whose places are those of the file that it is written in."""
        starts = [at for at in range(len(self.text)) if not at or self.places[at] != self.places[at - 1] + 1]
        return self.root.piece(self.text, [(at, self.places[at]) for at in starts] or [(0, 0)], is_scattered=True)


def printed(words: Sequence[Word]) -> Printed | None:
    """Return what a command prints; None where that is not known, or it is neither `echo` nor `printf`."""
    if any(word.unknown is not None for word in words) or len(words) < 2:  # noqa: PLR2004  # it prints something
        return None
    name = words[0].value.rpartition("/")[2]
    if name == "echo":
        pieces = _echo(words[1:])
    elif name == "printf":
        pieces = _printf(words[1].value, words[1], words[2:])
    else:
        return None
    if pieces is None:
        return None
    root = words[1].source.to_root(words[1].span)[0]
    text, places = "", []
    for word, at, part in pieces:
        source, span = word.source.to_root(word.span)
        begin = _begin(word, source, span.start, span.end)
        is_exact = source is root and begin is not None and at is not None
        here = (begin or 0) + (at or 0) if is_exact else words[1].source.to_root(words[1].span)[1].start
        text += part
        places += [here + (number if is_exact and len(part) > 1 else 0) for number in range(len(part))]
        if len(text) > _MOST:
            return None
    return Printed(text, root, tuple(places))


def passed_on(call: Call) -> Printed | None:
    """Return what a command that passes on what it reads prints; None where that is not known, or it does not."""
    document = call.document
    name = call.words[0].value.rpartition("/")[2]
    if document is None or document.unknown is not None or name not in _PASS_ON or len(document.value) > _MOST:
        return None
    if name == "cat" and any(word.value != "-" for word in call.words[1:]):
        return None
    source, span = document.source, document.span
    if source.text[span.start : span.end] != document.value:
        return None
    root = source.to_root(span)[0]
    places = [source.to_root(Span(at, at))[1].start for at in range(span.start, span.end)]
    return Printed(document.value, root, tuple(places))


_PASS_ON = frozenset({"cat", "tee"})


def appended(before: Printed | None, more: Printed | None) -> Printed | None:
    """Return a text with another behind it; None where one is not known, or they are not written in one file."""
    if before is None or more is None or before.root is not more.root or len(before.text) + len(more.text) > _MOST:
        return None
    return Printed(before.text + more.text, before.root, before.places + more.places)


_Piece = tuple["Word", "int | None", str]
"""A word, the offset in its value, and what is printed of it from there on."""


def _begin(word: Word, source: Source, start: int, end: int) -> int | None:
    """Return where a word's value is written letter by letter; None where it is not."""
    at = source.text.find(word.value, start, end) if word.value else start
    return None if at < 0 else at


def _echo(words: Sequence[Word]) -> list[_Piece] | None:
    values = [word.value for word in words]
    if any("\\" in value for value in values) or (values[0].startswith("-") and values[0] != "-n"):
        return None
    ends = values[0] != "-n"
    shown = words if ends else words[1:]
    pieces: list[_Piece] = []
    for word in shown:
        pieces += [(word, None, " ")] if pieces else []
        pieces.append((word, 0, word.value))
    if ends:
        pieces.append((words[-1], len(words[-1].value), "\n"))
    return pieces


def _printf(template: str, first: Word, arguments: Sequence[Word]) -> list[_Piece] | None:
    """Return what `printf` prints: its template once, or as often as there are arguments left."""
    pieces: list[_Piece] = []
    rest = list(arguments)
    while True:
        count = len(rest)
        for at, part in _parts(template):
            if part is None:
                return None
            if part == "%s":
                pieces.append((rest[0], 0, rest[0].value) if rest else (first, at, ""))
                rest = rest[1:]
            else:
                pieces.append((first, at, part))
        if not rest or len(rest) == count or len(pieces) > _MOST:
            return pieces if not rest else None


def _parts(template: str) -> Iterator[tuple[int, str | None]]:
    """Yield the parts of a template with their offsets: a text, `%s`, or None for what is not followed."""
    at = start = 0
    while at < len(template):
        if template[at] not in "\\%":
            at += 1
            continue
        if at > start:
            yield start, template[start:at]
        sign, following = template[at], template[at + 1 : at + 2]
        if sign == "\\":
            yield at, _ESCAPES.get(following)
        else:
            yield at, {"s": "%s", "%": "%"}.get(following)
        at += 2
        start = at
    if at > start:
        yield start, template[start:at]
