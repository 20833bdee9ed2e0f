"""The options of container clients, and the rules by which all of them read their words.

`flags.json` says for each client which options each command knows, whether one takes a
value, and what a second value does. The tables were read from the clients' sources, which each names; Docker's
are checked against the client by the tests. The rules are those of the Go library pflag (`flag.go`), which all
of them use.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from dropcap.namedtuple import NamedTuple
from dropcap.package_data import package_text
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.lang.words import Word

Type = Literal["bool", "optional", "value", "list", "slice"]
"""Whether a flag takes a value (`bool` does not, `optional` only behind `=`), whether a second one replaces the first
(`value`) or adds to it (`list`), and whether a value is itself a list with commas (`slice`)."""

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_LONGEST_SHOWN = 60
_LONGEST_SEARCHED = 4096
_NEAR = 0.75  # how much of a name has to be right for it to be suggested


class Flag(NamedTuple):
    """An option that a command knows: its long name, its letter or nothing, and how it takes values."""

    name: str
    letter: str
    type: Type


class Table(NamedTuple):
    """The options of one command of one client, by name and by letter."""

    by_name: Mapping[str, Flag]
    by_letter: Mapping[str, Flag]


class Part(NamedTuple):
    """A piece of a word's value, from one index to another."""

    word: Word
    start: int
    end: int

    @property
    def text(self) -> str:
        """What stands there; unknown parts as they are written."""
        return self.word.value[self.start : self.end]

    @property
    def known_length(self) -> int:
        """How many characters of the text are certain, from its start."""
        return max(0, min(self.end, self.word.known_length) - self.start)

    @property
    def is_known(self) -> bool:
        """Whether all of the text is certain."""
        return self.known_length == self.end - self.start

    @property
    def span(self) -> Span:
        """Where it stands in the word's source: without quotation marks, unless it is the whole word."""
        word = self.word
        if self.end - self.start in {0, len(word.value)}:
            return word.span
        written = word.source.text[word.span.start : word.span.end]
        if written == word.value:
            return Span(word.span.start + self.start, word.span.start + self.end)
        # Between quotation marks: where the text stands once, it stands there.
        if len(written) > _LONGEST_SEARCHED or written.count(self.text) != 1:
            return word.span
        start = word.span.start + written.index(self.text)
        return Span(start, start + len(self.text))


class Option(NamedTuple):
    """A flag with its value, in the order of the command line.

    Attributes:
        flag: the flag.
        value: its value; None for a flag without one, which then is true.
        word: the word that it starts in.

    """

    flag: Flag
    value: Part | None
    word: Word

    @property
    def is_true(self) -> bool:
        """What a boolean flag says; a value that is not known says nothing."""
        return self.value is None or self.value.text in _TRUE


class Hole(NamedTuple):
    """A word in place of an option that cannot be seen through."""

    word: Word


class RefusedError(Exception):
    """The client refuses the line at this word; says so in its own words, and what to do."""

    def __init__(self, word: Word, message: str, advice: str) -> None:
        """Keep the word, the client's message and the advice."""
        super().__init__(message)
        self.word = word
        self.message = message
        self.advice = advice


@cache
def table(program: str, command: str) -> Table:
    """Give the options of a client for `global`, `run`, `service create` and so on."""
    commands = _data()[program]
    if command == "create":
        missing = _split(commands["create"])
        run = table(program, "run")
        return Table(
            {name: flag for name, flag in run.by_name.items() if name not in missing},
            {letter: flag for letter, flag in run.by_letter.items() if flag.name not in missing},
        )
    written = commands[command]
    return _table(written, {**commands["aliases"], **written.get("aliases", {})})


def is_option(word: Word) -> bool:
    """Whether a word is read as options and no more as the image; `--` is one, a lone hyphen is not."""
    return word.value.startswith("-") and word.value != "-" and word.known_length > 0


def read_word(words: Sequence[Word], index: int, known: Table) -> tuple[list[Option | Hole], int]:
    """Read the options in one word, with a value that may stand in the next.

    Args:
        words: the command's words.
        index: that of a word that is an option, but not `--`.
        known: the options of the command.

    Returns:
        The options, several where letters are put together, and the index of the next word to read.

    Raises:
        RefusedError: the client knows no such option, lacks its value, or cannot read it.

    """
    word = words[index]
    following = words[index + 1] if index + 1 < len(words) else None
    found = _long(word, following, known) if word.value.startswith("--") else _letters(word, following, known)
    last = found[-1]
    took_next = isinstance(last, Option) and last.value is not None and last.value.word is following
    return found, index + 1 + took_next


