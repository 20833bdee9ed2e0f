"""Where the keys and values of a TOML text stand: a TOML parser does not keep it.

The text is one that a parser has accepted, so this needs to find where things begin and end, and no more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Path = tuple[str | int, ...]
"""The keys that lead to a value, with the index of each list's item."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_PLAIN = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfre"\\]))')
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_DEEPEST = 50


class Place(NamedTuple):
    """Where a value stands: its key, which is where its item begins in a list, and its own text."""

    key: int
    start: int
    end: int


def places(text: str) -> Mapping[Path, Place]:
    """Return the place of each table, key and item of a text that is TOML."""
    finder = _Finder(text)
    finder.run()
    return finder.found


class _Finder:
    """Goes through a text once."""

    def __init__(self, text: str) -> None:
        self.found: dict[Path, Place] = {}
        self._text = text
        self._at = 0
        self._counts: dict[Path, int] = {}

    def run(self) -> None:
        prefix: Path = ()
        while self._skip_blank() < len(self._text):
            if self._text.startswith("[", self._at):
                prefix = self._header()
            else:
                before = self._at
                self._pair(prefix, 0)
                if self._at == before:  # no TOML
                    return

    def _skip_blank(self) -> int:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _header(self) -> Path:
        """Read a table's header; gives the path of what stands below it."""
        start = self._at
        is_item = self._text.startswith("[[", start)
        self._at += 2 if is_item else 1
        names = self._names()
        end = self._text.find("]", self._at)
        self._at = len(self._text) if end < 0 else end + (2 if is_item else 1)
        path: Path = ()
        for number, (name, _) in enumerate(names):
            path = (*path, name)
            is_last = number == len(names) - 1
            if is_item and is_last:
                self._counts[path] = self._counts.get(path, -1) + 1
                self.found.setdefault(path, Place(start, start, self._at))
            elif not is_last:
                self.found.setdefault(path, Place(start, start, self._at))
            if path in self._counts:
                path = (*path, self._counts[path])
        self.found[path] = Place(start, start, self._at)
        return path

    def _names(self) -> list[tuple[str, int]]:
        """Read a key, which dots may part; gives each part with its offset."""
        names: list[tuple[str, int]] = []
        while True:
            self._skip_blank()
            start = self._at
            quoted = _STRING.match(self._text, start)
            found = quoted or _BARE.match(self._text, start)
            if found is None:
                return names
            self._at = found.end()
            if len(names) < _DEEPEST:
                names.append((_unquoted(found[0]) if quoted else found[0], start))
            self._skip_blank()
            if not self._text.startswith(".", self._at):
                return names
            self._at += 1

    def _pair(self, prefix: Path, depth: int) -> None:
        path = prefix
        key = self._at
        for name, at in self._names():
            if path != prefix:
                self.found.setdefault(path, Place(key, key, self._at))
            path, key = (*path, name), at
        self._skip_blank()
        if path == prefix or not self._text.startswith("=", self._at):
            return
        self._at += 1
        self._value(path, key, depth)

    def _value(self, path: Path, key: int, depth: int) -> None:
        start = self._skip_blank()
        first = self._text[start : start + 1]
        if first in {"[", "{"} and depth < _DEEPEST:
            self._at += 1
            self._items(path, "]" if first == "[" else "}", depth + 1)
        else:
            found = _STRING.match(self._text, start) or _PLAIN.match(self._text, start)
            self._at = found.end() if found else len(self._text)
        end = start + len(self._text[start : self._at].rstrip())
        self.found[path] = Place(start if key < 0 else key, start, end)

    def _items(self, path: Path, closing: str, depth: int) -> None:
        index = 0
        while self._skip_blank() < len(self._text):
            before = self._at
            if self._text.startswith(closing, self._at):
                self._at += 1
                return
            if self._text.startswith(",", self._at):
                self._at += 1
            elif closing == "]":
                self._value((*path, index), -1, depth)
                index += 1
            else:
                self._pair(path, depth)
            if self._at == before:  # no TOML
                self._at = len(self._text)


def _unquoted(text: str) -> str:
    """Return what a string's text means; keys have no line breaks."""
    if text[0] == "'":
        return text[1:-1]
    return _ESCAPE.sub(lambda one: _ESCAPED[one[3]] if one[3] else chr(int(one[1] or one[2], 16)), text[1:-1])
