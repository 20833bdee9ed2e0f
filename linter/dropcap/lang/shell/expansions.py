"""The words that a command may have: each word's pieces expanded, and the choices put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.clients import verbs
from dropcap.lang.shell.braces import expand
from dropcap.lang.shell.fragments import Guards, Piece, PieceKind, fields, known_text, product, to_word
from dropcap.lang.shell.scope import MOST_VALUES
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.shell.parameters import Parameters
    from dropcap.lang.shell.scope import Scope
    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["Combination", "Field", "combinations", "to_words"]

_ALWAYS: Guards = frozenset()
_VERBS = frozenset({*verbs(), "play", "up"})


class Field(NamedTuple):
    """One word as the program gets it.

    Attributes:
        pieces: what it is made of, with places in the reader's first script.
        span: the place in the script that uses it.
        is_literal: whether it is all written there.

    """

    pieces: list[Piece]
    span: Span
    is_literal: bool

    @property
    def text(self) -> Text:
        """The pieces as a value has them: nothing in them is split any more."""
        return tuple(
            piece if piece.kind in {PieceKind.UNKNOWN, PieceKind.QUOTED} else piece._replace(kind=PieceKind.QUOTED)
            for piece in self.pieces
        )


class Combination(NamedTuple):
    """Words that a command may have, and the choices that they depend on."""

    guards: Guards
    fields: list[Field]


def combinations(raws: Sequence[Raw], parameters: Parameters, scope: Scope) -> list[Combination]:
    """Expand the words of a command.

    Where there are more combinations than are told apart, some of them are given, so chosen that each value comes
    up, and one more in which nobody knows what differs.
    """
    found, is_cut = _combinations(raws, parameters, scope)
    if is_cut:
        scope.is_collapsed = True
        rest, _ = _combinations(raws, parameters, scope)
        scope.is_collapsed = False
        found.append(rest[0])
    return found


def _combinations(raws: Sequence[Raw], parameters: Parameters, scope: Scope) -> tuple[list[Combination], bool]:
    """Give combinations, and whether there are more."""
    separators = scope.get("IFS")
    ifs = known_text(separators[0].elements[0]) if separators and separators[0].elements else None
    found = [Combination(_ALWAYS, [])]
    is_cut = False
    for raw in raws:
        for pieces in expand(raw.pieces):
            if all(piece.kind is not PieceKind.UNKNOWN for piece in pieces):
                if pieces:
                    homed = [one for piece in pieces for one in parameters.homed(piece)]
                    for combination in found:
                        combination.fields.append(Field(homed, raw.span, is_literal=True))
                continue
            more = [
                (guards, [Field(one, raw.span, _is_same(one, pieces)) for one in fields(expanded, ifs)])
                for guards, expanded in parameters.choices(pieces)[:MOST_VALUES]
            ]
            found = [Combination(*one) for one in product(found, more)]
            step = -(-len(found) // MOST_VALUES)
            if step > 1:
                is_cut = True
                found = [
                    found[index] for start in range(0, len(found), step) if (index := _turn(start, step)) < len(found)
                ]
    return found, is_cut


def _turn(start: int, step: int) -> int:
    """Choose one of the combinations from one on: another one each time."""
    return start + start // step % step


def _is_same(expanded: Sequence[Piece], pieces: Sequence[Piece]) -> bool:
    """Whether nothing in a word was replaced."""
    return len(expanded) == len(pieces) and all(
        one.kind is other.kind and (one.kind is PieceKind.UNKNOWN or one.text == other.text)
        for one, other in zip(expanded, pieces, strict=True)
    )


def to_words(combination: Sequence[Field], source: Source, home: Source) -> list[Word]:
    """Make words of fields.

    A word has the place where it is written, a value's in its assignment. Program and command have one place
    together, for the container's anchor: where the command is written, or where both are used if that is elsewhere.
    """
    words = [
        to_word(field.pieces or [Piece("")], source, field.span, None if field.is_literal else home)
        for field in combination
    ]
    verb = next((index for index, word in enumerate(words) if word.value in _VERBS), None)
    if verb is None or all(field.is_literal for field in combination[: verb + 1]):
        return words
    places = (
        []
        if any(field.is_literal for field in combination[: verb + 1])
        else [_place(field.pieces) for field in combination[: verb + 1]]
    )
    for index in range(verb + 1):
        own = places[index] if places else None
        word, span = words[index], combination[index].span
        is_written = bool(places) and None not in places and places == sorted(place for place in places if place)
        words[index] = (
            word._replace(source=home, span=own) if is_written and own else word._replace(source=source, span=span)
        )
    return words


def _place(pieces: Sequence[Piece]) -> Span | None:
    """Give the place of a word that is written in one piece."""
    if not pieces or any(piece.at < 0 for piece in pieces):
        return None
    return Span(pieces[0].at, max(pieces[0].at, pieces[-1].at + len(pieces[-1].text)))
