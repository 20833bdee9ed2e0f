"""Where a cursor is in a command line, or in a line of a unit: which list of capabilities is written there."""

from __future__ import annotations

import re

from dropcap.lsp.cursor import ITEM, LONGEST_LINE, Cursor
from dropcap.source import Span

_MOST_LINES = 60
_OPTION = re.compile(r"""--cap-(add|drop)(?:=|[ \t]+|["'][ \t]*,[ \t]*)["']?([A-Za-z_]*)\Z""")
_OPTIONS = re.compile(r"""--cap-(add|drop)(?:=|[ \t\\\n]+|["'][ \t]*,[ \t\n]*)["']?([A-Za-z_]+)""")
_UNIT = re.compile(r"[ \t]*(Add|Drop)Capability[ \t]*=[ \t]*((?:[A-Za-z_]+[ \t]+)*)([A-Za-z_]*)\Z")
_REST = re.compile(r"[A-Za-z_]*")
_FIELDS = {"add": "cap_add", "drop": "cap_drop"}


def option_cursor(text: str, offset: int) -> Cursor | None:
    """Return the list that the value of an option of a command is typed for; None where none is."""
    start = text.rfind("\n", 0, offset) + 1
    head = text[start:offset]
    if len(head) > LONGEST_LINE or head.lstrip().startswith(("#", "//")):
        return None
    found = _OPTION.search(head)
    if found is None:
        return None
    typed = _typed(text, offset, start + found.start(2))
    command = text[slice(*command_around(text, offset))]
    lead = offset - command_around(text, offset).start
    siblings = tuple(
        one[2] for one in _OPTIONS.finditer(command) if one[1] == found[1] and not one.start(2) <= lead <= one.end(2)
    )
    return Cursor((_FIELDS[found[1]],), ITEM, typed, siblings, is_flow=True)


def unit_cursor(text: str, offset: int) -> Cursor | None:
    """Return the list of a Quadlet unit that a word is typed for; None where none is."""
    start = text.rfind("\n", 0, offset) + 1
    found = _UNIT.fullmatch(text, start, offset) if offset - start <= LONGEST_LINE else None
    if found is None:
        return None
    typed = _typed(text, offset, found.start(3))
    end = text.find("\n", offset)
    after = text[typed.end : end if end >= 0 else len(text)].split()
    return Cursor((_FIELDS[found[1].lower()],), ITEM, typed, (*found[2].split(), *after), is_flow=True)


def command_around(text: str, offset: int) -> Span:
    """Return the line around an offset, with those that a backslash at their end joins to it."""
    start = text.rfind("\n", 0, offset) + 1
    for _ in range(_MOST_LINES):
        if start < 2 or not text[:start].endswith("\\\n"):  # noqa: PLR2004  # the two characters
            break
        start = text.rfind("\n", 0, start - 1) + 1
    end = text.find("\n", offset)
    for _ in range(_MOST_LINES):
        if end < 1 or text[end - 1] != "\\":
            break
        end = text.find("\n", end + 1)
    return Span(start, len(text) if end < 0 else end)


def _typed(text: str, offset: int, start: int) -> Span:
    rest = _REST.match(text, offset)
    return Span(start, rest.end() if rest is not None else offset)
