"""Text in lines that a terminal shows without breaking them itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Word = tuple[str, str]
    """A word as it counts, and as it is printed: with colours, which take no columns."""


def words_of(text: str) -> Iterator[Word]:
    """Yield the words of a text that is printable."""
    return ((word, word) for word in text.split(" "))


def lines_of(words: Iterable[Word], width: int, indent: str = "", later: str | None = None) -> Iterator[str]:
    """Yield lines no wider than `width` columns, unless a single word is wider; 0 stands for one line.

    Args:
        words: what the lines are made of, a blank between two of them.
        width: how many columns a line may take.
        indent: what the first line begins with.
        later: what the others begin with; as the first where it is None.

    """
    line, used = indent, columns(indent)
    is_empty = True
    for plain, shown in words:
        taken = len(plain) if plain.isascii() else columns(plain)
        if not is_empty and 0 < width < used + 1 + taken:
            yield line
            line = indent if later is None else later
            used, is_empty = columns(line), True
        line = f"{line}{shown}" if is_empty else f"{line} {shown}"
        used += taken if is_empty else taken + 1
        is_empty = False
    yield line


def text_lines(text: str, width: int, indent: str = "", later: str = "") -> Iterator[str]:
    """Yield the lines that :func:`lines_of` makes of the words of a text."""
    if not text.isascii():
        yield from lines_of(words_of(text), width, indent, later)
        return
    while 0 < width < len(indent) + len(text):
        end = text.rfind(" ", 0, max(width - len(indent), 0) + 1)
        if end < 0:
            end = text.find(" ")  # a word that is wider
        if end < 0:
            break
        yield indent + text[:end]
        text, indent = text[end + 1 :], later
    yield indent + text


def columns(text: str) -> int:
    """Count the terminal columns of printable text: East Asian wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    wide = sum(east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(category(character) in {"Mn", "Me"} for character in text)