def _long(word: Word, following: Word | None, known: Table) -> list[Option | Hole]:
    name, equals, _ = word.value[2:].partition("=")
    if word.known_length < len(word.value) and word.known_length < 2 + len(name) + len(equals):
        return [Hole(word)]
    if not name or name.startswith("-"):
        raise RefusedError(word, f"bad flag syntax: {_shown(word.value)}", "take it out")
    flag = known.by_name.get(name)
    if flag is None:
        raise RefusedError(word, f"unknown flag: --{_shown(name)}", _suggestion(name, known))
    if equals:
        return [_checked(Option(flag, Part(word, len(name) + 3, len(word.value)), word))]
    if flag.type in {"bool", "optional"}:
        return [Option(flag, None, word)]
    if following is None:
        raise RefusedError(word, f"flag needs an argument: --{name}", "give it one")
    return [_checked(Option(flag, Part(following, 0, len(following.value)), word))]


def _letters(word: Word, following: Word | None, known: Table) -> list[Option | Hole]:
    """Read `-it`, `-u1000`, `-u=1000`, `-itu 1000`: the first letter that takes a value is the last."""
    found: list[Option | Hole] = []
    value = word.value
    for at in range(1, len(value)):
        if at >= word.known_length:
            return [*found, Hole(word)]
        flag = known.by_letter.get(value[at])
        if flag is None:
            message = f"unknown shorthand flag: '{value[at]}' in -{_shown(value[at:])}"
            raise RefusedError(word, message, _long_form(value, known))
        rest = value[at + 1 :]
        if rest.startswith("=") and len(rest) > 1:
            return [*found, _checked(Option(flag, Part(word, at + 2, len(value)), word))]
        if flag.type in {"bool", "optional"}:
            found.append(Option(flag, None, word))
        elif rest:
            return [*found, _checked(Option(flag, Part(word, at + 1, len(value)), word))]
        elif following is not None:
            return [*found, _checked(Option(flag, Part(following, 0, len(following.value)), word))]
        else:
            message = f"flag needs an argument: '{flag.letter}' in -{flag.letter}"
            raise RefusedError(word, message, "give it one")
    return found


def _checked(option: Option) -> Option:
    """Refuse a boolean that is none; what is not known passes."""
    flag, value = option.flag, option.value
    if flag.type != "bool" or value is None or not value.is_known or value.text in _TRUE | _FALSE:
        return option
    name = f"-{flag.letter}, --{flag.name}" if flag.letter else f"--{flag.name}"
    text = _shown(value.text)
    message = f'invalid argument "{text}" for "{name}" flag: strconv.ParseBool: parsing "{text}": invalid syntax'
    raise RefusedError(value.word, message, "write true or false")


def _suggestion(name: str, known: Table) -> str:
    """Name the option that was meant, if one comes near."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), known.by_name, 1, _NEAR)
    return f"did you mean --{near[0]}?" if near else "take it out; words for the container follow the image"


def _long_form(value: str, known: Table) -> str:
    """Say what to do about letters that are unknown: a long option with one hyphen is the common slip."""
    name = value[1:].partition("=")[0]
    return f"write --{name} with two hyphens" if name in known.by_name else "take it out"


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Mapping[str, Any]]:
    data: dict[str, dict[str, Any]] = json.loads(package_text("docker_cli", "flags.json"))
    return data


def _table(types: Mapping[str, Sequence[str]], aliases: Mapping[str, str]) -> Table:
    flags = [
        Flag(name, letter, kind)
        for kind in get_args(Type)
        for name, _, letter in (written.partition("/") for written in _split(types.get(kind, ())))
    ]
    by_name = {flag.name: flag for flag in flags}
    by_name.update({alias: by_name[name] for alias, name in aliases.items() if name in by_name})
    return Table(by_name, {flag.letter: flag for flag in flags if flag.letter})


def _split(lines: Sequence[str]) -> list[str]:
    return [name for line in lines for name in line.split()]
