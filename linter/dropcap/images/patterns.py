"""The files that a shell puts in the place of a pattern: `chown app /srv/*`, where all that lies there is known."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dropcap.images.facts import File, FileKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.images.facts import ImageFacts
    from dropcap.lang.words import Word

__all__ = ["expanded", "fitting"]

_SIGNS = re.compile(r"[*?\[]")
_OTHER_SIGNS = re.compile(r"[$`{}()\\~]|\[[^\]]*/|\[[:.=]")
_MOST = 500


def expanded(words: Sequence[Word], match: Callable[[str], Sequence[str] | None]) -> tuple[Word, ...]:
    """Return the words of a command with what patterns among them stand for; those that fit nothing stay.

    Args:
        words: the command, its own name first.
        match: gives the paths that fit a pattern, in order; None where nobody knows.

    """
    for word in words:
        if word.unknown is not None:
            break
    else:  # as of most commands
        return words if isinstance(words, tuple) else tuple(words)
    found: list[Word] = []
    for at, word in enumerate(words):
        is_pattern = at > 0 and word.unknown == word.value and _SIGNS.search(word.value) is not None
        named = match(word.value) if is_pattern and not _OTHER_SIGNS.search(word.value) else None
        found += [word] if not named else [word._replace(value=one, unknown=None) for one in named]
    return tuple(found)


def fitting(pattern: str, facts: ImageFacts, folder: str | None) -> Sequence[str] | None:
    """Return the paths that fit a pattern; None where more may do, or where they are too many.

    Args:
        pattern: it; each of its parts may have signs in it.
        facts: the files, of which nobody else changes any.
        folder: the folder that it is used in; None where that is not known.

    """
    if not pattern.startswith("/") and folder is None:
        return None
    found = ["/" if pattern.startswith("/") else ""]
    for part in pattern.strip("/").split("/"):
        if not _SIGNS.search(part):
            found = [f"{one}{part}/" for one in found]
            continue
        named: list[str] = []
        for one in found:
            names = _names(posixpath.normpath(posixpath.join(folder or "/", one)), facts)
            if names is None:
                return None
            fits = [name for name in names if name.startswith(".") is part.startswith(".") and fnmatchcase(name, part)]
            named += [f"{one}{name}/" for name in fits]
        found = named
        if len(found) > _MOST:
            return None
    known = [one.rstrip("/") for one in found]
    places = [posixpath.normpath(posixpath.join(folder or "/", one)) for one in known]
    return [one for one, place in zip(known, places, strict=True) if isinstance(facts.look(place), File)]


def _names(path: str, facts: ImageFacts) -> Sequence[str] | None:
    """Return the names of what lies in a folder; None where more may lie there."""
    file = facts.look(path)
    if not isinstance(file, File) or file.kind is not FileKind.FOLDER or facts.hidden_below(path) is not None:
        return None
    start = len(path.rstrip("/")) + 1
    return sorted({one[start:].partition("/")[0] for one, _ in facts.below(path)})
