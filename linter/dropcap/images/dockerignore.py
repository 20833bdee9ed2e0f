"""Which files of a build's context a `.dockerignore` leaves out.

Sources: moby/patternmatcher, `ignorefile/ignorefile.go` (`ReadAll`) and `patternmatcher.go` (`New`, `compile`,
`MatchesUsingParentResults`, which fsutil's `filter.go` asks for each path on its walk from the root). A pattern is
matched in as many steps as it has signs times the path, whatever it is, and never by backtracking.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.path_patterns import BadPatternError, PathPattern, compiled
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Ignored", "Ignores", "TooManyStepsError", "patterns_of", "read_patterns"]

MOST_PATTERNS = 5_000
_LONGEST_LINE = 65_536  # what Go's scanner reads of a line
_MOST_STEPS = 1_000_000


class TooManyStepsError(ValueError):
    """The patterns take longer than is waited for."""


class Ignored(NamedTuple):
    """What is known of a path, to ask for those below it.

    Attributes:
        is_out: whether it is left out.
        fits: the numbers of the patterns that fit it or a folder above it, in order, as far as that was asked.

    """

    is_out: bool
    fits: tuple[int, ...]


class _Rule(NamedTuple):
    pattern: PathPattern
    takes_in: bool


class Ignores:
    """The patterns of a build; the last one that fits a path counts."""

    def __init__(self, rules: Sequence[_Rule] = ()) -> None:
        """Take the patterns in their order."""
        self._rules = tuple(rules)
        self._takes_in = [rule.pattern.text.removesuffix("/**") for rule in rules if rule.takes_in]
        self._is_plain = not any(set(text) & set("*[]?^\\") for text in self._takes_in)
        self._steps = 0
        # Most patterns are the path of one file or folder: of those it is known at once which fit.
        self._plain: dict[str, list[int]] = {}
        self._others: list[int] = []
        for number, rule in enumerate(self._rules):
            if rule.pattern.is_plain:
                self._plain.setdefault(rule.pattern.text, []).append(number)
            else:
                self._others.append(number)
        self._new = [(number, False) for number in self._others]

    def may_take_in(self, folder: str) -> bool:
        """Return whether something in a folder that is left out may be taken in again."""
        if not self._is_plain:
            return True
        return any(f"{text}/".startswith(f"{folder}/") for text in self._takes_in)

    def ask(self, path: str, above: Ignored | None = None) -> Ignored:
        """Return whether a path is left out.

        Args:
            path: the path from the context's root on, with slashes between its names.
            above: the answer for the folder that it lies in; None for what lies in the root.

        Raises:
            TooManyStepsError: that takes too long.

        """
        is_out, fits = False, []
        for number, is_sure in self._candidates(path, above.fits if above is not None else ()):
            rule = self._rules[number]
            if is_sure or (rule.takes_in is is_out and self._fits(rule.pattern, path)):
                fits.append(number)
                is_out = not rule.takes_in
        return Ignored(is_out, tuple(fits))

    def _candidates(self, path: str, above: tuple[int, ...]) -> Iterable[tuple[int, bool]]:
        """Return the numbers of the patterns that may fit, in order, and of each whether it fits a folder above."""
        plain = self._plain.get(path)
        if not above and plain is None:
            return self._new
        known = set(above)
        asked = {*self._others, *(plain or ()), *known}
        self._steps += len(known)
        return [(number, number in known) for number in sorted(asked)]

    def _fits(self, pattern: PathPattern, path: str) -> bool:
        self._steps += 1
        if not (path.startswith(pattern.head) and path.endswith(pattern.tail)):  # most patterns need no more
            return False
        self._steps += len(path)
        if self._steps > _MOST_STEPS:
            raise TooManyStepsError("its .dockerignore takes too long for dropcap to follow")
        return pattern.fits(path)


def read_patterns(text: str) -> Ignores:
    """Return the patterns of a `.dockerignore`.

    Raises:
        BadPatternError: the builder refuses one, or it means something else there than is known.

    """
    lines = text.removeprefix("\ufeff").split("\n")
    if len(lines) > MOST_PATTERNS or any(len(line) >= _LONGEST_LINE for line in lines):
        raise BadPatternError("it is larger than dropcap reads")
    return patterns_of(_cleaned(line) for line in lines if not line.startswith("#"))


def patterns_of(lines: Iterable[str]) -> Ignores:
    """Return patterns that stand alone, as those of `--exclude` do; else as above."""
    rules = []
    for line in lines:
        pattern = line.strip()
        if not pattern:
            continue
        pattern = _clean(pattern)
        takes_in = pattern.startswith("!")
        if pattern == "!":
            raise BadPatternError("nothing follows a !")
        rules.append(_Rule(compiled(pattern[1:] if takes_in else pattern), takes_in))
    return Ignores(rules)


def _cleaned(line: str) -> str:
    """Return a line's pattern without detours and the slash that it begins with."""
    pattern = line.removesuffix("\r").strip()
    takes_in = pattern.startswith("!")
    if takes_in:
        pattern = pattern[1:].strip()
    if pattern:
        pattern = _clean(pattern)
        pattern = pattern[1:] if len(pattern) > 1 and pattern.startswith("/") else pattern
    return f"!{pattern}" if takes_in else pattern


def _clean(path: str) -> str:
    """Return a path without detours; more slashes at its beginning are one."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned
