"""References to variables in a text, by the grammar of Docker Compose.

Source of the grammar: compose-go, `template/template.go`. What a variable's value is, is not known here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_OPERATOR = r":?[-+?]"


class Reference(NamedTuple):
    """One reference: the variable's name and where the expression stands, `$` and braces included."""

    name: str
    start: int
    end: int


class References(NamedTuple):
    """What stands behind the dollar signs of a text.

    Attributes:
        found: the references, outermost ones only.
        escapes: the offsets of each `$$`, which means a dollar sign.
        wrong: the offset of the first `${` that begins no reference; the text is not read further. None if all
            is well.

    """

    found: tuple[Reference, ...]
    escapes: tuple[int, ...] = ()
    wrong: int | None = None


def references(text: str) -> References:
    """Find the references of a text; a dollar sign that starts none stands for itself."""
    found: list[Reference] = []
    escapes: list[int] = []
    last_brace = line_end = -1
    at = text.find("$")
    while at >= 0:
        following = text[at + 1 : at + 2]
        end = at + 1
        if following == "$":
            escapes.append(at)
            end = at + 2
        elif following == "{":
            if at > line_end:
                line_end = text.find("\n", at) if "\n" in text else len(text)
                line_end = len(text) if line_end < 0 else line_end
                last_brace = text.rfind("}", at, line_end)
            reference = _braced(text, at, last_brace)
            if reference is None:
                return References(tuple(found), tuple(escapes), at)
            found.append(reference)
            end = reference.end
        elif name := re.compile(_NAME).match(text, at + 1):
            found.append(Reference(name[0], at, name.end()))
            end = name.end()
        at = text.find("$", end)
    return References(tuple(found), tuple(escapes))


def unescaped(text: str, escapes: Sequence[int]) -> tuple[str, list[tuple[int, int]]]:
    """Turn each `$$` into `$`; gives the text, and segments that say where its parts stood."""
    parts: list[str] = []
    segments = [(0, 0)]
    length = start = 0
    for at in escapes:
        parts.append(text[start : at + 1])
        length += at + 1 - start
        start = at + 2
        segments.append((length, start))
    return "".join((*parts, text[start:])), segments


def _braced(text: str, at: int, last_brace: int) -> Reference | None:
    """Read `${…}`, which ends in its line and reaches as far as its braces are matched, or else to the last one."""
    name = re.compile(_NAME).match(text, at + 2)
    if name is None:
        return None
    if text.startswith("}", name.end()):
        return Reference(name[0], at, name.end() + 1)
    operator = re.compile(_OPERATOR).match(text, name.end())
    if operator is None or last_brace < operator.end():
        return None
    return Reference(name[0], at, _closing_brace(text, at, last_brace) + 1)


def _closing_brace(text: str, at: int, last_brace: int) -> int:
    """Find the brace that closes the one at `at + 1`, as Compose counts: it does not look behind an opening one."""
    depth = 0
    while at <= last_brace:
        character = text[at]
        if character == "}":
            depth -= 1
            if depth == 0:
                return at
        elif character == "{":
            depth += 1
            at += 1
        at += 1
    return last_brace
