"""The pieces that words and values are made of, each with the place where it is written.

A place is an address in the texts of a reading (:class:`dropcap.lang.shell.texts.Texts`): a script inside a script
(`bash -c "…"`) maps its own offsets there, so that a value can be put together of several places.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from dropcap.lang.words import Word
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from dropcap.lang.shell.texts import Texts
    from dropcap.source import Source

__all__ = [
    "Guards",
    "Piece",
    "PieceKind",
    "Text",
    "consistent",
    "fields",
    "known_text",
    "of_word",
    "product",
    "to_word",
]

T = TypeVar("T")


class PieceKind(Enum):
    """How a piece of a word is written."""

    PLAIN = "plain"
    QUOTED = "quoted"
    BRACE = "brace"
    UNKNOWN = "unknown"
    EXPANDED = "expanded"
    """What an expansion without quotation marks gave: it is split at blanks."""
    BREAK = "break"
    """Where one element of a list ends and the next one begins."""

    __hash__ = object.__hash__  # Enum's own is Python, and kinds are looked for in sets all the time


class Piece(NamedTuple):
    """A piece of a word.

    Attributes:
        text: what it becomes; an expansion as it is written, shortened where it is long.
        kind: how it is written; a brace, or a comma, is one that is neither quoted nor escaped.
        splits: whether an unknown piece may become several words, or none.
        at: where it is written, -1 where nobody knows.
        end: where an expansion ends.
        is_quoted: whether an expansion stands between quotation marks.
        reason: why an unknown piece is not known, to follow the word "because".
        is_assumed: whether it is what runs unless the caller's environment says otherwise.

    """

    text: str
    kind: PieceKind = PieceKind.QUOTED
    splits: bool = False
    at: int = -1
    end: int = -1
    is_quoted: bool = False
    reason: str = ""
    is_assumed: bool = False


if TYPE_CHECKING:
    Text: TypeAlias = tuple[Piece, ...]
    Guards: TypeAlias = frozenset[tuple[int, int]]
else:
    Text = Guards = object

BREAK = Piece("", PieceKind.BREAK)
_BLANKS = " \t\n"


def consistent(first: Guards, second: Guards) -> Guards | None:
    """Join two sets of choices (a branch, the arm taken); None if they contradict each other."""
    if not first or not second or first == second:
        return first or second
    joined = first | second
    return joined if len({branch for branch, _ in joined}) == len(joined) else None


def product(
    found: Sequence[tuple[Guards, list[T]]], more: Sequence[tuple[Guards, list[T]]]
) -> list[tuple[Guards, list[T]]]:
    """Follow each of some lists by each of others, where their choices do not contradict each other.

    The lists in `found` are used up: one that only one other can follow is added to, not copied.
    """
    result: list[tuple[Guards, list[T]]] = []
    for before, gathered in found:
        fitting = [(guards, one) for after, one in more if (guards := consistent(before, after)) is not None]
        if len(fitting) == 1:
            gathered.extend(fitting[0][1])
            result.append((fitting[0][0], gathered))
        else:
            result += [(guards, [*gathered, *one]) for guards, one in fitting]
    return result


def known_text(pieces: Iterable[Piece]) -> str | None:
    """Give the text of pieces; None if a part of it is not known."""
    parts = []
    for piece in pieces:
        if piece.kind is PieceKind.UNKNOWN:
            return None
        parts.append(piece.text)
    return "".join(parts)


def fields(pieces: Sequence[Piece], separators: str | None = None) -> list[list[Piece]]:
    """Split what expansions gave into words, as bash does after it has expanded a word.

    Args:
        pieces: one word's pieces, expanded.
        separators: the value of IFS, where the script sets it.

    """
    found: list[list[Piece]] = []
    current: list[Piece] | None = None
    after_blank = False
    blanks = _BLANKS if separators is None else "".join(set(_BLANKS) & set(separators))
    marks = "" if separators is None else "".join(set(separators) - set(_BLANKS))
    for piece in pieces:
        if piece.kind is PieceKind.BREAK:
            found += [] if current is None else [current]
            current = None
            continue
        if piece.kind is not PieceKind.EXPANDED:
            current = current if current is not None else []
            current.append(piece)
            after_blank = False
            continue
        start = 0
        for index, character in enumerate(piece.text):
            if character not in blanks and character not in marks:
                continue
            if index > start:
                current = current if current is not None else []
                current.append(_part(piece, start, index))
            start = index + 1
            if current is not None:
                found.append(current)
                after_blank = character in blanks
            elif character in marks and not after_blank:
                found.append([])
            else:
                after_blank = character in blanks
            current = None
        if start < len(piece.text):
            current = current if current is not None else []
            current.append(_part(piece, start, len(piece.text)))
            after_blank = False
    return found if current is None else [*found, current]


def _part(piece: Piece, start: int, end: int) -> Piece:
    return piece._replace(text=piece.text[start:end], at=piece.at + start if piece.at >= 0 else -1)


def to_word(pieces: Sequence[Piece], source: Source, span: Span, texts: Texts | None = None) -> Word:
    """Put pieces together to a word.

    A name that is written in parts (`NET_$WHICH`) has the place where it is used.

    Args:
        pieces: all of one word.
        source: the text that it is used in.
        span: where it is used there.
        texts: what the pieces' places are addresses in; None where all of the word is written at `span`.

    """
    value = pieces[0].text if len(pieces) == 1 else "".join([piece.text for piece in pieces])
    splits, text, reason = False, None, ""
    for piece in pieces:
        if piece.kind is PieceKind.UNKNOWN:
            splits, text, reason = any(one.splits for one in pieces), piece.text, piece.reason
            break
    if texts is not None:
        segments = _segments(pieces, value)
        if segments:
            source, span = texts.piece(value, segments), Span(0, len(value))
    return Word(value, source, span, text, splits, reason)


def of_word(word: Word, texts: Texts) -> Text:
    """Make a value of a word that is given, with the place where that is written."""
    value, start = word.value, word.span.start
    source = word.source
    if not source.text.startswith(value, start):
        source, start = source.piece(value, [(0, start)]), 0
    at = texts.add(source) + start
    if word.unknown is None:
        return (Piece(value, at=at),)
    before, _, after = value.partition(word.unknown)
    found = [Piece(before, at=at)] if before else []
    at += len(before)
    found.append(Piece(word.unknown, PieceKind.UNKNOWN, word.splits, at, reason=word.reason))
    return (*found, Piece(after, at=at + len(word.unknown))) if after else tuple(found)


def _segments(pieces: Sequence[Piece], value: str) -> list[tuple[int, int]]:
    """Say where the parts of a value are written; nothing where a part of it that means something is cut."""
    segments: list[tuple[int, int]] = []
    length = expected = 0
    for piece in pieces:
        if not piece.text:
            continue
        if piece.at < 0 or (length and piece.at != expected and not _is_joint(value, length)):
            return []
        segments.append((length, piece.at))
        length += len(piece.text)
        expected = piece.at + len(piece.text)
    return segments


def _is_joint(value: str, at: int) -> bool:
    """Whether one part of an option ends at an index and another begins."""
    return value[at - 1] in "=,:" or value[at] in "=,:"
