"""Texts between quotation marks: their escapes, and where each character stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropcap.lang.jsonc.nodes import Scalar
    from dropcap.source import Source

PLAIN = r'[^"\\\x00-\x1f]*'
"""What stands for itself between quotation marks."""

_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CODE = r"\\u([0-9a-fA-F]{4})"
_PAIR = r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"


def text_of(node: Scalar) -> Source:
    """Give the text of a string as a source of its own, every character at its place.

    Raises:
        TypeError: the node is no string.

    """
    if not isinstance(node.value, str):
        raise TypeError("only a string has a text")
    segments = [(0, node.span.start + 1)]
    at, length = node.span.start + 1, 0
    plain = re.compile(PLAIN)
    text = node.source.text
    while True:
        end = end_of(plain, text, at)
        length += end - at
        if end + 1 >= node.span.end:
            return node.source.piece(node.value, segments)
        if text[end] == "\\":
            _, size = escape(text, end)
            at, length = end + size, length + 1
            segments.append((length - 1, end))
            segments.append((length, at))
        else:
            at, length = end + 1, length + 1


def end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Give the index behind what a pattern matches at an index, which is that index where it matches nothing."""
    found = pattern.match(text, at)
    return at if found is None else found.end()


def escape(text: str, at: int) -> tuple[str, int]:
    """Read the escape at a backslash; gives what it stands for and its length, 0 where it is none."""
    pair = re.compile(_PAIR).match(text, at)
    if pair:
        high, low = int(pair[1], 16), int(pair[2], 16)
        return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF)), len(pair[0])
    code = re.compile(_CODE).match(text, at)
    if code:
        return chr(int(code[1], 16)), len(code[0])
    found = _ESCAPES.get(text[at + 1 : at + 2])
    return ("", 0) if found is None else (found, 2)
