"""The file or folder that `mktemp` makes: whose it is, is known, and its name is nobody's matter."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.needs.ledger import place
from dropcap.needs.listings import absolute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.words import Word

__all__ = ["made_by"]

_NAMES = {"--directory": "d", "--quiet": "q", "--dry-run": "u"}


def made_by(words: Sequence[Word], folder: str | None, number: int) -> tuple[str, Effect | None] | None:
    """Return the path that a call of `mktemp` prints, and what it makes; None where that is not known.

    Source: coreutils src/mktemp.c.

    Args:
        words: the call, its own name first; without `TMPDIR` in its environment.
        folder: the folder that it runs in.
        number: how many it has made before.

    """
    given = _given(words)
    if given is None:
        return None
    options, parent, template = given
    if not template or "t" in options:
        parent = parent or _USUAL
    printed = posixpath.join(parent, _filled(template or "tmp.XXXXXXXXXX", number))
    path = absolute(printed, folder)
    if path is None:
        return None
    kind, mode = (EffectKind.MAKE_FOLDER, "700") if "d" in options else (EffectKind.MAKE_FILE, "600")
    return printed, None if "u" in options else Effect(kind, place(words[0]), path=path, mode=mode)


def _filled(template: str, number: int) -> str:
    """Return a template with a name in the place of the last of its X, three or more of them, in its last part."""
    end = template.rfind("X") + 1
    start = len(template[:end].rstrip("X"))
    if end - start < _FEWEST or "/" in template[end:]:
        return template
    return template[:start] + _name(template[start:end], number) + template[end:]


_FEWEST = 3


def _given(words: Sequence[Word]) -> tuple[frozenset[str], str, str] | None:
    """Return the options without a value, the folder and the template; None where a word is not understood."""
    options: set[str] = set()
    parent, templates = "", []
    values = [None if word.unknown is not None else word.value for word in words[1:]]
    while values:
        text = values.pop(0)
        if text is None:
            return None
        place = _FOLDER.fullmatch(text)
        if place is not None:
            parent = place["value"] or (_USUAL if text == "--tmpdir" else (values.pop(0) if values else "") or "")
            if not parent:
                return None
        elif text in _NAMES:
            options.add(_NAMES[text])
        elif re.fullmatch(r"-[dqtu]+", text):
            options |= set(text[1:])
        else:
            templates.append(text)
    if len(templates) > 1 or any(one.startswith("-") for one in templates):
        return None
    return frozenset(options), parent, "".join(templates)


_USUAL = "/tmp"  # noqa: S108 -- that of the container
_FOLDER = re.compile(r"(?:-p|--tmpdir=|--tmpdir$)(?P<value>.*)")


def _name(signs: str, number: int) -> str:
    """Return a name of its own for each call."""
    told = str(number) if number else ""
    return signs[: len(signs) - len(told)] + told if len(told) < len(signs) else signs
