"""Conditions that compare whose a file is with an account whose number nobody knows.

`[ "$(stat -c %u /data)" != "$(id -u app)" ]`: useradd chose the number, and it is the same on both sides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.images.facts import Account, File
from dropcap.needs.credentials import is_same_group, is_same_user
from dropcap.needs.listings import absolute
from dropcap.needs.permissions import resolved
from dropcap.source import Span

if TYPE_CHECKING:
    from dropcap.images.facts import ImageFacts
    from dropcap.lang.shell.call import Call
    from dropcap.lang.words import Word

__all__ = ["OwnerTests"]

_SIGNS = {"=": True, "==": True, "-eq": True, "!=": False, "-ne": False}
_CONDITION = 4
"""`test`, or `[`, a side, a sign and a side; `]` comes behind."""
_SUBSTITUTION = re.compile(r'"?\$\(\s*((?:stat|id)\s[^|;&\n`<>]*)\)"?')


class OwnerTests:
    """Remembers whose numbers commands print, for the conditions that they stand in."""

    def __init__(self, tree: ImageFacts) -> None:
        """Begin with none."""
        self._tree = tree
        self._printed: dict[tuple[str, int], tuple[str, str]] = {}

    def note(self, call: Call, folder: str | None) -> None:
        """Keep whose number a command prints, `-u` for a user's and `-g` for a group's."""
        place = _at(call.words[0], call.words[0].span.start)
        self._printed.pop(place, None)
        if any(word.unknown is not None for word in call.words):
            return
        values = [word.value for word in call.words]
        found = self._owner(values[1:], folder) if values[0] == "stat" else self._account(values[1:])
        if found is not None:
            self._printed[place] = found

    def _owner(self, words: list[str], folder: str | None) -> tuple[str, str] | None:
        if len(words) != 3 or words[0] not in {"-c", "--format"} or words[1] not in {"%u", "%g"}:  # noqa: PLR2004  # all
            return None
        path = absolute(words[2], folder)
        file = resolved(self._tree, path) if path is not None else None
        if not isinstance(file, File):
            return None
        name = file.owner if words[1] == "%u" else file.group
        return None if name is None else (f"-{words[1][1]}", name)

    def _account(self, words: list[str]) -> tuple[str, str] | None:
        if len(words) != 2 or words[0] not in {"-u", "-g"}:  # noqa: PLR2004  # the option and the name
            return None
        found = self._tree.account(words[1])
        name = (found.name if words[0] == "-u" else found.group) if isinstance(found, Account) else None
        return None if name is None else (words[0], name)

    def judge(self, call: Call) -> bool | None:
        """Return whether such a condition holds; None for any other, and where nobody knows."""
        words = call.words
        if len(words) != _CONDITION + (words[0].value != "test") or words[2].value not in _SIGNS:
            return None
        one, other = self._side(words[1]), self._side(words[3])
        if one is None or other is None:
            return None
        kinds = {one[0], other[0]} - {""}
        if len(kinds) != 1:
            return None
        is_same = is_same_group if "-g" in kinds else is_same_user
        same = is_same(self._tree, one[1], other[1])
        return None if same is None else same is _SIGNS[words[2].value]

    def _side(self, word: Word) -> tuple[str, str] | None:
        if word.unknown is None:
            return ("", word.value) if word.value.isdecimal() else None
        written = word.source.text[word.span.start : word.span.end]
        match = _SUBSTITUTION.fullmatch(written)
        return None if match is None else self._printed.get(_at(word, word.span.start + match.start(1)))


def _at(word: Word, offset: int) -> tuple[str, int]:
    source, span = word.source.to_root(Span(offset, offset))
    return source.path, span.start
