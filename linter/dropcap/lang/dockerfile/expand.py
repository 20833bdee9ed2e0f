"""Variables in Dockerfile instructions, as the builder expands them (BuildKit, `frontend/dockerfile/shell`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dropcap.lang.budget import Budget

    Lookup = Callable[[str], "str | None"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?!$-]")
_MODIFIER = re.compile(r":?[-+?]|##?|%%?|//?")
_PLAIN = re.compile(r"[^\"'$\\`}]+")

MAX_DEPTH = 20
"""How deeply defaults may nest."""
LONGEST_PATTERN = 1000
"""How long a pattern may be that is cut off or replaced."""


class UnknownVariableError(LookupError):
    """A variable whose value is not in the file; its name is the argument."""


class ExpansionError(ValueError):
    """The builder refuses the expression."""


class TooLongError(ValueError):
    """Variables add more to a file than is followed."""


class _Part(NamedTuple):
    """What a stretch of text expands to, where it ends, and the first variable it depends on that is unknown."""

    value: str
    end: int
    unknown: str | None = None


def expand(text: str, lookup: Lookup, escape: str, budget: Budget) -> str:
    """Expand variables and take quotation marks and escapes away.

    Args:
        text: as written.
        lookup: gives a variable's value, an empty string where it is certainly not set, None where it is not known.
        escape: the file's escape character.
        budget: what the file's variables may still add.

    Raises:
        UnknownVariableError: the value depends on a variable that is not known.
        ExpansionError: an expression that the builder refuses.
        TooLongError: the value, with all before it, is longer than is followed.

    """
    part = _Expander(text, lookup, escape, budget).stretch(0, "", 0)
    if part.unknown is not None:
        raise UnknownVariableError(part.unknown)
    return part.value


class _Expander:
    """Reads a text once, from left to right; nested words are read once too."""

    def __init__(self, text: str, lookup: Lookup, escape: str, budget: Budget) -> None:
        self.text = text
        self.lookup = lookup
        self.escape = escape
        self.budget = budget

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
                plain = _PLAIN.match(text, at)
                part = _Part(plain[0], plain.end()) if plain else _Part(character, at + 1)
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
        if not self.budget.take(len(value or "")):
            raise TooLongError
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
    """Apply `#`, `##`, `%`, `%%`, `/` or `//`.

    Raises:
        TooLongError: the pattern is longer than :data:`LONGEST_PATTERN`.

    """
    pattern, _, replacement = word.partition("/") if modifier[0] == "/" else (word, "", "")
    if len(pattern) > LONGEST_PATTERN:
        raise TooLongError
    if modifier[0] == "/":
        return _replaced(value, pattern, replacement, is_each=modifier == "//") if pattern else value
    is_prefix = modifier[0] == "#"
    lengths = _lengths(pattern, value) if is_prefix else _lengths(pattern[::-1], value[::-1])
    cut = max(lengths, default=0) if len(modifier) > 1 else next(lengths, 0)
    return value[cut:] if is_prefix else value[: len(value) - cut]


def _replaced(value: str, pattern: str, replacement: str, *, is_each: bool) -> str:
    parts, at, done = list[str](), 0, 0
    head, star, _ = pattern.partition("*")
    while at <= len(value):
        longest = max(_lengths(pattern, value, at), default=-1)
        if longest > 0 or (longest == 0 and (at > done or not parts)):
            parts += [value[done:at], replacement]
            done = at + longest
            if not is_each:
                break
        elif star and next(_lengths(head, value, at), -1) >= 0:
            break  # what a star did not find from here on is not further behind either
        at = max(at + 1, done)
    return "".join(parts) + value[done:]


def _lengths(pattern: str, value: str, start: int = 0) -> Iterator[int]:
    """Yield how much of a text a pattern fits from an index on, the shortest first; `*` and `?` are all it knows.

    All places in the pattern that may be reached are followed at once, each a bit: no pattern takes longer than others.
    """
    stars = anything = 0
    literals: dict[str, int] = {}
    tokens = re.sub(r"\*+", "*", pattern)
    for bit, character in enumerate(tokens):
        if character == "*":
            stars |= 1 << bit
        elif character == "?":
            anything |= 1 << bit
        else:
            literals[character] = literals.get(character, 0) | 1 << bit
    reached, whole = 1 | (stars & 1) << 1, 1 << len(tokens)
    for at in range(start, len(value) + 1):
        if reached & whole:
            yield at - start
        if at == len(value) or not reached:
            return
        reached = (reached & (literals.get(value[at], 0) | anything)) << 1 | reached & stars
        reached |= (reached & stars) << 1
