"""The words that a command may have: each word's pieces expanded, and the choices put together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.braces import expand
from dropcap.lang.shell.fragments import Guards, Piece, PieceKind, fields, known_text, product, to_word
from dropcap.lang.shell.scope import MOST_VALUES
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import TypeAlias

    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.shell.parameters import Parameters
    from dropcap.lang.shell.scope import Scope
    from dropcap.lang.shell.texts import Texts
    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["Combination", "Field", "Written", "combinations", "to_words"]

_GLOB = re.compile(r"[*?]|\[[^]]+\]")
_ALWAYS: Guards = frozenset()


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

    def globbed(self) -> Field:
        """Return the word, not known where it is a pattern of paths."""
        for piece in self.pieces:  # no generator: each word of each command comes by here
            if (piece.kind is PieceKind.PLAIN or piece.kind is PieceKind.EXPANDED) and _GLOB.search(piece.text):
                break
        else:
            return self
        text = "".join(piece.text for piece in self.pieces)
        at = self.pieces[0].at
        piece = Piece(text, PieceKind.UNKNOWN, splits=True, at=at, reason="it depends on which files exist")
        # Where its parts are written in several places, it has the one where it is used.
        return self._replace(pieces=[piece], is_literal=self.is_literal or len(self.pieces) > 1)


class Literal(Field):
    """A word that is all written; what it is as a word is kept in the instance, which has no `__slots__` for that."""

    word: Word | None = None


if TYPE_CHECKING:
    Written: TypeAlias = dict[int, tuple[Raw, list[tuple[list[Piece], Field | None]]]]
else:
    Written = object


class Combination(NamedTuple):
    """Words that a command may have, and the choices that they depend on."""

    guards: Guards
    fields: list[Field]


def combinations(
    raws: Sequence[Raw], parameters: Parameters, scope: Scope, written: Written, *, is_globbed: bool = False
) -> list[Combination]:
    """Expand the words of a command.

    Where there are more combinations than are told apart, some of them are given, so chosen that each value comes
    up, and one more in which nobody knows what differs.

    Args:
        raws: the words.
        parameters: expands them.
        scope: the variables.
        written: what was made of the same script's words before.
        is_globbed: whether patterns of paths are not known; what was made before was made so.

    """
    found, is_cut = _combinations(raws, parameters, scope, written, is_globbed=is_globbed)
    if is_cut:
        scope.is_collapsed = True
        rest, _ = _combinations(raws, parameters, scope, written, is_globbed=is_globbed)
        scope.is_collapsed = False
        found.append(rest[0])
    return found


def _combinations(
    raws: Sequence[Raw], parameters: Parameters, scope: Scope, written: Written, *, is_globbed: bool
) -> tuple[list[Combination], bool]:
    """Give combinations, and whether there are more."""
    found = [Combination(_ALWAYS, [])]
    is_cut = False
    ifs, has_ifs = None, False
    for raw in raws:
        kept = written.get(id(raw))
        if kept is None or kept[0] is not raw:
            kept = raw, _as_written(raw, parameters, written, is_globbed=is_globbed)
        for pieces, literal in kept[1]:
            if literal is not None:
                for combination in found:
                    combination.fields.append(literal)
                continue
            if not has_ifs:
                ifs, has_ifs = _separators(scope), True
            more = [
                (guards, [_field(one, raw, pieces, is_globbed=is_globbed) for one in fields(expanded, ifs)])
                for guards, expanded in parameters.choices(pieces)[:MOST_VALUES]
            ]
            if len(more) == 1 and not more[0][0]:  # as of most words
                for combination in found:
                    combination.fields.extend(more[0][1])
                continue
            found = [Combination(*one) for one in product(found, more)]
            step = -(-len(found) // MOST_VALUES)
            if step > 1:
                is_cut = True
                found = [
                    found[index] for start in range(0, len(found), step) if (index := _turn(start, step)) < len(found)
                ]
    return found, is_cut


def _field(expanded: list[Piece], raw: Raw, pieces: Sequence[Piece], *, is_globbed: bool) -> Field:
    made = Field(expanded, raw.span, _is_same(expanded, pieces))
    return made.globbed() if is_globbed else made


def _separators(scope: Scope) -> str | None:
    """Return the value of IFS, where the script sets it."""
    values = scope.get("IFS")
    return known_text(values[0].elements[0]) if values and values[0].elements else None


def _as_written(
    raw: Raw, parameters: Parameters, written: Written, *, is_globbed: bool
) -> list[tuple[list[Piece], Field | None]]:
    """Return the words that one with braces becomes; those in which nothing is to be expanded as the program gets them.

    What is written stays so: loops and functions come to the same words again and again.
    """
    found: list[tuple[list[Piece], Field | None]] = []
    for pieces in expand(raw.pieces):
        if PieceKind.UNKNOWN in [piece.kind for piece in pieces]:
            found.append((pieces, None))
        elif pieces:
            made = Literal(parameters.homed(pieces), raw.span, is_literal=True)
            found.append((pieces, made.globbed() if is_globbed else made))
    written[id(raw)] = raw, found
    return found


def _turn(start: int, step: int) -> int:
    """Choose one of the combinations from one on: another one each time."""
    return start + start // step % step


def _is_same(expanded: Sequence[Piece], pieces: Sequence[Piece]) -> bool:
    """Whether nothing in a word was replaced."""
    return len(expanded) == len(pieces) and all(
        one.kind is other.kind and (one.kind is PieceKind.UNKNOWN or one.text == other.text)
        for one, other in zip(expanded, pieces, strict=True)
    )


def to_words(found: Sequence[Field], source: Source, texts: Texts, verbs: Collection[str] = ()) -> list[Word]:
    """Make words of fields.

    A word has the place where it is written, a value's in its assignment. A program and its verb have one place
    together: where both are written, or where both are used if they are not written one behind the other.

    Args:
        found: the words, as pieces.
        source: the script that uses them.
        texts: what the pieces' places are addresses in.
        verbs: the words that have one place together with the program.

    """
    words = [
        _literal_word(field, source)
        if type(field) is Literal
        else to_word(field.pieces or [Piece("")], source, field.span, None if field.is_literal else texts)
        for field in found
    ]
    verb = next((index for index, word in enumerate(words) if word.value in verbs), None)
    if verb is None or all(field.is_literal for field in found[: verb + 1]):
        return words
    name = found[: verb + 1]
    places = [] if any(field.is_literal for field in name) else [_place(field.pieces) for field in name]
    is_written = bool(places) and None not in places and places == sorted(place for place in places if place)
    for index, field in enumerate(name):
        own = places[index] if is_written else None
        if own is None:
            words[index] = words[index]._replace(source=source, span=field.span)
        else:
            home, start = texts.locate(own.start)
            words[index] = words[index]._replace(source=home, span=Span(start, start + own.end - own.start))
    return words


def _literal_word(field: Literal, source: Source) -> Word:
    word = field.word
    if word is None or word.source is not source:
        word = field.word = to_word(field.pieces or [Piece("")], source, field.span)
    return word


def _place(pieces: Sequence[Piece]) -> Span | None:
    """Return the addresses of a word that is written in one piece."""
    if not pieces or any(piece.at < 0 for piece in pieces):
        return None
    return Span(pieces[0].at, max(pieces[0].at, pieces[-1].at + len(pieces[-1].text)))
