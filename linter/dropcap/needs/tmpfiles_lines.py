"""What `systemd-tmpfiles --create` does to files, by the lines of the configuration that it is given by name.

Source: systemd src/tmpfiles/tmpfiles.c, fd_set_perms() for the order of owner and mode, and tmpfiles.d(5).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import ABSENT, File, UnknownFact
from dropcap.model import Located
from dropcap.needs.credentials import is_same_group, is_same_user
from dropcap.needs.permissions import resolved
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word
    from dropcap.needs.lookup import Lookup

__all__ = ["lines_done"]

_KINDS = {
    **dict.fromkeys(("d", "D"), EffectKind.MAKE_FOLDER),
    **dict.fromkeys(("f", "F", "f+"), EffectKind.MAKE_FILE),
}
_OF_OTHER_RUNS = frozenset({"x", "X", "r", "R"})
"""What only `--clean` and `--remove` look at."""
_PLAIN = re.compile(r"/[^\s%\"'\\*?\[]*")
_MODE = re.compile(r"-|:?[0-7]{3,4}")
_WHO = re.compile(r"-|:?[\w.-]+")
_MOST_LINES = 500


def lines_done(words: Sequence[Word], lookup: Lookup) -> Iterator[Effect | UnknownFact]:
    """Give what a call does, one thing after the other: each looks at the files as the one before has left them.

    What is not followed is given as not known, in its place.
    """
    options = [word.value for word in words[1:] if word.value.startswith("-")]
    named = [word for word in words[1:] if not word.value.startswith("-")]
    if set(options) - {"--create", "--boot"} or "--create" not in options or not named:
        yield UnknownFact("which lines systemd-tmpfiles carries out is not known")
        return
    for word in named:
        path = lookup.path(word.value) if word.unknown is None and "/" in word.value else None
        file = resolved(lookup.tree, path) if path is not None else None
        if not isinstance(file, File) or file.text is None:
            where = Located(word.value, word.source, word.span)
            yield UnknownFact(f"dropcap cannot read {word.value}", where=where)
            continue
        text = file.text
        lines = [one for one in re.finditer(r"[^\r\n]+", text.text) if one[0].strip() and one[0].lstrip()[0] != "#"]
        if len(lines) > _MOST_LINES:
            yield UnknownFact(f"{word.value} has too many lines")
            continue
        for line in lines:
            fields = list(re.finditer(r"\S+", line[0]))
            named_path = fields[:2][-1]
            span = Span(line.start() + named_path.start(), line.start() + named_path.end())
            where = Located(named_path[0], text, span)
            yield from _done([one[0] for one in fields], where, lookup, is_boot="--boot" in options)


def _done(
    fields: Sequence[str], where: Located[str], lookup: Lookup, *, is_boot: bool
) -> Iterator[Effect | UnknownFact]:
    """Give what one line does."""
    kind = fields[0].rstrip("!")
    if kind in _OF_OTHER_RUNS or (fields[0] == f"{kind}!" and not is_boot):
        return
    path, mode, user, group = [*fields[1:5], "-", "-", "-", "-"][:4]
    does = _KINDS.get(kind)
    is_read = all((_PLAIN.fullmatch(path), _MODE.fullmatch(mode), _WHO.fullmatch(user), _WHO.fullmatch(group)))
    if does is None or not is_read:
        yield UnknownFact(f"the line about {path} is not followed", where=where)
        return
    is_new = resolved(lookup.tree, path) is ABSENT
    if not is_new:
        yield Effect(EffectKind.READ, where, path=posixpath.dirname(path))
    if does is EffectKind.MAKE_FOLDER or is_new or kind != "f":
        yield Effect(does, where, path=path, with_parents=True, is_gentle=True)
    owner, owners = (None if one == "-" or (one[0] == ":" and not is_new) else one.lstrip(":") for one in (user, group))
    gives = (owner is not None or owners is not None) and not _belongs(path, owner, owners, lookup)
    wanted = "" if mode == "-" or (mode[0] == ":" and not is_new) else mode.lstrip(":")
    if gives and wanted and not is_new:  # what the new owner is not to have is taken away before
        yield Effect(EffectKind.MODE, where, path=path, mode=wanted)
    if gives:
        yield Effect(EffectKind.GIVE, where, path=path, owner=owner, group=owners)
    file = resolved(lookup.tree, path)
    has = file.mode if isinstance(file, File) else None
    if gives or (wanted and has != int(wanted, 8)):  # a new owner may have taken bits away
        yield Effect(EffectKind.MODE, where, path=path, mode=wanted or (f"{has:o}" if has is not None else "755"))


def _belongs(path: str, owner: str | None, group: str | None, lookup: Lookup) -> bool:
    """Return whether what lies at a path belongs to them already."""
    file = resolved(lookup.tree, path)
    return (
        isinstance(file, File)
        and (owner is None or is_same_user(lookup.tree, file.owner, owner) is True)
        and (group is None or is_same_group(lookup.tree, file.group, group) is True)
    )
