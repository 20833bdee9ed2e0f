"""systemd units: the command lines of `ExecStart=` and its like, by systemd's own quoting (systemd.service(5)).

There is no shell, unless the line starts one. A specifier (`%i`) is not known, nor is a variable of the environment
that `Environment=` does not set, or that a file of `EnvironmentFile=` may set anew (systemd.exec(5)).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, Script, may_concern, read_all
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.carriers.request import Request
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["read"]

_KEY = (
    r"[ \t]*(?P<key>Exec(?:Condition|Reload|Start(?:Pre|Post)?|Stop(?:Post)?)"
    r"|Environment(?:File)?|UnsetEnvironment)[ \t]*=[ \t]*"
)
_SECTION = r"[ \t]*\[([^\]]*)\][ \t]*$"
_LINE = r"([^\n]*)(?:\n|\Z)"
_PREFIXES = "@-:+!|"
_SAFE = r"[\w@%+=:,./-]"
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
_ENVIRONMENT = "the unit's environment has it"


class _Line(NamedTuple):
    """A logical line's text, and where each physical line of it stands: offset in the text, offset in the file."""

    text: str
    segments: list[tuple[int, int]]


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a unit."""
    if not may_concern(source):
        return read_all(source, "unit", ())
    lines: dict[str, list[_Line]] = {}
    for key, line in _lines(source.text):
        if line.text.strip():
            lines.setdefault(key, []).append(line)
        else:
            lines.pop(key, None)  # takes back what stands before it
    is_ours = not {"EnvironmentFile", "UnsetEnvironment"} & lines.keys()
    given = _environment(source, lines.get("Environment", ()) if is_ours else ())
    found = [line for key, values in lines.items() if key.startswith("Exec") for line in values]
    found.sort(key=lambda line: line.segments[0][1])
    return read_all(source, "unit", (_script(source, line, given) for line in found))


class _Environment:
    """The variables that a unit sets: their characters, each with its place in the file."""

    def __init__(self, values: dict[str, list[tuple[str, int]]], left: int) -> None:
        self._values = values
        self._left = left  # characters that variables may add

    def take(self, name: str) -> list[tuple[str, int]] | None:
        """Give a variable's value; None where it is not known."""
        value = self._values.get(name)
        self._left -= len(value or ())
        return value if self._left > 0 else None


def _environment(source: Source, lines: Sequence[_Line]) -> _Environment:
    found: dict[str, list[tuple[str, int]]] = {}
    for line in lines:
        words = _Words(source, line.segments)
        _split(words, line.text, 0, None)
        for word in words.words:
            text = "".join(text for text, _, _ in word)
            name, equals, _ = text.partition("=")
            found.pop(name, None)
            if equals and not any(reason for _, _, reason in word):
                # The mark of the word's beginning comes first.
                found[name] = [(text, at) for text, at, _ in word[1 + len(name) + 1 :]]
    return _Environment(found, 2 * len(source.text) + 100_000)


def _lines(text: str) -> Iterator[tuple[str, _Line]]:
    """Give the keys that hold commands and variables, continuation lines joined and comments in them left out."""
    parts: list[str] = []
    segments: list[tuple[int, int]] = []
    length = 0
    key: re.Match[str] | None = None
    goes_on, section = False, "Service"
    for match in re.compile(_LINE).finditer(text):
        line, at = match[1].rstrip("\r"), match.start()
        if goes_on and line.lstrip().startswith(("#", ";")):
            continue
        if not goes_on:
            header = re.match(_SECTION, line)
            section = header[1] if header else section
            key = re.match(_KEY, line) if section == "Service" else None
            start = key.end() if key else 0
            parts, segments, length = [], [], 0
            line, at = line[start:], at + start
        goes_on = line.endswith("\\")
        written = line[:-1] + " " if goes_on else line
        if key:
            segments.append((length, at))
            parts.append(written)
            length += len(written)
            if not goes_on:
                yield key["key"], _Line("".join(parts), segments)


def _script(source: Source, line: _Line, given: _Environment) -> Script:
    """Write a command line as a shell would have it, each character with its place."""
    words = _Words(source, line.segments)
    prefix = len(line.text) - len(line.text.lstrip(_PREFIXES))
    _split(words, line.text, prefix, given)
    return words.script(skips_second="@" in line.text[:prefix])


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
    """Words in the making: characters that mean something to a shell are escaped."""

    def __init__(self, source: Source, segments: list[tuple[int, int]]) -> None:
        self._source = source
        self._segments = segments
        self.words: list[list[tuple[str, int, str]]] = []
        self.is_open = False

    def _at(self, offset: int) -> int:
        here, there = self._segments[bisect_right(self._segments, (offset, len(self._source.text))) - 1]
        return there + offset - here

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

    def script(self, *, skips_second: bool) -> Script:
        """Put the words together; with the prefix `@` the second one is the name that the program is given."""
        if skips_second and len(self.words) > 1:
            del self.words[1]
        builder = Builder(self._source)
        for number, word in enumerate(self.words):
            at = word[0][1]
            if word == [("", at, ""), (";", at, "")]:
                builder.add("\n", at)
                continue
            if number:
                builder.add(" ", at)
            if len(word) == 1:
                builder.add("''", at)
            for text, place, reason in word[1:]:
                if reason:
                    builder.unknown(text, place, reason.lstrip("\0"), '"' if reason.startswith("\0") else "")
                elif text == "\n":
                    builder.add("$'\\n'", place)
                elif not re.match(_SAFE, text):
                    builder.add("\\", place)
                    builder.add(text, place)
                else:
                    builder.add(text, place)
        return builder.build()
