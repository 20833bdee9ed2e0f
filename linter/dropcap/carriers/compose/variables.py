"""References to variables in a text, by the grammar of Docker Compose.

Source of the grammar: compose-go, `template/template.go`. What a variable's value is, is not known here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Match = Callable[[str, int, int], "re.Match[str] | None"]

# Compose ignores case, and to do so its Go library takes a long s for an s and a Kelvin sign for a k.
_NAME = "[A-Za-z_\u017f\u212a][A-Za-z0-9_\u017f\u212a]*"
_OPERATOR = r":?[-+?]"

NO_VARIABLE = "has a ${ that begins no variable: write ${NAME}, or $$ for a dollar sign"
"""What is wrong with an invalid template, to follow the name of what holds it."""


class InvalidTemplateError(ValueError):
    """Compose, or a limit here, refuses a text. The message follows the name of what holds it."""

    def __init__(self, offset: int, message: str = NO_VARIABLE) -> None:
        """Keep where in the text the mistake is."""
        super().__init__(message)
        self.offset = offset


class Reference(NamedTuple):
    """One reference.

    Attributes:
        name: the variable's name, or `$` for a `$$`, which means a dollar sign.
        start: where the expression starts, with its `$`.
        end: where it ends, with its brace if it has one.
        operator: what follows the name in braces: `:-`, `-`, `:+`, `+`, `:?`, `?`, or nothing.
        word: where the text behind the operator starts; it ends at the last brace.

    """

    name: str
    start: int
    end: int
    operator: str = ""
    word: int = 0


def scan(text: str, start: int, stop: int) -> Iterator[Reference]:
    """Give the outermost references of a part of a text, `$$` too; a dollar sign that starts none stands for itself.

    Each character is looked at a fixed number of times, however the braces stand.

    Raises:
        InvalidTemplateError: a `${` that begins no reference.

    """
    last_brace = line_end = -1
    name_at, _ = _grammar()
    at = text.find("$", start, stop)
    while at >= 0:
        following = text[at + 1] if at + 1 < stop else ""
        end = at + 1
        if following == "$":
            end = at + 2
            yield Reference("$", at, end)
        elif following == "{":
            if at > line_end:
                line_end = text.find("\n", at, stop)
                line_end = stop if line_end < 0 else line_end
                last_brace = text.rfind("}", at, line_end)
            reference = _braced(text, at, last_brace)
            if reference is None:
                raise InvalidTemplateError(at)
            yield reference
            end = reference.end
        elif name := name_at(text, at + 1, stop):
            end = name.end()
            yield Reference(name[0], at, end)
        at = text.find("$", end, stop)


@lru_cache(maxsize=1)
def _grammar() -> tuple[_Match, _Match]:
    """Give what finds a name and an operator at a place, compiled when the first variable is read."""
    return re.compile(_NAME).match, re.compile(_OPERATOR).match


def _braced(text: str, at: int, last_brace: int) -> Reference | None:
    """Read `${…}`, which ends in its line and reaches as far as its braces are matched, or else to the last one."""
    name_at, operator_at = _grammar()
    name = name_at(text, at + 2, max(last_brace, 0))
    if name is None:
        return None
    if text.startswith("}", name.end()):
        return Reference(name[0], at, name.end() + 1)
    operator = operator_at(text, name.end(), last_brace)
    if operator is None:
        return None
    return Reference(name[0], at, _closing_brace(text, at, last_brace) + 1, operator[0], operator.end())


def _closing_brace(text: str, at: int, last_brace: int) -> int:
    """Find the brace that closes the one at `at + 1`, as Compose counts: it does not look behind an opening one."""
    first = text.find("}", at, last_brace + 1)
    if text.find("{", at + 2, first) < 0:
        return first  # nearly always
    depth = 0
    brace = re.compile(r"[{}]")
    found = brace.search(text, at, last_brace + 1)
    while found:
        at = found.start()
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return at
        found = brace.search(text, at + 1 + (found[0] == "{"), last_brace + 1)
    return last_brace
