"""The words of a command: a list of them, or one text that Docker Compose splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.fields import located
from dropcap.carriers.compose.nodes import is_nothing
from dropcap.carriers.compose.shellwords import NotWordsError, split
from dropcap.lang.yaml import Scalar
from dropcap.lang.yaml.text import text_piece
from dropcap.model import Located
from dropcap.source import Span

if TYPE_CHECKING:
    from dropcap.carriers.compose.fields import Fields
    from dropcap.lang.yaml import Value


def command_words(fields: Fields, key: str) -> tuple[Located[str], ...] | None:
    """Read the command that stands under a key; None where there is none, or it is not known."""
    entry = fields.entries.get(key)
    if entry is None or is_nothing(entry.value):
        return None
    if isinstance(entry.value, Scalar):
        return _split(fields, key, entry.value)
    known = [(fields.known(item, key, key), item) for item in fields.listed(key, key)]
    return tuple(_word(text, item) for text, item in known if text is not None)


def _word(text: str, item: Value) -> Located[str]:
    """Give a word its place; of one that is written over several lines each character has its own."""
    if not isinstance(item, Scalar) or "\n" not in text:
        return located(text, item)
    return Located(text, text_piece(item), Span(0, len(text)))


def _split(fields: Fields, key: str, scalar: Scalar) -> tuple[Located[str], ...] | None:
    if fields.known(scalar, key, key) is None:
        return None
    try:
        words = split(scalar.text)
    except NotWordsError as error:
        fields.refuse(scalar, key, f"cannot be split into words, because {error}", key)
        return None
    piece = text_piece(scalar)
    return tuple(Located(word.text, piece, Span(word.start, word.end)) for word in words)
