"""`$((…))` over whole numbers that are known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["evaluate"]

LONGEST = 200
"""A longer expression is not computed."""

_TOKEN = re.compile(r"\s*(?:(\d{1,18})|\$?\{?([A-Za-z_]\w*)\}?|([-+*/%()!]|[<>=!]=|[<>]|&&|\|\|))", re.ASCII)
_LEVELS: tuple[dict[str, Callable[[int, int], int]], ...] = (
    {"||": lambda left, right: int(bool(left) or bool(right))},
    {"&&": lambda left, right: int(bool(left) and bool(right))},
    {"==": lambda left, right: int(left == right), "!=": lambda left, right: int(left != right)},
    {
        "<": lambda left, right: int(left < right),
        "<=": lambda left, right: int(left <= right),
        ">": lambda left, right: int(left > right),
        ">=": lambda left, right: int(left >= right),
    },
    {"+": int.__add__, "-": int.__sub__},
    {
        "*": int.__mul__,
        "/": lambda left, right: abs(left) // abs(right) * (1 if (left < 0) is (right < 0) else -1),
        "%": lambda left, right: abs(left) % abs(right) * (-1 if left < 0 else 1),
    },
)
_DEEPEST = 20
_LARGEST = 1 << 62


class _UnknownError(Exception):
    """The expression cannot be computed."""


def evaluate(text: str, value_of: Callable[[str], str | None]) -> int | None:
    """Return what an expression comes to; None where that is not known.

    Args:
        text: what stands between the parentheses.
        value_of: gives the text of a variable, None where it is not known.

    """
    tokens: list[str | int] = []
    at = 0
    while text[at:].strip() if at < len(text) <= LONGEST else False:
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        at = match.end()
        number, name, sign = match[1], match[2], match[3]
        if name:
            number = (value_of(name) or "").strip() if value_of(name) is not None else ""
            if not re.fullmatch(r"-?(?:0|[1-9]\d{0,17})", number, re.ASCII):
                return None
        elif number and number.startswith("0") and number != "0":
            return None  # octal
        tokens.append(sign or int(number))
    if not tokens:
        return None
    try:
        value, end = _level(tokens, 0, 0, 0)
    except (_UnknownError, ZeroDivisionError):
        return None
    return value if end == len(tokens) and abs(value) < _LARGEST else None


def _level(tokens: list[str | int], at: int, level: int, depth: int) -> tuple[int, int]:
    if level == len(_LEVELS):
        return _operand(tokens, at, depth)
    value, at = _level(tokens, at, level + 1, depth)
    while at < len(tokens) and (compute := _LEVELS[level].get(str(tokens[at]))) and isinstance(tokens[at], str):
        right, at = _level(tokens, at + 1, level + 1, depth)
        value = compute(value, right)
    return value, at


def _operand(tokens: list[str | int], at: int, depth: int) -> tuple[int, int]:
    found = tokens[at] if at < len(tokens) and depth < _DEEPEST else None
    if isinstance(found, int):
        return found, at + 1
    if found in {"-", "+", "!"}:
        value, at = _operand(tokens, at + 1, depth + 1)
        return (-value if found == "-" else value if found == "+" else int(not value)), at
    if found == "(":
        value, at = _level(tokens, at + 1, 0, depth + 1)
        if at < len(tokens) and tokens[at] == ")":
            return value, at + 1
    raise _UnknownError
