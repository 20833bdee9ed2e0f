"""Patterns that leave paths out, in the manner of `.gitignore`.

The rules are git's (gitignore(5); git, `dir.c` and `wildmatch.c`). Matching takes at most as many steps as the pattern
has characters times the path, whatever the pattern: no pattern can make a walk hang.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MAX_PATTERNS = 10_000
"""How many patterns of one file count."""
MAX_LENGTH = 4096
"""How long a pattern may be: longer than a path of Linux."""

# Of the characters of ASCII, as git has them.
_CLASSES: dict[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "blank": lambda one: one in " \t",
    "cntrl": lambda one: not one.isprintable(),
    "digit": str.isdigit,
    "graph": lambda one: one.isprintable() and not one.isspace(),
    "lower": str.islower,
    "print": str.isprintable,
    "punct": lambda one: one.isprintable() and not one.isalnum() and one != " ",
    "space": lambda one: one in " \t\n\r",
    "upper": str.isupper,
    "xdigit": lambda one: one in "0123456789abcdefABCDEF",
}


class PatternError(ValueError):
    """A pattern that means nothing.

    Attributes:
        pattern: as it is written.

    """

    def __init__(self, pattern: str) -> None:
        """Keep the pattern."""
        super().__init__(f"{pattern!r} is not a valid pattern of .gitignore: correct it or take it out")
        self.pattern = pattern


class _OneOf(NamedTuple):
    """A bracket expression: ranges, names of classes, and whether it stands for all other characters."""

    ranges: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]
    is_negated: bool

    def fits(self, character: str) -> bool:
        """Return whether a character is one of these; a slash never is."""
        found = any(low <= character <= high for low, high in self.ranges)
        found = found or (character.isascii() and any(_CLASSES[name](character) for name in self.classes))
        return found != self.is_negated and character != "/"


_STAR, _ANY = "*", "?"  # as tokens; a character of the pattern stands as a tuple of one


class Pattern(NamedTuple):
    """A pattern.

    Attributes:
        parts: its segments between slashes; None for `**`, and else its tokens.
        excludes: whether what it fits is left out; with a `!` it is taken in again.
        folders_only: whether it ends in a slash.

    """

    parts: tuple[tuple[object, ...] | None, ...]
    excludes: bool
    folders_only: bool

    def fits(self, names: Sequence[str], *, is_folder: bool) -> bool:
        """Return whether the pattern fits a path, given as names, relative to the pattern's folder."""
        if self.folders_only and not is_folder:
            return False
        return _fits(self.parts, names, _segment_fits)


def parse(line: str) -> Pattern | None:
    """Read one line; None for a blank one and for a comment.

    Raises:
        PatternError: the pattern fits nothing: it is only a slash or a `!`, ends in a backslash, has a bracket that
            is not closed, or is longer than :data:`MAX_LENGTH`.

    """
    text = _as_bytes(_without_blanks(line))
    if not text or text.startswith("#"):
        return None
    excludes = not text.startswith("!")
    body = text if excludes else text[1:]
    folders_only = body.endswith("/")
    body = body[:-1] if folders_only else body
    if not body.strip("/") or len(body) > MAX_LENGTH:
        raise PatternError(line)
    is_anchored = "/" in body
    parts: list[tuple[object, ...] | None] = [] if is_anchored else [None]
    for segment in body.removeprefix("/").split("/"):
        if segment != "**":
            parts.append(_tokens(segment, line))
        elif not parts or parts[-1] is not None:
            parts.append(None)
    if parts[-1] is None and len(parts) > 1:
        parts.append((_STAR,))  # `a/**` is all that is in a, and not a itself
    elif parts == [None]:
        parts.append((_STAR,))
    return Pattern(tuple(parts), excludes, folders_only)


def _as_bytes(text: str) -> str:
    """Return a text with a character for each of its bytes: these are what git compares, so `?` is not an `é`."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def _without_blanks(line: str) -> str:
    """Take off the blanks at a line's end, but for one behind a backslash."""
    text = line.removesuffix("\n").removesuffix("\r")
    stripped = text.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return text[: len(stripped) + 1] if backslashes % 2 and len(text) > len(stripped) else stripped


