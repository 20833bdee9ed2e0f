"""Variables in Dockerfile instructions, as the builder expands them (BuildKit, `frontend/dockerfile/shell`)."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.lang.budget import Budget

    Lookup = Callable[[str], "str | Absent"]

# Compiled where they are used: most Dockerfiles have no variable.
_NAME = r"\d+|[@*#?!$-]|[^\W\d]\w*"
# What stands for itself, by the character that ends the stretch it stands in.
_PLAIN = {closing: rf"[^\"'$\\`{closing}]+" for closing in ("", "}", "/")}
_MODIFIERS = r"[-+?#%/]"
_AFTER_COLON = r"[-+?]"
_ALL_BUT_PATTERNS = r"(?s)[^#%]"
_STAR, _ANY = "any text", "any character"

MAX_DEPTH = 20
"""How deeply defaults may nest."""
LONGEST_PATTERN = 1000
"""How long a pattern may be that is cut off or replaced."""


class Absent(Enum):
    """Why a variable has no value."""

    UNSET = "nothing sets it"
    UNKNOWN = "something outside the file may set it"


class UnknownVariableError(LookupError):
    """A variable whose value is not in the file; its name is the argument."""


class ExpansionError(ValueError):
    """The builder refuses the expression."""


class TooLongError(ValueError):
    """Variables add more to a file than is followed."""


class Part(NamedTuple):
    """What a stretch of text expands to, where it ends, and the first variable it depends on that is unknown."""

    value: str
    end: int
    unknown: str | None = None


def expand(text: str, lookup: Lookup, escape: str, budget: Budget, *, keeps_quotes: bool = False) -> str:
    """Expand variables and take quotation marks and escapes away.

    Args:
        text: as written.
        lookup: gives a variable's value.
        escape: the file's escape character.
        budget: what the file's variables may still add.
        keeps_quotes: whether quotation marks are ordinary characters, as in the text of a heredoc.

    Raises:
        UnknownVariableError: the value depends on a variable that is not known.
        ExpansionError: an expression that the builder refuses.
        TooLongError: the value, with all before it, is longer than is followed.

    """
    part = Expander(text, lookup, escape, budget, keeps_quotes=keeps_quotes).stretch(0, "", 0)
    if part.unknown is not None:
        raise UnknownVariableError(part.unknown)
    return part.value


class Expander:
    """Reads a text once, from left to right; nested words are read once too."""

    def __init__(
        self,
        text: str,
        lookup: Lookup,
        escape: str,
        budget: Budget,
        *,
        keeps_quotes: bool = False,
        only_splits: bool = False,
    ) -> None:
        """Take what :func:`expand` takes, and whether only ends count: the builder is less strict then."""
        self.text = text
        self.lookup = lookup
        self.escape = escape
        self.budget = budget
        self.keeps_quotes = keeps_quotes
        self.after_colon = _ALL_BUT_PATTERNS if only_splits else _AFTER_COLON

    def stretch(self, at: int, closing: str, depth: int, *, is_pattern: bool = False) -> Part:
        """Expand up to and with the character that closes, or to the end where none does.

        A pattern keeps its escapes: they say there which characters mean themselves.
        """
        if depth > MAX_DEPTH:
            raise ExpansionError(f"variables nest more than {MAX_DEPTH} levels deep")
        text, parts, plain = self.text, list[Part](), re.compile(_PLAIN[closing])
        while at < len(text) and text[at] != closing:
            character = text[at]
            if character == "$":
                part = self.variable(at, depth)
            elif character in "'\"" and not self.keeps_quotes:
                part = self.quoted(at, depth, is_pattern=is_pattern)
            elif character == self.escape:
                part = Part((character if is_pattern else "") + text[at + 1 : at + 2], at + 2)
            else:
                found = plain.match(text, at)
                part = Part(found[0], found.end()) if found else Part(character, at + 1)
            parts.append(part)
            at = part.end
        if closing and at >= len(text):
            raise ExpansionError(f"a ${{ has no end: {closing} is missing")
        return _joined(parts, at + len(closing))

    def quoted(self, at: int, depth: int, *, is_pattern: bool = False) -> Part:
        """Expand what stands between quotation marks; between single ones everything means itself."""
        text, mark, parts = self.text, self.text[at], list[Part]()
        at += 1
        if mark == "'":
            end = text.find("'", at)
            if end < 0:
                raise ExpansionError("a single quote is never closed")
            return Part(text[at:end], end + 1)
        while at < len(text) and text[at] != '"':
            character = text[at]
            if character == "$":
                part = self.variable(at, depth)
            elif character == self.escape:
                escapes = text[at + 1 : at + 2] in {'"', "$", self.escape}
                kept = character * (is_pattern + (not escapes))
                part = Part(kept + text[at + 1 : at + 1 + escapes], at + 1 + escapes)
            else:
                found = re.compile(_PLAIN[""]).match(text, at)
                part = Part(found[0], found.end()) if found else Part(character, at + 1)
            parts.append(part)
            at = part.end
        if at >= len(text):
            raise ExpansionError("a quote is never closed")
        return _joined(parts, at + 1)

    def variable(self, at: int, depth: int) -> Part:
        """Expand what a dollar sign begins."""
        text = self.text
        braced = text.startswith("{", at + 1)
        start = at + 1 + braced
        found = re.compile(_NAME).match(text, start)
        name = found[0] if found else ""
        end = start + len(name)
        if not braced:
            return self._value(name)._replace(end=end) if name else Part("$", end)
        if text[start : start + 1] in {"", "{", "}", ":"}:
            raise ExpansionError("no variable's name follows ${")
        if text.startswith("}", end):
            return self._value(name)._replace(end=end + 1)
        colon = text.startswith(":", end)
        modifier = text[end + colon : end + colon + 1]
        if not re.fullmatch(self.after_colon if colon else _MODIFIERS, modifier):
            raise ExpansionError(f"unsupported modifier in ${{{name}…}}")
        end += colon + 1
        if modifier == "/" and not colon:
            return self._replaced(name, end, depth)
        word = self.stretch(end, "}", depth + 1, is_pattern=modifier in "#%")
        return self._modified(name, modifier, word, colon=colon)._replace(end=word.end)

    def _value(self, name: str) -> Part:
        value = self._looked_up(name)
        if value is Absent.UNKNOWN:
            return Part("", 0, name)
        return Part("" if isinstance(value, Absent) else value, 0)

    def _looked_up(self, name: str) -> str | Absent:
        value = self.lookup(name) if name else Absent.UNSET
        if isinstance(value, str) and not self.budget.take(len(value)):
            raise TooLongError
        return value

    def _modified(self, name: str, modifier: str, word: Part, *, colon: bool) -> Part:
        """Apply a modifier; with a colon, an empty value counts as none."""
        value = self._looked_up(name)
        if value is Absent.UNKNOWN:
            return Part("", 0, name)
        text = "" if isinstance(value, Absent) else value
        counts = value is not Absent.UNSET and (text != "" or not colon)
        if modifier == "-":
            return Part(text, 0) if counts else word
        if modifier == "+":
            return word if counts else Part("", 0)
        if modifier == "?":
            if not counts:
                raise ExpansionError(f"{name} is required and {'not set' if value is Absent.UNSET else 'empty'}")
            return Part(text, 0)
        if word.unknown is not None:
            return word
        is_longest = word.value.startswith(modifier)
        return Part(_cut(text, _tokens(word.value[is_longest:]), is_prefix=modifier == "#", is_longest=is_longest), 0)

    def _replaced(self, name: str, at: int, depth: int) -> Part:
        is_each = self.text.startswith("/", at)
        pattern = self.stretch(at + is_each, "/", depth + 1, is_pattern=True)
        replacement = self.stretch(pattern.end, "}", depth + 1, is_pattern=True)
        value = self._value(name)
        unknown = value.unknown or pattern.unknown or replacement.unknown
        if unknown is not None:
            return Part("", replacement.end, unknown)
        text = _replaced(value.value, _tokens(pattern.value), replacement.value, is_each=is_each)
        return Part(text, replacement.end)


def _joined(parts: Sequence[Part], end: int) -> Part:
    unknown = next((part.unknown for part in parts if part.unknown is not None), None)
    return Part("".join(part.value for part in parts), end, unknown)


def _tokens(pattern: str) -> list[str]:
    """Take a pattern apart: characters that mean themselves, :data:`_STAR` and :data:`_ANY`.

    Raises:
        ExpansionError: an escape that the builder refuses.
        TooLongError: the pattern is longer than :data:`LONGEST_PATTERN`.

    """
    if len(pattern) > LONGEST_PATTERN:
        raise TooLongError
    found, at = list[str](), 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
            character = pattern[at : at + 1]
            if character not in set("}/*?\\"):
                raise ExpansionError(f"invalid escape \\{character} in a pattern")
            found.append(character)
        elif character == "*":
            found += [_STAR] if found[-1:] != [_STAR] else []
        else:
            found.append(_ANY if character == "?" else character)
        at += 1
    return found


def _cut(value: str, tokens: Sequence[str], *, is_prefix: bool, is_longest: bool) -> str:
    """Apply `#`, `##`, `%` or `%%`."""
    lengths = _lengths(tokens, value) if is_prefix else _lengths(tokens[::-1], value[::-1])
    cut = max(lengths, default=0) if is_longest else next(lengths, 0)
    return value[cut:] if is_prefix else value[: len(value) - cut]


def _replaced(value: str, tokens: Sequence[str], replacement: str, *, is_each: bool) -> str:
    """Apply `/` or `//`."""
    parts, at, done = list[str](), 0, 0
    head = tokens[: tokens.index(_STAR)] if _STAR in tokens else None
    while at <= len(value):
        longest = max(_lengths(tokens, value, at), default=-1)
        if longest > 0 or (longest == 0 and (at > done or not parts)):
            written = _filled(replacement, value[at : at + longest]) if is_each else replacement
            parts += [value[done:at], written]
            done = at + longest
            if not is_each:
                break
        elif head is not None and next(_lengths(head, value, at), -1) >= 0:
            break  # what a star did not find from here on is not further behind either
        at = max(at + 1, done)
    return "".join(parts) + value[done:]


def _filled(replacement: str, match: str) -> str:
    """Fill in what was found: for `//` the builder uses Go's templates, in which `$0` is all of it."""
    if "$" not in replacement:
        return replacement

    def value(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        return match if (found[1] or found[2]) == "0" else ""

    return re.sub(r"\$(?:\$|(\w+)|\{(\w+)\})", value, replacement)


def _lengths(tokens: Sequence[str], value: str, start: int = 0) -> Iterator[int]:
    """Yield how much of a text a pattern fits from an index on, the shortest first.

    All places in the pattern that may be reached are followed at once, each a bit: no pattern takes longer than others.
    """
    stars = anything = 0
    literals: dict[str, int] = {}
    for bit, character in enumerate(tokens):
        if character == _STAR:
            stars |= 1 << bit
        elif character == _ANY:
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
