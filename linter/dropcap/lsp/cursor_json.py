"""Where a cursor is in a text of JSON with comments, which is mostly broken while somebody types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lsp.cursor import ITEM, VALUE, Cursor
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 200_000
"""A longer text is nobody's to complete."""
_TOKEN = re.compile(r"""//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"?|[\[\]{},:]""", re.DOTALL)
_AFTER = re.compile(r'(?:\\.|[^"\\\n])*')
_TYPED = re.compile(r"[\w:=.-]*")


class _Open:
    """A list or an object that is not closed before the cursor."""

    def __init__(self, sign: str) -> None:
        self.sign = sign
        self.key = ""
        """Of an object the key whose value is next."""
        self.last = ""
        """The last string, of which it is not known yet whether it is a key."""
        self.items: list[str] = []


def json_cursor(text: str, offset: int) -> Cursor | None:
    """Return where an offset is that lies within a string; None where it does not, or that is not sure."""
    if len(text) > LARGEST:
        return None
    stack: list[_Open] = []
    for token in _TOKEN.finditer(text, 0, offset):
        if token.end() == offset and _is_open_string(token[0]):
            return _within(text, offset, stack, token.start() + 1)
        _take(stack, token[0])
    return None


def _is_open_string(token: str) -> bool:
    return token.startswith('"') and (len(token) == 1 or not token.endswith('"') or token.endswith('\\"'))


def _take(stack: list[_Open], sign: str) -> None:
    top = stack[-1] if stack else None
    if sign in "[{":
        stack.append(_Open(sign))
    elif sign in "]}":
        if stack:
            stack.pop()
    elif top is None or sign.startswith("/"):
        return
    elif sign == ":":
        top.key = top.last
    elif sign == ",":
        top.key = ""
    else:
        top.last = sign.strip('"')
        if top.sign == "[":
            top.items.append(top.last)


def _within(text: str, offset: int, stack: list[_Open], start: int) -> Cursor | None:
    """Return where a string is that begins at a place and holds the offset."""
    if not stack or _TYPED.fullmatch(text, start, offset) is None:
        return None
    rest = _AFTER.match(text, offset)
    end = rest.end() if rest is not None else offset
    after = text[end : end + 1]
    path = tuple(one.key for one in stack if one.sign == "{")
    if after != '"' or not all(path) or _TYPED.fullmatch(text, start, end) is None:
        end = offset  # what follows is no part of the word
    if not all(path):
        return None
    top = stack[-1]
    siblings = (*top.items, *_following(text, end)) if top.sign == "[" else ()
    return Cursor(path, ITEM if top.sign == "[" else VALUE, Span(start, end), siblings, is_flow=True)


def _following(text: str, end: int) -> Iterator[str]:
    """Give the strings that follow in the same list."""
    at = end + 1 if text.startswith('"', end) else end
    for token in _TOKEN.finditer(text, at):
        if token[0] in "[]{}":
            return
        if token[0].startswith('"'):
            yield token[0].strip('"')
