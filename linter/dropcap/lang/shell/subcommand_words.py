"""The words of a command that hands something on: its options, its operands, and what is put into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, PieceKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from dropcap.lang.shell.fragments import Text

    Words: TypeAlias = Sequence[Text]

__all__ = ["after", "joined", "marked", "operands", "option_values", "value"]


def joined(words: Words, sign: str = " ") -> Text | None:
    """Put words together to one text, with a sign between them; None where there is none."""
    pieces: list[Piece] = []
    for word in words:
        pieces += [*([Piece(sign)] if pieces else []), *word]
    return tuple(pieces) or None


def value(word: Text) -> str:
    """Give a word's text up to what is not known."""
    parts: list[str] = []
    for piece in word:
        if piece.kind is PieceKind.UNKNOWN:
            return "".join(parts) + "\0"
        parts.append(piece.text)
    return "".join(parts)


def operands(words: Words, at: int, letters: str, names: Sequence[str] = (), attached: str = "") -> int:
    """Find the first word that is no option.

    Args:
        words: the words.
        at: where to begin.
        letters: the options that take what is behind them in the word, or else the next word.
        names: the long options that take the next word.
        attached: the options that may take what is behind them in the word.

    """
    while at < len(words):
        written = value(words[at])
        if written == "--":
            return at + 1
        if not written.startswith("-") or written == "-":
            return at
        at += 1
        if written.startswith("--"):
            at += written[2:] in names
            continue
        for index, letter in enumerate(written[1:], 2):
            if letter in letters:
                at += index == len(written)
            if letter in letters or letter in attached:
                break
    return at


def option_values(
    words: Words, letters: str, names: Sequence[str] = (), *, stops: bool = False
) -> tuple[dict[str, Text], list[Text]]:
    """Return the options with their values, and the other words, as getopt_long(3) would.

    Args:
        words: the program and its words.
        letters: the options that take a value.
        names: the long options that take one.
        stops: whether the first word that is no option ends the options.

    """
    options: dict[str, Text] = {}
    others: list[Text] = []
    at = 1
    while at < len(words):
        word, written = words[at], value(words[at])
        at += 1
        if written == "--" or (stops and (written == "-" or not written.startswith("-"))):
            others += words[at - (written != "--") :]
            break
        if written == "-" or not written.startswith("-"):
            others.append(word)
        elif written.startswith("--"):
            name, equals, _ = written[2:].partition("=")
            takes_next = not equals and name in names and at < len(words)
            options[name] = words[at] if takes_next else after(word, len(name) + len("--="))
            at += takes_next
        else:
            at = _letters(words, at, letters, options)
    return options, others


def _letters(words: Words, at: int, letters: str, options: dict[str, Text]) -> int:
    """Take the options of the word before an index; gives the index of what follows them."""
    written = value(words[at - 1])
    for index, letter in enumerate(written[1:], 2):
        options[letter] = ()
        if letter in letters:
            is_next = index == len(written) and at < len(words)
            options[letter] = words[at] if is_next else after(words[at - 1], index)
            return at + is_next
    return at


def after(word: Text, length: int) -> Text:
    """Take the first characters off a word."""
    kept = []
    for piece in word:
        cut = min(length, len(piece.text))
        length -= cut
        if cut < len(piece.text):
            kept.append(piece._replace(text=piece.text[cut:], at=piece.at + cut if piece.at >= 0 else -1))
    return tuple(kept)


def marked(word: Text, mark: str, reason: str) -> Text:
    """Replace the mark that stands for a line of the input."""
    found: list[Piece] = []
    for piece in _merged(word):
        at = piece.text.find(mark)
        if piece.kind is PieceKind.UNKNOWN or at < 0:
            found.append(piece)
            continue
        end = at + len(mark)
        if at:
            found.append(piece._replace(text=piece.text[:at]))
        found.append(Piece(mark, PieceKind.UNKNOWN, splits=False, at=piece.at + at, reason=reason))
        if end < len(piece.text):
            found.append(piece._replace(text=piece.text[end:], at=piece.at + end))
    return tuple(found)


def _merged(word: Text) -> list[Piece]:
    """Put pieces together that stand next to one another, as the braces of `{}` do."""
    merged: list[Piece] = []
    for piece in word:
        last = merged[-1] if merged else None
        is_next = last is not None and last.at + len(last.text) == piece.at
        if last is None or not is_next or PieceKind.UNKNOWN in {last.kind, piece.kind}:
            merged.append(piece)
        else:
            merged[-1] = last._replace(text=last.text + piece.text)
    return merged
