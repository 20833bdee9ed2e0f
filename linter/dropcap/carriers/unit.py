"""systemd units: the command lines of `ExecStart=` and its like, by systemd's own quoting (systemd.service(5)).

There is no shell, unless the line starts one. A specifier (`%i`) is not known, nor is a variable of the environment
that `Environment=` does not set, or that a file of `EnvironmentFile=` may set anew (systemd.exec(5)).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Command, may_concern, read_all
from dropcap.lang.budget import Budget
from dropcap.lang.shell.depth import MOST_BLANKS
from dropcap.lang.shell.fragments import Piece, PieceKind
from dropcap.lang.unitfile import read_unit
from dropcap.model import Document, Failure, Level, UnreadableError
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.carriers.request import Request
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.unitfile import Section
    from dropcap.model import Container
    from dropcap.source import Source

__all__ = ["read", "read_commands"]

_KEYS = frozenset(
    {
        *("ExecCondition", "ExecReload", "ExecStart", "ExecStartPost", "ExecStartPre", "ExecStop", "ExecStopPost"),
        *("Environment", "EnvironmentFile", "UnsetEnvironment"),
    }
)
_PREFIXES = "@-:+!|"
_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]+)
      | (?P<quote>["'])
      | \\x(?P<hex>[0-9A-Fa-f]{2})
      | \\(?P<escape>[\s\S])
      | %(?P<percent>%)
      | (?P<specifier>%[A-Za-z])
      | \$(?P<dollar>\$)
      | (?P<braced>\$\{\w+\})
      | (?P<bare>\$\w+)
      | (?P<plain>[\s\S])
    """,
    re.VERBOSE,
)
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}
_SPECIFIER = "systemd fills it in"
_ENVIRONMENT = "the unit's environment sets it"


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a unit."""
    sections = read_unit(source, is_systemd=True) if may_concern(source) else {}
    return read_commands(source, sections.get("Service"))


def read_commands(source: Source, service: Section | None) -> Document:
    """Read what a unit's [Service] starts, with what drop-ins add to it.

    Where several files name variables, what each comes to is not known.
    """
    kept: dict[str, list[Source]] = {}
    for entry in service.entries if service else ():
        key, value = entry.key.value, entry.value
        if key not in _KEYS:
            continue
        if value.text.strip():
            kept.setdefault(key, []).append(value)
        else:
            kept.pop(key, None)  # takes back what stands before it
    lines = kept.get("Environment", ())
    names = {_root(line) for line in lines}
    is_known = len(names) == 1 and not {"EnvironmentFile", "UnsetEnvironment"} & kept.keys()
    found = [value for key, values in kept.items() if key.startswith("Exec") for value in values]
    found.sort(key=lambda value: value.to_root(Span(0, 0))[1].start)
    by_file: dict[Source, list[Source]] = {}
    for value in found:
        by_file.setdefault(_root(value), []).append(value)
    containers: list[Container] = []
    failures: list[Failure] = []
    for root, values in by_file.items():
        given = _environment(root, lines if is_known and root in names else ())
        here = read_all(root, "unit", (one for value in values for one in _commands(root, value, given)))
        containers += here.containers
        failures += here.failures
    return Document(source, "unit", tuple(containers), tuple(failures))


def _root(value: Source) -> Source:
    return value.to_root(Span(0, 0))[0]


class _Environment:
    """The variables that a unit sets: their characters, each with its place in the file."""

    def __init__(self, values: dict[str, list[tuple[str, int]]], budget: Budget) -> None:
        self._values = values
        self._budget = budget

    def take(self, name: str) -> list[tuple[str, int]] | None:
        """Give a variable's value; None where it is not known."""
        value = self._values.get(name)
        return value if self._budget.take(len(value or ())) else None


def _environment(source: Source, lines: Sequence[Source]) -> _Environment:
    found: dict[str, list[tuple[str, int]]] = {}
    for line in lines:
        words = _Words(line)
        _split(words, line.text, 0, None)
        for word in words.words:
            text = "".join(text for text, _, _ in word)
            name, equals, _ = text.partition("=")
            found.pop(name, None)
            if equals and not any(reason for _, _, reason in word):
                # The mark of the word's beginning comes first.
                found[name] = [(text, at) for text, at, _ in word[1 + len(name) + 1 :]]
    return _Environment(found, Budget(source.text))


