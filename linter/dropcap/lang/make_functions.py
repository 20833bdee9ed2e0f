"""The functions of make that start something: where they are, and where what they put in begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSING = {"(": ")", "{": "}"}
CALLED = re.compile(r"call[ \t]+([\w.-]+)[ \t]*(?:,|\Z)")
"""What a call puts in: the value of a variable, with words of its own."""

_SHELL = re.compile(r"\$[({]shell[ \t]+|(?m:^[ ]*[\w.-]+[ \t]*!=[ \t]*)")
_LONGEST = 10_000  # how far the bracket that closes a call is looked for
_REPEATED = re.compile(r"foreach[ \t][^,]*,")


def shell_calls(text: str) -> Iterator[tuple[int, int]]:
    """Yield where what `$(shell …)` and `!=` have the shell run begins and ends; not what is inside of another one."""
    last = 0
    for match in _SHELL.finditer(text):
        start = match.start()
        if start < last or text[text.rfind("\n", 0, start) + 1 : start].lstrip().startswith("#"):
            continue
        last = closing(text, start + 1, _LONGEST) if text[start] == "$" else text.find("\n", start)
        last = len(text) if last < 0 else last
        yield match.end(), last


def repeated(function: str) -> int | None:
    """Return where the text begins that `foreach NAME,LIST,TEXT` repeats; None for another function."""
    head = _REPEATED.match(function)
    if head is None:
        return None
    depth = 0
    for at in range(head.end(), len(function)):
        if function[at] == "," and not depth:  # commas between brackets part nothing
            return at + 1
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(function[at], 0)
    return None


def closing(text: str, at: int, most: int | None = None) -> int:
    """Find the bracket that closes the one at an index, within so many characters; their end if none does."""
    opening, closer = text[at], CLOSING[text[at]]
    depth = 0
    limit = len(text) if most is None else min(len(text), at + most)
    for match in re.compile(f"[{re.escape(opening + closer)}]").finditer(text, at, limit):
        depth += 1 if match[0] == opening else -1
        if depth == 0:
            return match.start()
    return limit
