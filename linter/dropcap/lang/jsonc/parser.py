"""One pass over a text of JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.jsonc.nodes import Array, Member, Object, Scalar, Text
from dropcap.lang.jsonc.quoted import PLAIN, end_of, escape
from dropcap.model import Failure, Level, UnreadableError
from dropcap.source import Span

if TYPE_CHECKING:
    from typing import Any

    from dropcap.lang.jsonc.nodes import Node
    from dropcap.source import Source

MAX_DEPTH = 200
"""How deeply lists and objects may nest; people write ten."""
MAX_PROBLEMS = 20
"""How many repairs a text may need and still be taken for JSON."""

_BLANKS = r"[ \t\r\n]*"
_NUMBER = r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_WORD = r"[^\W\d]\w*"
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_SHOWN = 20


class _Frame:
    """A list or object that is not closed yet."""

    __slots__ = ("is_object", "items", "key", "start")

    def __init__(self, start: int, *, is_object: bool) -> None:
        self.start = start
        self.is_object = is_object
        self.items: list[Any] = []
        self.key: Scalar | None = None


def parse(source: Source) -> Text:
    """Read a text.

    Raises:
        UnreadableError: it is not JSON, nests too deeply, or needs too many repairs; says where.

    """
    return _Parser(source).parse()


class _Parser:
    """One pass over a text."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._at = 0
        self._problems: list[Failure] = []
        self._comments: list[Span] = []
        self._plain = re.compile(PLAIN)
        self._blanks = re.compile(_BLANKS)

    def parse(self) -> Text:
        self._skip()
        if self._at == len(self._text):
            raise self._refused(Span(0, 0), "the file is empty")
        root = self._value()
        self._skip()
        if self._at < len(self._text):
            self._repair(Span(self._at, self._at + 1), "this follows the end of the value; take it out")
        self._problems.sort(key=lambda problem: problem.span or Span(0, 0))
        return Text(root, tuple(self._problems), tuple(self._comments))

    def _value(self) -> Node:
        """Read the value that starts here, with all that is in it."""
        stack: list[_Frame] = []
        while True:
            node = self._open_or_scalar(stack)
            while node is not None and stack:
                self._put(stack[-1], node)
                node = self._next(stack)
            if node is not None:
                return node

    def _open_or_scalar(self, stack: list[_Frame]) -> Node | None:
        """Read a scalar or an empty list; None where a list or object was opened and waits for a value."""
        char = self._text[self._at]
        if char not in "{[":
            return self._scalar()
        if len(stack) == MAX_DEPTH:
            raise self._refused(Span(self._at, self._at + 1), f"this nests more than {MAX_DEPTH} levels deep")
        stack.append(_Frame(self._at, is_object=char == "{"))
        self._at += 1
        return self._inside(stack)

    def _next(self, stack: list[_Frame]) -> Node | None:
        """Go on behind a value; gives the list or object that ends here, None where another value follows."""
        self._skip()
        self._expect_more(stack)
        if self._text[self._at] == ",":
            self._at += 1
        elif self._text[self._at] not in "}]":
            self._repair(Span(self._at, self._at + 1), "a comma is missing before this")
        return self._inside(stack)

    def _inside(self, stack: list[_Frame]) -> Node | None:
        """Stand before a key, a value or the end; gives the list or object where it ends here."""
        frame = stack[-1]
        self._skip()
        self._expect_more(stack)
        while self._text[self._at] == ",":
            self._repair(Span(self._at, self._at + 1), "nothing is before this comma; take it out")
            self._at += 1
            self._skip()
            self._expect_more(stack)
        char = self._text[self._at]
        if char in "}]":
            if (char == "}") is not frame.is_object:
                opener = self._source.position(frame.start)
                message = f"{char} does not close what line {opener.line} opens"
                raise self._refused(Span(self._at, self._at + 1), message)
            self._at += 1
            return self._closed(stack.pop())
        if frame.is_object:
            self._key(stack)
        return None

    def _key(self, stack: list[_Frame]) -> None:
        if self._text[self._at] != '"':
            raise self._refused(self._here(), "write a key in double quotes here")
        frame = stack[-1]
        frame.key = self._string()
        self._skip()
        self._expect_more(stack)
        if self._text[self._at] != ":":
            raise self._refused(self._here(), "write a colon after the key")
        self._at += 1
        self._skip()
        self._expect_more(stack)

    def _put(self, frame: _Frame, node: Node) -> None:
        if frame.key is None:
            frame.items.append(node)
        else:
            frame.items.append(Member(frame.key, node))
            frame.key = None

    def _closed(self, frame: _Frame) -> Node:
        span = Span(frame.start, self._at)
        if not frame.is_object:
            return Array(tuple(frame.items), self._source, span)
        seen: set[object] = set()
        for member in frame.items:
            key = member.key
            if key.value in seen:
                message = f"{_shown(key.value)} is here twice, and the last one counts; take one out"
                self._repair(key.span, message, Level.NOTE)
            seen.add(key.value)
        return Object(tuple(frame.items), self._source, span)

    def _scalar(self) -> Scalar:
        start = self._at
        if self._text[start] == '"':
            return self._string()
        number = re.compile(_NUMBER).match(self._text, start)
        if number:
            self._at = number.end()
            return Scalar(_number(number), self._source, Span(start, self._at))
        word = re.compile(_WORD).match(self._text, start)
        if word and word[0] in _WORDS:
            self._at = word.end()
            return Scalar(_WORDS[word[0]], self._source, Span(start, self._at))
        if word:
            raise self._refused(Span(*word.span()), f"{_shown(word[0])} is not a value; put text into double quotes")
        raise self._refused(self._here(), "write a value here")

    def _string(self) -> Scalar:
        start, text = self._at, self._text
        end = end_of(self._plain, text, start + 1)
        if text[end : end + 1] == '"':
            self._at = end + 1
            return Scalar(text[start + 1 : end], self._source, Span(start, end + 1))
        parts = [text[start + 1 : end]]
        while text[end : end + 1] != '"':
            char = text[end : end + 1]
            if char in {"", "\n", "\r"}:
                raise self._refused(Span(start, end), "this string has no end; add the double quote")
            if char == "\\":
                part, size = escape(text, end)
                if not size:
                    raise self._refused(
                        Span(end, min(end + 2, len(text))), "this is no escape; write \\\\ for a backslash"
                    )
            else:
                part, size = char, 1
                self._repair(Span(end, end + 1), f"write \\u{ord(char):04x} for this control character")
            parts.append(part)
            at = end + size
            end = end_of(self._plain, text, at)
            parts.append(text[at:end])
        self._at = end + 1
        return Scalar("".join(parts), self._source, Span(start, end + 1))

    def _skip(self) -> None:
        """Go over blanks and comments."""
        text = self._text
        self._at = end_of(self._blanks, text, self._at)
        while text.startswith(("//", "/*"), self._at):
            if text[self._at + 1] == "/":
                end = end_of(re.compile(r"[^\r\n]*"), text, self._at)
            else:
                end = text.find("*/", self._at + 2) + 2
                if end < 2:  # noqa: PLR2004  # it was not found
                    raise self._refused(Span(self._at, self._at + 2), "this comment has no end; add */")
            self._comments.append(Span(self._at, end))
            self._at = end_of(self._blanks, text, end)

    def _expect_more(self, stack: list[_Frame]) -> None:
        if self._at == len(self._text):
            start = stack[-1].start
            raise self._refused(Span(start, start + 1), "this is never closed")

    def _here(self) -> Span:
        return Span(self._at, min(self._at + 1, len(self._text)))

    def _repair(self, span: Span, message: str, level: Level = Level.ERROR) -> None:
        before = sum(problem.level is level for problem in self._problems)
        if before < MAX_PROBLEMS:
            self._problems.append(self._failure(span, message, level))
        elif level is Level.ERROR:  # a note repairs nothing
            raise self._refused(span, "there are too many errors before this; correct them and check again")

    def _refused(self, span: Span, message: str) -> UnreadableError:
        return UnreadableError(self._failure(span, message, Level.ERROR))

    def _failure(self, span: Span, message: str, level: Level) -> Failure:
        return Failure(self._source.path, f"JSON: {message}", level, self._source, span)


def _number(match: re.Match[str]) -> int | float:
    if match[1] or match[2]:
        return float(match[0])
    try:
        return int(match[0])
    except ValueError:  # Python converts no number of so many digits
        return float(match[0])


def _shown(text: object) -> str:
    shown = str(text)
    return f'"{shown}"' if len(shown) <= _LONGEST_SHOWN else f'"{shown[:_LONGEST_SHOWN]}…"'