def _commands(source: Source, line: Source, given: _Environment) -> Iterator[Command]:
    """Give the commands of a line; a `;` that is a word ends one.

    Raises:
        UnreadableError: the line has more words than one of a script may have.

    """
    if sum(map(line.text.count, " \t")) > MOST_BLANKS:
        message = f"a line has more than {MOST_BLANKS:,} words; split it"
        raise UnreadableError(Failure(line.path, message, Level.ERROR, line, Span(0, 1)))
    words = _Words(line)
    prefix = len(line.text) - len(line.text.lstrip(_PREFIXES))
    _split(words, line.text, prefix, given)
    if "@" in line.text[:prefix]:
        del words.words[1:2]  # the name that the program is given
    command: list[Text] = []
    for word in [*words.words, None]:
        if word is not None and [text for text, _, _ in word] != ["", ";"]:
            command.append(tuple(_pieces(word)))
        elif command:
            yield Command(source, tuple(command))
            command = []


def _pieces(word: Sequence[tuple[str, int, str]]) -> Iterator[Piece]:
    """Put a word's characters together where one is written behind the other."""
    if len(word) == 1:
        yield Piece("", at=word[0][1])
    run, start = "", -1
    for text, at, reason in [*word[1:], ("", -1, "")]:
        if run and (reason or at != start + len(run)):
            yield Piece(run, at=start)
            run = ""
        if reason:
            splits = not reason.startswith("\0")
            yield Piece(text, PieceKind.UNKNOWN, splits, at, at + len(text), not splits, reason.lstrip("\0"))
        else:
            run, start = run + text, start if run else at


def _split(builder: _Words, text: str, start: int, given: _Environment | None) -> None:
    """Split a text into words; with `given` None a dollar is a character like others."""
    quote = ""
    for token in _TOKEN.finditer(text, start):
        kind, at = str(token.lastgroup), token.start()
        if kind == "quote" and (not quote or token[0] == quote):
            quote = "" if quote else token[0]
            builder.begin(at)
        elif kind == "blank" and not quote:
            builder.end()
        elif kind == "specifier":
            builder.unknown(token[0], at, _SPECIFIER, splits=False)
        elif kind in {"braced", "bare"} and given is not None:
            is_word = kind == "bare" and not quote and not builder.is_open and _ends_at(text, token.end())
            value = given.take(token[0].strip("${}")) if is_word or kind == "braced" else None
            if value is None or (is_word and any(character in "\"'\\" for character, _ in value)):
                builder.unknown(token[0], at, _ENVIRONMENT, splits=is_word)
            else:
                builder.filled_in(value, at, splits=is_word)
        elif kind == "hex":
            builder.character(chr(int(token["hex"], 16)), at)
        elif kind == "escape":
            builder.character(_ESCAPES.get(token["escape"], token["escape"]), at)
        else:
            written = token[0] if given is None and kind in {"braced", "bare", "dollar"} else token[kind]
            for offset, character in enumerate(written):
                builder.character(character, at + len(token[0]) - len(written) + offset)


def _ends_at(text: str, at: int) -> bool:
    return at >= len(text) or text[at].isspace()


class _Words:
    """Words in the making: characters, each with its place, and why it is not known; a mark of the place first."""

    def __init__(self, line: Source) -> None:
        self._line = line
        self.words: list[list[tuple[str, int, str]]] = []
        self.is_open = False

    def _at(self, offset: int) -> int:
        return self._line.to_root(Span(offset, offset))[1].start

    def begin(self, at: int) -> None:
        """Begin a word, if none is open."""
        if not self.is_open:
            self.words.append([("", self._at(at), "")])
            self.is_open = True

    def end(self) -> None:
        """End the word."""
        self.is_open = False

    def character(self, character: str, at: int) -> None:
        """Add one character."""
        self.begin(at)
        self.words[-1].append((character, self._at(at), ""))

    def filled_in(self, value: Sequence[tuple[str, int]], at: int, *, splits: bool) -> None:
        """Add a variable's value, which may be several words."""
        if not splits:
            self.begin(at)
        for character, place in value:
            if splits and character.isspace():
                self.end()
                continue
            if not self.is_open:
                self.words.append([("", place, "")])
                self.is_open = True
            self.words[-1].append((character, place, ""))

    def unknown(self, text: str, at: int, reason: str, *, splits: bool) -> None:
        """Add what is filled in."""
        self.begin(at)
        self.words[-1].append((text, self._at(at), reason if splits else f"\0{reason}"))