def _tokens(segment: str, line: str) -> tuple[object, ...]:
    tokens: list[object] = []
    at = 0
    while at < len(segment):
        character = segment[at]
        at += 1
        if character == "*":
            if not tokens or tokens[-1] != _STAR:
                tokens.append(_STAR)
        elif character == "?":
            tokens.append(_ANY)
        elif character == "[":
            one_of, at = _bracket(segment, at, line)
            tokens.append(one_of)
        elif character == "\\":
            if at >= len(segment):
                raise PatternError(line)
            tokens.append((segment[at],))
            at += 1
        else:
            tokens.append((character,))
    return tuple(tokens)


def _bracket(segment: str, at: int, line: str) -> tuple[_OneOf, int]:
    """Read a bracket expression from behind its `[` on; a `]` that comes first is a character like others."""
    is_negated = segment[at : at + 1] in {"!", "^"}
    at += is_negated
    ranges: list[tuple[str, str]] = []
    classes: list[str] = []
    is_first = True
    while True:
        if at >= len(segment):
            raise PatternError(line)
        if segment[at] == "]" and not is_first:
            return _OneOf(tuple(ranges), tuple(classes), is_negated), at + 1
        is_first = False
        end = segment.find(":]", at + 2) if segment.startswith("[:", at) else -1
        if end >= 0:
            name = segment[at + 2 : end]
            if name not in _CLASSES:
                raise PatternError(line)
            classes.append(name)
            at = end + 2
            continue
        low, at = _bracket_character(segment, at, line)
        high = low
        if segment[at : at + 1] == "-" and segment[at + 1 : at + 2] not in {"", "]"}:
            high, at = _bracket_character(segment, at + 1, line)
        ranges.append((low, high))


def _bracket_character(segment: str, at: int, line: str) -> tuple[str, int]:
    if segment[at] != "\\":
        return segment[at], at + 1
    if at + 1 >= len(segment):
        raise PatternError(line)
    return segment[at + 1], at + 2


def _segment_fits(tokens: object, name: str) -> bool:
    return isinstance(tokens, tuple) and _fits(tokens, name, _token_fits)


def _token_fits(token: object, character: str) -> bool:
    if token == _ANY:
        return True
    return token.fits(character) if isinstance(token, _OneOf) else token == (character,)


def _fits(pattern: Sequence[object], text: Sequence[str], fits: object) -> bool:
    """Return whether a pattern fits all of a text; `*` and None in it stand for any number of its items.

    When an item does not fit, only the last star takes one more: an earlier one need never be asked again, since what
    stands between the two was fitted as early as it can be.
    """
    at = in_text = 0
    star = behind_star = -1
    while in_text < len(text):
        if at < len(pattern) and (pattern[at] is None or pattern[at] == _STAR):
            star, behind_star = at, in_text
            at += 1
        elif at < len(pattern) and fits(pattern[at], text[in_text]):  # type: ignore[operator]  # either function
            at, in_text = at + 1, in_text + 1
        elif star >= 0:
            behind_star += 1
            at, in_text = star + 1, behind_star
        else:
            return False
    return all(rest is None or rest == _STAR for rest in pattern[at:])


class Ignores:
    """The patterns that govern a folder, outermost first."""

    __slots__ = ("_groups",)

    def __init__(self, groups: tuple[tuple[str, tuple[Pattern, ...]], ...] = ()) -> None:
        """Take patterns, each group with the folder that they are relative to."""
        self._groups = groups

    def with_lines(self, folder: str, lines: Iterable[str]) -> Ignores:
        """Add patterns that are relative to `folder`, stronger than the ones before.

        Raises:
            PatternError: one of them means nothing.

        """
        patterns = tuple(pattern for line in lines if (pattern := parse(line)) is not None)
        return Ignores((*self._groups, (folder, patterns))) if patterns else self

    def with_text(self, folder: str, text: str) -> Ignores:
        """Add the patterns of a file; as git does, pass over those that mean nothing."""
        patterns = []
        for line in text.split("\n")[:MAX_PATTERNS]:
            try:
                pattern = parse(line)
            except PatternError:
                continue
            if pattern is not None:
                patterns.append(pattern)
        return Ignores((*self._groups, (folder, tuple(patterns)))) if patterns else self

    def match(self, path: str, *, is_folder: bool) -> bool:
        """Return whether the innermost pattern that speaks of a path excludes it."""
        for folder, patterns in reversed(self._groups):
            names = _as_bytes(os.path.relpath(path, folder)).split(os.sep)
            for pattern in reversed(patterns):
                if pattern.fits(names, is_folder=is_folder):
                    return pattern.excludes
        return False
