"""Variables in Dockerfile instructions, as the builder expands them (BuildKit, `frontend/dockerfile/shell`)."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Lookup = Callable[[str], "str | None"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?!$-]")
_MODIFIER = re.compile(r":?[-+?]|##?|%%?|//?")

MAX_DEPTH = 20
"""How deeply defaults may nest."""


class UnknownVariableError(LookupError):
    """A variable whose value is not in the file; its name is the argument."""


class ExpansionError(ValueError):
    """The builder refuses the expression."""


class _Part(NamedTuple):
    """What a stretch of text expands to, where it ends, and the first variable it depends on that is unknown."""

    value: str
    end: int
    unknown: str | None = None


def expand(text: str, lookup: Lookup, escape: str = "\\") -> str:
    """Expand variables and take quotation marks and escapes away.

    Args:
        text: as written.
        lookup: gives a variable's value, an empty string where it is certainly not set, None where it is not known.
        escape: the file's escape character.

    Raises:
        UnknownVariableError: the value depends on a variable that is not known.
        ExpansionError: an expression that the builder refuses.

    """
    part = _Expander(text, lookup, escape).stretch(0, "", 0)
    if part.unknown is not None:
        raise UnknownVariableError(part.unknown)
    return part.value


class _Expander:
    """Reads a text once, from left to right; nested words are read once too."""

    def __init__(self, text: str, lookup: Lookup, escape: str) -> None:
        self.text = text
        self.lookup = lookup
        self.escape = escape

    def stretch(self, at: int, closing: str, depth: int) -> _Part:
        """Expand up to the character that closes, or to the end where none does."""
        if depth > MAX_DEPTH:
            raise ExpansionError(f"variables nest deeper than {MAX_DEPTH} levels")
        text, parts = self.text, list[_Part]()
        in_quotes = False
        while at < len(text) and (in_quotes or text[at] != closing):
            character = text[at]
            if character == '"':
                in_quotes = not in_quotes
                part = _Part("", at + 1)
            elif character == "'" and not in_quotes:
                part = self._single_quoted(at)
            elif character == self.escape and at + 1 < len(text):
                kept = character if in_quotes and text[at + 1] not in f'"${self.escape}' else ""
                part = _Part(kept + text[at + 1], at + 2)
            elif character == "$":
                part = self._variable(at, depth)
            else:
                part = _Part(character, at + 1)
            parts.append(part)
            at = part.end
        if in_quotes:
            raise ExpansionError("a quotation mark is never closed")
        if closing and at >= len(text):
            raise ExpansionError("a ${ is never closed")
        unknown = next((part.unknown for part in parts if part.unknown is not None), None)
        return _Part("".join(part.value for part in parts), at, unknown)

    def _single_quoted(self, at: int) -> _Part:
        end = self.text.find("'", at + 1)
        if end < 0:
            raise ExpansionError("a single quotation mark is never closed")
        return _Part(self.text[at + 1 : end], end + 1)

    def _variable(self, at: int, depth: int) -> _Part:
        braced = self.text.startswith("{", at + 1)
        name = _NAME.match(self.text, at + 1 + braced)
        if name is None:
            if braced:
                raise ExpansionError("${ is followed by no variable's name")
            return _Part("$", at + 1)
        value = self.lookup(name[0])
        unknown = name[0] if value is None else None
        if not braced or self.text.startswith("}", name.end()):
            return _Part(value or "", name.end() + braced, unknown)
        modifier = _MODIFIER.match(self.text, name.end())
        if modifier is None:
            raise ExpansionError(f"unsupported modifier in ${{{name[0]}…}}")
        word = self.stretch(modifier.end(), "}", depth + 1)
        if value is None:
            return _Part("", word.end + 1, unknown)
        chosen = _modified(name[0], value, modifier[0], word)
        return chosen._replace(end=word.end + 1)


def _modified(name: str, value: str, modifier: str, word: _Part) -> _Part:
    """Apply a modifier to a value that is known; an empty one counts as not set, which is all that the file tells."""
    kind = modifier[-1]
    if kind == "-":
        return _Part(value, 0) if value else word
    if kind == "+":
        return word if value else _Part("", 0)
    if kind == "?":
        if not value:
            raise ExpansionError(f"{name} is required and not set")
        return _Part(value, 0)
    return _Part(_cut(value, modifier, word.value), 0, word.unknown)


def _cut(value: str, modifier: str, word: str) -> str:
    """Apply `#`, `##`, `%`, `%%`, `/` or `//`."""
    if modifier.startswith("/"):
        pattern, _, replacement = word.partition("/")
        found = re.compile(_glob(pattern))
        return found.sub(lambda _: replacement, value, count=0 if modifier == "//" else 1) if pattern else value
    candidates = range(len(value) + 1) if modifier in ("#", "%%") else range(len(value), -1, -1)
    whole = re.compile(_glob(word))
    for cut in candidates:
        part, rest = (value[:cut], value[cut:]) if modifier[0] == "#" else (value[cut:], value[:cut])
        if whole.fullmatch(part):
            return rest
    return value


def _glob(pattern: str) -> str:
    """Translate a shell pattern; `*` and `?` are all that the builder knows."""
    literal = pattern.replace("[", "[[]")
    return translate(literal).removesuffix(r"\Z").removesuffix(r"\z")
