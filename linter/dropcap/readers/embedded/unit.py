"""systemd units: the command lines of `ExecStart=` and its like, by systemd's own quoting (systemd.service(5)).

There is no shell, unless the line starts one. A specifier (`%i`) and a variable of the environment are not known.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from dropcap.readers.embedded.scripts import Builder, Script, may_concern, read_all
from dropcap.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["read"]

_KEY = r"[ \t]*Exec(?:Condition|Reload|Start(?:Pre|Post)?|Stop(?:Post)?)[ \t]*=[ \t]*"
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


def read(source: Source) -> Document:
    """Read a unit."""
    if not may_concern(source):
        return read_all(source, "unit", ())
    return read_all(source, "unit", (_script(source, line) for line in _lines(source.text)))


def _lines(text: str) -> Iterator[_Line]:
    """Give the values of the keys that hold commands, continuation lines joined and comments in them left out."""
    parts: list[str] = []
    segments: list[tuple[int, int]] = []
    length = 0
    is_ours = goes_on = False
    for match in re.compile(_LINE).finditer(text):
        line, at = match[1].rstrip("\r"), match.start()
        if goes_on and line.lstrip().startswith(("#", ";")):
            continue
        if not goes_on:
            key = re.match(_KEY, line)
            is_ours = key is not None
            start = key.end() if key else 0
            parts, segments, length = [], [], 0
            line, at = line[start:], at + start
        goes_on = line.endswith("\\")
        written = line[:-1] + " " if goes_on else line
        if is_ours:
            segments.append((length, at))
            parts.append(written)
            length += len(written)
            if not goes_on:
                yield _Line("".join(parts), segments)


def _script(source: Source, line: _Line) -> Script:
    """Write a command line as a shell would have it, each character with its place."""
    builder = _Words(source, line.segments)
    prefix = len(line.text) - len(line.text.lstrip(_PREFIXES))
    quote = ""
    for token in _TOKEN.finditer(line.text, prefix):
        kind, at = str(token.lastgroup), token.start()
        if kind == "quote" and (not quote or token[0] == quote):
            quote = "" if quote else token[0]
            builder.begin(at)
        elif kind == "blank" and not quote:
            builder.end()
        elif kind in {"specifier", "braced", "bare"}:
            is_word = kind == "bare" and not quote and not builder.is_open and _ends_at(line.text, token.end())
            builder.unknown(token[0], at, _SPECIFIER if kind == "specifier" else _ENVIRONMENT, splits=is_word)
        elif kind == "hex":
            builder.character(chr(int(token["hex"], 16)), at)
        elif kind == "escape":
            builder.character(_ESCAPES.get(token["escape"], token["escape"]), at)
        else:
            for offset, character in enumerate(token[kind]):
                builder.character(character, at + len(token[0]) - len(token[kind]) + offset)
    return builder.script(skips_second="@" in line.text[:prefix])


def _ends_at(text: str, at: int) -> bool:
    return at >= len(text) or text[at].isspace()


class _Words:
    """Words in the making: characters that mean something to a shell are escaped."""

    def __init__(self, source: Source, segments: list[tuple[int, int]]) -> None:
        self._source = source
        self._segments = segments
        self._words: list[list[tuple[str, int, str]]] = []
        self.is_open = False

    def _at(self, offset: int) -> int:
        here, there = self._segments[bisect_right(self._segments, (offset, len(self._source.text))) - 1]
        return there + offset - here

    def begin(self, at: int) -> None:
        """Begin a word, if none is open."""
        if not self.is_open:
            self._words.append([("", self._at(at), "")])
            self.is_open = True

    def end(self) -> None:
        """End the word."""
        self.is_open = False

    def character(self, character: str, at: int) -> None:
        """Add one character."""
        self.begin(at)
        self._words[-1].append((character, self._at(at), ""))

    def unknown(self, text: str, at: int, reason: str, *, splits: bool) -> None:
        """Add what is filled in."""
        self.begin(at)
        self._words[-1].append((text, self._at(at), reason if splits else f"\0{reason}"))

    def script(self, *, skips_second: bool) -> Script:
        """Put the words together; with the prefix `@` the second one is the name that the program is given."""
        if skips_second and len(self._words) > 1:
            del self._words[1]
        builder = Builder(self._source)
        for number, word in enumerate(self._words):
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
