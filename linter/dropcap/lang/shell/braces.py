"""Brace expansion: `--cap-add={NET_ADMIN,"NET_RAW"}` is two words before anything else happens to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, PieceKind
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_WORDS = 256
"""Braces that give more words than this are not followed."""
MAX_DEPTH = 20
"""Braces that stand deeper in one another are not followed."""

_SEQUENCE = r"(?a)(?:-?\d+\.\.-?\d+|[A-Za-z]\.\.[A-Za-z])(?:\.\.-?\d+)?"
_LONGEST_NUMBER = 9


class _TooManyError(Exception):
    """The braces give too many words."""


class _Group(NamedTuple):
    """A pair of braces: the indexes of its commas, with its own two at the ends."""

    marks: tuple[int, ...]


def expand(pieces: list[Piece]) -> list[list[Piece]]:
    """Give the words, as pieces, that one word with braces becomes; without braces, that word.

    A sequence that gives too many words (`{1..9999}`) becomes an unknown piece.
    """
    if PieceKind.BRACE not in [piece.kind for piece in pieces]:
        return [pieces]
    try:
        groups = _groups(pieces)
        return _expand(pieces, 0, len(pieces), groups)
    except _TooManyError:
        text = "".join(piece.text for piece in pieces)
        return [[Piece(text, PieceKind.UNKNOWN, splits=True, at=pieces[0].at)]]


def _groups(pieces: Sequence[Piece]) -> dict[int, _Group]:
    """Pair the braces that bash expands: those with a comma of their own, and sequences."""
    groups: dict[int, _Group] = {}
    opened: list[list[int]] = []
    deepest = 0
    for index, piece in enumerate(pieces):
        if piece.kind is not PieceKind.BRACE:
            continue
        if piece.text == "{":
            opened.append([index])
        elif opened and piece.text == ",":
            opened[-1].append(index)
        elif opened:
            marks = [*opened.pop(), index]
            deepest = max(deepest, len(opened))
            first, *commas, _ = marks
            if commas or (index == first + 2 and _is_sequence(pieces[index - 1])):
                groups[first] = _Group(tuple(marks))
    if deepest > MAX_DEPTH:
        raise _TooManyError
    return groups


def _is_sequence(piece: Piece) -> bool:
    return piece.kind is PieceKind.PLAIN and re.fullmatch(_SEQUENCE, piece.text) is not None


def _expand(pieces: Sequence[Piece], start: int, end: int, groups: Mapping[int, _Group]) -> list[list[Piece]]:
    words: list[list[Piece]] = [[]]
    at = start
    while at < end:
        group = groups.get(at)
        if group is None:
            for word in words:
                word.append(pieces[at])
            at += 1
            continue
        alternatives = _alternatives(pieces, group, groups)
        if len(words) * len(alternatives) > MOST_WORDS:
            raise _TooManyError
        words = [[*word, *alternative] for word in words for alternative in alternatives]
        at = group.marks[-1] + 1
    return words


def _alternatives(pieces: Sequence[Piece], group: _Group, groups: Mapping[int, _Group]) -> list[list[Piece]]:
    first, *commas, _ = group.marks
    if not commas:
        return _sequence(pieces, first)
    return [
        word
        for before, after in zip(group.marks, group.marks[1:], strict=False)
        for word in _expand(pieces, before + 1, after, groups)
    ]


def _sequence(pieces: Sequence[Piece], first: int) -> list[list[Piece]]:
    """Count out `{1..3}`, `{01..10}`, `{a..e}`, `{1..9..2}`."""
    written = pieces[first + 1].text
    start, end, *steps = written.split("..")
    if max(map(len, written.split(".."))) > _LONGEST_NUMBER:
        raise _TooManyError
    step = abs(int(steps[0])) or 1 if steps else 1
    is_number = start.lstrip("-").isdigit()
    low, high = (int(start), int(end)) if is_number else (ord(start), ord(end))
    numbers = range(low, high + 1, step) if low <= high else range(low, high - 1, -step)
    if len(numbers) > MOST_WORDS:
        raise _TooManyError
    padded = is_number and any(len(text.lstrip("-")) > 1 and text.lstrip("-").startswith("0") for text in (start, end))
    width = max(len(start), len(end)) if padded else 0
    texts = [f"{number:0{width}d}" if is_number else chr(number) for number in numbers]
    # All of a sequence stands at its first character: none of its words is written anywhere.
    return [[Piece(text, at=pieces[first].at)] for text in texts]
