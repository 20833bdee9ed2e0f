"""What `tar` reads when it makes an archive: all that lies below the paths that it is given."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word

__all__ = ["read_by"]

_WITH_VALUE = "bCfFgHIKLNTVX"
_LONG_WITH_VALUE = frozenset(
    {"--directory", "--exclude", "--exclude-from", "--file", "--files-from", "--group", "--listed-incremental"}
    | {"--mode", "--mtime", "--newer", "--owner", "--transform", "--use-compress-program"}
)


def read_by(words: Sequence[Word], folder: str | None) -> Iterator[Effect]:
    """Give the paths that a call of `tar` puts into an archive; one that is not known has no path."""
    letters, operands = _taken_apart(words)
    if "c" not in letters and not any(word.value == "--create" for word in words):
        return
    for word, place in operands:
        where = Located(word.value, word.source, word.span)
        path = None
        base = folder if place is None else _joined(place, folder)
        if word.unknown is None and (place is None or place.unknown is None):
            path = _joined(word, base)
        yield Effect(EffectKind.COPY, where, path=path, is_deep=True)


def _taken_apart(words: Sequence[Word]) -> tuple[str, list[tuple[Word, Word | None]]]:
    """Return the letters of the options, and each operand with the folder that `-C` has gone to before it."""
    letters = ""
    operands: list[tuple[Word, Word | None]] = []
    place: Word | None = None
    rest = iter(words[1:])
    for number, word in enumerate(rest):
        text = word.value
        if number == 0 and not text.startswith("-"):  # as of old: the values follow in the order of the letters
            letters += text
            values = [(letter, next(rest, None)) for letter in text if letter in _WITH_VALUE]
            place = next((value for letter, value in values if letter == "C"), place)
        elif text.startswith("--"):
            name, equals, value = text.partition("=")
            given = word._replace(value=value) if equals else next(rest, None) if name in _LONG_WITH_VALUE else None
            place = given if name == "--directory" else place
        elif text.startswith("-") and text != "-":
            at = next((at for at, letter in enumerate(text) if letter in _WITH_VALUE), None)
            letters += text[1:] if at is None else text[1 : at + 1]
            if at is not None:
                value = text[at + 1 :]
                given = word._replace(value=value) if value else next(rest, None)
                place = given if text[at] == "C" else place
        else:
            operands.append((word, place))
    return letters, operands


def _joined(word: Word, folder: str | None) -> str | None:
    text = word.value
    if word.unknown is not None or not text:
        return None
    if not text.startswith("/"):
        if folder is None:
            return None
        text = posixpath.join(folder, text)
    return "/" + posixpath.normpath(text).lstrip("/")
