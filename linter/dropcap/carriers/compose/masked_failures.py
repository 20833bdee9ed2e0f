"""Failures of a project without the values of its variables: a failure quotes what is wrong, which may be a secret."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from dropcap.carriers.compose.environment import is_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from dropcap.carriers.compose.interpolate import Use
    from dropcap.model import Failure

    _Places: TypeAlias = dict[int, list[tuple[int, int, str]]]

_SHORTEST = 4  # fewer characters say little and stand in many words
_RUN = 6  # so many characters in a row are no accident; a word of fewer is one if it is all of a part
_WORD = rf"""[^\s"'`:,;/=()\[\]]{{{_SHORTEST},}}"""
_LONGEST = 10_000  # of a longer value no failure quotes the end


def without_values(failures: Sequence[Failure], uses: Iterable[Use]) -> tuple[Failure, ...]:
    """Replace by asterisks what failures quote of the values of variables; text of the file itself stays.

    Args:
        failures: what was told of the project.
        uses: which variables decide which of its scalars.

    """
    places: _Places = {}
    secrets: set[str] = set()
    for use in uses if failures else ():
        value = use.variable.value if use.variable is not None else ""
        if len(value) >= _SHORTEST:
            root, span = use.source.to_root(use.span)
            places.setdefault(id(root), []).append((span.start, span.end, value))
            if is_secret(use.name):
                secrets.add(value)
    if not places:
        return tuple(failures)
    for found in places.values():
        found.sort()
    longest_first = sorted(secrets, key=len, reverse=True)
    return tuple(_masked(failure, places, longest_first) for failure in failures)


def _masked(failure: Failure, places: _Places, secrets: Sequence[str]) -> Failure:
    message = failure.message
    for value in secrets:
        message = message.replace(value, "*" * len(value))
    for value in _values_at(failure, places):
        message = _without_parts(message, value)
    return failure if message == failure.message else failure._replace(message=message)


def _values_at(failure: Failure, places: _Places) -> set[str]:
    """Return the values of the variables that decide what stands at a failure's place, or around or inside it."""
    if failure.source is None or failure.span is None:
        return set()
    root, span = failure.source.to_root(failure.span)
    found = places.get(id(root), [])
    first = bisect_right(found, span.start, key=lambda place: place[1])  # scalars do not overlap each other
    return {value for _, _, value in takewhile(lambda place: place[0] < span.end, found[first:])}


def _without_parts(message: str, value: str) -> str:
    """Replace the parts of a value too: of `a:b:c` the engine quotes `b` alone, and some of it in lower case."""
    folded, value = _folded(message), _folded(value[:_LONGEST])
    length = min(len(value), _RUN)
    runs = _runs(value, length)
    hidden: set[int] = set()
    for at in range(len(folded) - length + 1):
        if folded[at : at + length] in runs:
            hidden.update(range(at, at + length))
    for word in re.finditer(_WORD, folded):
        if word[0] in value:
            hidden.update(range(*word.span()))
    return "".join("*" if at in hidden else one for at, one in enumerate(message))


@lru_cache(maxsize=16)
def _runs(value: str, length: int) -> frozenset[str]:
    return frozenset(value[at : at + length] for at in range(len(value) - length + 1))


def _folded(text: str) -> str:
    """Return a text in lower case, each character at its place."""
    return text.lower() if text.isascii() else "".join(one.lower()[0] for one in text)
