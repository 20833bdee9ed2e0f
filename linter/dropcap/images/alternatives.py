"""The links that `update-alternatives` turns: which of several programs stands behind a name.

Source: dpkg utils/update-alternatives.c and its manual page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.words import Word

__all__ = ["turned_by"]

_FOLDER = "/etc/alternatives/"
_TAKES = frozenset({"--admindir", "--altdir", "--instdir", "--log", "--root"})
_ASK_ONLY = frozenset({"--display", "--get-selections", "--help", "--list", "--query", "--version"})


def turned_by(words: Sequence[Word]) -> Sequence[Effect] | None:
    """Return the links that a call makes; None where it leaves the choice to what nobody knows."""
    values = [word.value if word.unknown is None else None for word in words[1:]]
    if None in values or any(value in _TAKES for value in values):
        return None
    if any(value in _ASK_ONLY for value in values):
        return []
    if "--set" not in values:
        return None
    at = values.index("--set")
    chosen = [word for word in words[at + 2 : at + 4] if word.value.strip("/")]
    if len(chosen) < _NAME_AND_PATH or not chosen[1].value.startswith("/"):
        return None
    name, path = chosen
    where = Located(path.value, path.source, path.span)
    return [Effect(EffectKind.LINK, where, path=path.value, target=_FOLDER + name.value, is_gentle=True)]


_NAME_AND_PATH = 2
