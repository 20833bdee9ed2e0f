"""What can be asked of a variable's value: an element, its length, whether it is empty, what is left without a part."""

from __future__ import annotations

import re

from dropcap.lang.shell.fragments import Piece, PieceKind, Text, known_text
from dropcap.lang.shell.scope import Value, unknown_value

__all__ = ["counted", "element", "is_empty", "measured", "sliced", "substring", "trimmed"]

_CALLER = "the caller of the script gives it"
_EDITED = "the shell computes it"
_LONGEST_INDEX = 9


def element(value: Value, index: str | None) -> Value:
    """Give one element of a list as a value of its own; without an index, the first one."""
    if len(value.elements) == 1 and len(value.elements[0]) == 1 and not value.elements[0][0].text:
        return value._replace(is_list=False)  # all that is known of it is why it is not
    if not value.is_list:
        return value if index in {None, "0"} else Value((), guards=value.guards)
    number = int(index) if index and index.isdecimal() and len(index) <= _LONGEST_INDEX else None if index else 0
    if number is None:
        return Value(unknown_value(_EDITED)[0].elements, guards=value.guards)
    for element in value.elements[: number + 1]:
        unknown = next((piece for piece in element if piece.splits), None)
        if unknown is not None:
            return Value(unknown_value(unknown.reason or _CALLER)[0].elements, guards=value.guards)
    return Value(value.elements[number : number + 1], guards=value.guards)


def sliced(value: Value, first: int, last: int | None) -> Value:
    """Give some elements of a list, where it is known which ones these are."""
    for one in value.elements[: first if last is None else last]:
        if any(piece.splits for piece in one):
            return value._replace(elements=unknown_value(_EDITED)[0].elements)
    return value._replace(elements=value.elements[first:last])


def is_empty(value: Value) -> bool | None:
    """Whether a value is not set or empty; None if nobody knows."""
    if any(piece.text for element in value.elements for piece in element if piece.kind is not PieceKind.UNKNOWN):
        return False
    return None if any(element for element in value.elements if known_text(element) is None) else True


def counted(values: tuple[Value, ...] | None) -> tuple[Value, ...] | None:
    """Count the elements of lists."""
    if values is None:
        return None
    if any(piece.splits for value in values for element in value.elements for piece in element):
        return unknown_value(_EDITED)
    return tuple(Value(((Piece(str(len(value.elements))),),), guards=value.guards) for value in values)


def measured(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Count the characters of texts."""
    texts = [known_text(value.elements[0]) if value.elements else "" for value in values]
    if any(text is None for text in texts):
        return unknown_value(_EDITED)
    return tuple(
        Value(((Piece(str(len(text or ""))),),), guards=value.guards) for value, text in zip(values, texts, strict=True)
    )


def substring(value: Value, start: int, length: int | None) -> Value:
    """Return a part of a text, where the text is known; negative numbers count from its end."""
    text = known_text(value.elements[0]) if len(value.elements) == 1 else "" if not value.elements else None
    if text is None:
        return value._replace(elements=unknown_value(_EDITED)[0].elements)
    first = max(len(text) + start, 0) if start < 0 else min(start, len(text))
    last = len(text) if length is None else len(text) + length if length < 0 else min(first + length, len(text))
    return value._replace(elements=(_part(value.elements[0], first, last) if value.elements else (),))


def _part(element: Text, start: int, end: int) -> Text:
    """Take some characters of a text, each with its place."""
    pieces, length = [], 0
    for piece in element:
        low, high = max(start - length, 0), min(end - length, len(piece.text))
        length += len(piece.text)
        if low < high:
            pieces.append(piece._replace(text=piece.text[low:high], at=piece.at + low if piece.at >= 0 else -1))
    return tuple(pieces)


def trimmed(value: Value, sign: str, pattern: str) -> Value:
    """Take a prefix or suffix off a value, where its text is known and the pattern has no more than `*`."""
    if len(value.elements) != 1:
        return value if not value.elements else value._replace(elements=unknown_value(_EDITED)[0].elements)
    text = known_text(value.elements[0])
    if text is None or re.search(r"[]\[?\\'\"$`(]", pattern) or pattern.count("*") > 1:
        return value._replace(elements=unknown_value(_EDITED)[0].elements)
    cut = _cut(text, sign, pattern)
    start, end = (cut, len(text)) if sign[0] == "#" else (0, cut)
    return value._replace(elements=(_part(value.elements[0], start, end),))


def _cut(text: str, sign: str, pattern: str) -> int:
    """Give where a text is cut by `#`, `##`, `%` or `%%` with a pattern that has one `*` at most."""
    before, star, after = pattern.partition("*")
    if sign[0] == "#":
        if not text.startswith(before):
            return 0
        if not star:
            return len(before)
        at = text.rfind(after) if sign == "##" else text.find(after, len(before))
        return at + len(after) if at >= len(before) else 0
    if not star:
        return len(text) - len(pattern) * text.endswith(pattern)
    if not text.endswith(after):
        return len(text)
    last = len(text) - len(after)
    at = text.find(before) if sign == "%%" else text.rfind(before, 0, last)
    return at if at >= 0 and at + len(before) <= last else len(text)
