"""Patterns of paths as the builder takes them: those of `.dockerignore` and the wildcards of COPY.

Sources: moby/patternmatcher, `patternmatcher.go` (`compile`, `match`), with what Go's `regexp` makes of it, and Go's
`path/filepath`, `Match`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BadPatternError", "PathPattern", "compiled", "fits_name", "has_wildcard", "may_be_meant"]


class BadPatternError(ValueError):
    """The builder refuses a pattern, or gives it a meaning that is not followed here."""


class _OneOf(NamedTuple):
    """A bracket expression: ranges, and whether it stands for all other characters."""

    ranges: tuple[tuple[str, str], ...]
    is_negated: bool

    def fits(self, character: str) -> bool:
        return any(low <= character <= high for low, high in self.ranges) != self.is_negated


class _Sign(Enum):
    ANY = "?"
    """A character that is no slash."""
    STAR = "*"
    """Any number of these."""
    ALL = "**"
    """Any number of whatever characters."""
    FOLDERS = "**/"
    """Nothing, or any number of characters that end with a slash: `INSIDE` follows it."""
    INSIDE = "inside"


class PathPattern:
    """A pattern of `.dockerignore`.

    Attributes:
        text: the pattern, without the `!` before it.
        head: the letters that a path begins with if the pattern fits it.
        tail: the letters that it ends with then.

    """

    def __init__(self, text: str, begins: str | None, ends: str | None, tokens: Sequence[object] | None) -> None:
        """Take what it compares with: a beginning, an end, tokens, or none of them, which is the text itself."""
        self.text = text
        self._begins, self._ends = begins, ends
        self._reading = None if tokens is None else _Reading(tokens)
        self.head, self.tail = ("", "") if tokens is None else (_letters(tokens), _letters(tokens[::-1])[::-1])

    @property
    def is_plain(self) -> bool:
        """Whether the pattern fits the path that is its text, and no other."""
        return self._begins is None and self._ends is None and self._reading is None

    def fits(self, path: str) -> bool:
        """Return whether the pattern fits a whole path."""
        if self._begins is not None:
            return path.startswith(self._begins)
        if self._ends is not None:
            return path.endswith(self._ends) or (self._ends.startswith("/") and path == self._ends[1:])
        return path == self.text if self._reading is None else self._reading.fits(path)


def _letters(tokens: Sequence[object]) -> str:
    """Return the characters that tokens begin with."""
    found: list[str] = []
    for token in tokens:
        if not isinstance(token, str):
            break
        found.append(token)
    return "".join(found)


def compiled(text: str) -> PathPattern:
    """Return a pattern that has no detours and no `!`.

    Raises:
        BadPatternError: the builder refuses it, or it has something that its regular expressions take for their own.

    """
    _check(text)
    if "\ufeff" in text:
        raise BadPatternError("a pattern has a byte order mark")  # Go's scanner passes over some
    tokens: list[object] = []
    kind, at = _EXACT, 0
    while at < len(text):
        if text.startswith("**", at):
            is_first = at == 0
            at += 3 if text.startswith("/", at + 2) else 2
            kind = _doubled(tokens, kind, is_last=at >= len(text))
            kind = _END if is_first else kind
            continue
        kind = _TOKENS if text[at] in "*?[\\]" else kind
        token, at = _token(text, at)
        tokens.append(token)
    if kind == _TOKENS and "^" in tokens:
        raise BadPatternError(f"{text[:30]!r} has a ^ that means something else to the builder")
    return PathPattern(
        text,
        text[:-2] if kind == _BEGINNING else None,
        text[2:] if kind == _END else None,
        tokens if kind == _TOKENS else None,
    )


_EXACT, _BEGINNING, _END, _TOKENS = "exact", "beginning", "end", "tokens"


def _doubled(tokens: list[object], kind: str, *, is_last: bool) -> str:
    """Add what `**` stands for; gives how the pattern is compared from then on."""
    if not is_last:
        tokens += [_Sign.FOLDERS, _Sign.INSIDE]
        return _TOKENS
    if kind == _EXACT:
        return _BEGINNING
    tokens.append(_Sign.ALL)
    return _TOKENS


def _token(text: str, at: int) -> tuple[object, int]:
    """Return the token at a place of a pattern of `.dockerignore`, and the place behind it."""
    sign = text[at]
    if sign == "[":
        one, end = _bracket(text, at + 1)
        if set("*?") & set(text[at:end]):
            raise BadPatternError(f"{text[:30]!r} has a wildcard in a bracket, which the builder replaces")
        return one, end
    if sign == "\\":
        if not text[at + 1].isascii() or text[at + 1].isalnum():
            raise BadPatternError(f"{text[:30]!r} has an escape that means something else to the builder")
        return text[at + 1], at + 2
    return _WILDCARDS.get(sign, sign), at + 1


_WILDCARDS: dict[str, object] = {"*": _Sign.STAR, "?": _Sign.ANY}


def has_wildcard(name: str) -> bool:
    """Return whether a name of COPY is a pattern."""
    at = 0
    while at < len(name):
        if name[at] == "\\":
            at += 1
        elif name[at] in "*?[":
            return True
        at += 1
    return False


def fits_name(pattern: str, name: str) -> bool:
    """Return whether a pattern of Go's `Match` without a slash fits a name.

    Raises:
        BadPatternError: it is none.

    """
    _check(pattern)
    tokens: list[object] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        at += 1
        if sign == "[":
            one, at = _bracket(pattern, at)
            tokens.append(one)
        elif sign == "\\":
            tokens.append(pattern[at])
            at += 1
        else:
            tokens.append(_WILDCARDS.get(sign, sign))
    return _Reading(tokens).fits(name)


def may_be_meant(pattern: str, name: str) -> bool:
    """Return whether a pattern of the shell may mean a name; what is written with brackets means any."""
    if set("[{\\") & set(pattern):
        return True
    if name.startswith(".") and not pattern.startswith("."):
        return False
    first, last = pattern.partition("*")[0], pattern.rpartition("*")[2]
    return "?" in pattern or (name.startswith(first) and name.endswith(last))


def _check(text: str) -> None:
    """Refuse what Go's `Match` refuses."""
    at = 0
    while at < len(text):
        if text[at] == "[":
            _, at = _bracket(text, at + 1)
        elif text[at] == "\\":
            at += 2
            if at > len(text):
                raise BadPatternError(f"{text[:30]!r} ends with a backslash")
        else:
            at += 1


