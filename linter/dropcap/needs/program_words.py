"""The words of one call, taken apart as its program does: options with their values, and the words behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.words import Word
    from dropcap.needs.program_table import Program

__all__ = ["Given", "Option", "take_apart"]


class Option(NamedTuple):
    """An option of a call.

    Attributes:
        name: with its dashes; without them where one dash starts a whole word.
        word: the word that it stands in.
        value: its value as a word; None where it has none.
        at: the index of the word that holds the value, or of its own where it has none.

    """

    name: str
    word: Word
    value: Word | None
    at: int


class Given(NamedTuple):
    """The words of a call.

    Attributes:
        options: in their order.
        rest: the indexes of the words that are no options and no values.
        wild: a word that is not known, and may be an option or a list of them; None where there is none.
        firm: how many of `rest` are certain to stand where they do.

    """

    options: tuple[Option, ...]
    rest: tuple[int, ...]
    wild: Word | None
    firm: int


def take_apart(words: Sequence[Word], program: Program) -> Given:
    """Take the words of a call apart; the first one is the program."""
    options: list[Option] = []
    rest: list[int] = []
    wild: Word | None = None
    firm: int | None = None
    at, is_over = 1, False
    while at < len(words):
        word = words[at]
        if word.unknown is not None and (word.known_length == 0 or word.splits) and word.unknown not in _NUMBERS:
            if not is_over:
                wild = wild or word
            if firm is None and (word.splits or not is_over):
                firm = len(rest)
        if is_over or not word.value.startswith("-") or word.value == "-":
            rest.append(at)
            is_over = is_over or program.stops
        elif word.value == "--":
            is_over = True
        else:
            found = _whole(words, at, program) if _is_whole(word.value, program) else _cluster(words, at, program)
            options += found
            at = max(at, *(option.at for option in found))
        at += 1
    return Given(tuple(options), tuple(rest), wild, len(rest) if firm is None else firm)


_NUMBERS = frozenset({"$!", "$#", "$$", "$?"})
"""What the shell puts a number in the place of: no option."""


def _is_whole(value: str, program: Program) -> bool:
    return value.startswith("--") or program.is_long


def _whole(words: Sequence[Word], at: int, program: Program) -> list[Option]:
    """Read `--name=value` or `--name value`."""
    word = words[at]
    name, equals, _ = word.value.partition("=")
    if program.is_long:
        name = name.lstrip("-")
    if equals:
        return [Option(name, word, _behind(word, word.value.index("=") + 1), at)]
    if name in program.takes_two and at + 2 < len(words):
        first, second = words[at + 1 : at + 3]
        is_hidden = first.unknown is None and second.unknown is not None
        both = (second if is_hidden else first)._replace(value=f"{first.value} {second.value}")
        return [Option(name, word, both, at + 2)]
    if name in program.takes and at + 1 < len(words):
        return [Option(name, word, words[at + 1], at + 1)]
    return [Option(name, word, None, at)]


def _cluster(words: Sequence[Word], at: int, program: Program) -> list[Option]:
    """Read `-abc`, `-u value` or `-uvalue`."""
    word = words[at]
    found: list[Option] = []
    for index, letter in enumerate(word.value[1:], 2):
        name = f"-{letter}"
        if name not in program.takes:
            found.append(Option(name, word, None, at))
            continue
        if index < len(word.value):
            found.append(Option(name, word, _behind(word, index), at))
        elif at + 1 < len(words):
            found.append(Option(name, word, words[at + 1], at + 1))
        else:
            found.append(Option(name, word, None, at))
        break
    return found


def _behind(word: Word, index: int) -> Word:
    """Return the part of a word from an index on, with the place of the whole."""
    return word._replace(value=word.value[index:])
