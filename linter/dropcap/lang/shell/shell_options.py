"""Whether a shell ends at a command that fails: `set -e`, `bash -o errexit`, the first line of a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["errexit_of", "errexit_of_first_line"]


def errexit_of(words: Sequence[str | None]) -> bool | None:
    """Return whether the options of a shell, or of `set`, turn `errexit` on or off; None where they say nothing.

    Args:
        words: what stands behind the program, None for a word that nobody knows.

    """
    found, at = None, 0
    while at < len(words):
        word = words[at]
        at += 1
        if word is None or word in {"-", "--"} or not word.startswith(("-", "+")):
            break
        if word.startswith("--"):
            continue
        if "e" in word:
            found = word[0] == "-"
        for _ in range(word.count("o")):  # each takes the name of an option, where one follows
            if at >= len(words) or (words[at] or "name").startswith(("-", "+")):
                break
            if words[at] == "errexit":
                found = word[0] == "-"
            at += 1
    return found


def errexit_of_first_line(text: str) -> bool:
    """Return whether the first line of a script, by which the kernel runs it, turns `errexit` on."""
    match = re.match(_OPTIONS, text[:_LENGTH])
    return match is not None and errexit_of(match[1].split()) is True


_OPTIONS = r"#![^\n]*?sh[ \t]+([-+][^\n]*)"
_LENGTH = 256  # as much as Linux reads of it