def _bracket(text: str, at: int) -> tuple[_OneOf, int]:
    """Read a bracket expression from behind its `[` on."""
    is_negated = text[at : at + 1] == "^"
    at += is_negated
    ranges: list[tuple[str, str]] = []
    while True:
        if text[at : at + 1] == "]" and ranges:
            return _OneOf(tuple(ranges), is_negated), at + 1
        low, at = _bracket_character(text, at)
        high = low
        if text[at : at + 1] == "-":
            high, at = _bracket_character(text, at + 1)
        if high < low:
            raise BadPatternError(f"{text[:30]!r} has a range that ends before it begins")
        ranges.append((low, high))


def _bracket_character(text: str, at: int) -> tuple[str, int]:
    sign = text[at : at + 1]
    if sign in {"", "-", "]"}:
        raise BadPatternError(f"{text[:30]!r} has a bracket that is not closed, or is empty")
    if sign == "[" or (sign == "\\" and text[at + 1 : at + 2].isalnum()):
        raise BadPatternError(f"{text[:30]!r} has a bracket that dropcap does not follow")
    if sign == "\\":
        if at + 1 >= len(text):
            raise BadPatternError(f"{text[:30]!r} has a bracket that is not closed")
        return text[at + 1], at + 2
    return sign, at + 1


class _Reading:
    """Reads texts by tokens: by the set of the places where a reading may be, from one character to the next.

    A `.dockerignore` is held against thousands of paths that are much alike, so where a character leads is kept.
    """

    def __init__(self, tokens: Sequence[object]) -> None:
        """Take the tokens."""
        self._tokens = tokens
        self._begin = frozenset(_opened(tokens, {0}))
        self._moves: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._needed = _longest_letters(tokens)

    def fits(self, text: str) -> bool:
        """Return whether the tokens fit all of a text."""
        if self._needed not in text:
            return False
        places, moves = self._begin, self._moves
        for character in text:
            found = moves.get((places, character))
            if found is None:
                found = self._moved(places, character)
            if not found:
                return False
            places = found
        return len(self._tokens) in places

    def _moved(self, places: frozenset[int], character: str) -> frozenset[int]:
        tokens = self._tokens
        found = [_step(tokens[at], at, character) for at in places if at < len(tokens)]
        moved = frozenset(_opened(tokens, set().union(*found)))
        if len(self._moves) < _MOST_MOVES:
            self._moves[places, character] = moved
        return moved


_MOST_MOVES = 2_000


def _longest_letters(tokens: Sequence[object]) -> str:
    """Return the most characters that stand together in tokens: a text without them fits in no case."""
    runs = "".join(token if isinstance(token, str) else "\0" for token in tokens).split("\0")
    return max(runs, key=len)


def _step(token: object, at: int, character: str) -> set[int]:
    """Return where a reading may be behind a character."""
    if isinstance(token, str):
        return {at + 1} if token == character else set()
    if isinstance(token, _OneOf):
        return {at + 1} if token.fits(character) else set()
    if token is _Sign.ALL:
        return {at}
    if token is _Sign.INSIDE:
        return {at, at + 1} if character == "/" else {at}
    if token is _Sign.FOLDERS or character == "/":
        return set()
    return {at} if token is _Sign.STAR else {at + 1}


def _opened(tokens: Sequence[object], places: set[int]) -> set[int]:
    """Return the places with those that are reached from them without a character."""
    pending = list(places)
    while pending:
        at = pending.pop()
        token = tokens[at] if at < len(tokens) else None
        more = {_Sign.STAR: (at + 1,), _Sign.ALL: (at + 1,), _Sign.FOLDERS: (at + 1, at + 2)}
        for one in more.get(token, ()) if isinstance(token, _Sign) else ():
            if one not in places:
                places.add(one)
                pending.append(one)
    return places
