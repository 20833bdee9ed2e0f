"""What `rsync` does to files on the machine that it runs on, as effects.

Source: rsync options.c, rsync.c set_file_attrs(), generator.c: `-o` and `-g` keep owners, `--chown` gives all away,
`-t` and `-p` set times and modes behind that.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word

__all__ = ["synced"]

_TAKE_LETTERS = "BefMT"
_TAKE = frozenset(
    {
        *("address", "block-size", "bwlimit", "chmod", "chown", "compare-dest", "compress-level", "contimeout"),
        *("copy-dest", "exclude", "exclude-from", "files-from", "filter", "groupmap", "include", "include-from"),
        *("info", "debug", "link-dest", "log-file", "log-file-format", "max-delete", "max-size", "min-size"),
        *("modify-window", "out-format", "partial-dir", "password-file", "port", "protocol", "rsh", "rsync-path"),
        *("skip-compress", "sockopts", "suffix", "temp-dir", "timeout", "usermap", "backup-dir", "remote-option"),
    }
)


class _Given(NamedTuple):
    """The words of a call: its options with their values, and its operands."""

    options: dict[str, Word | None]
    operands: list[Word]

    def has(self, *names: str) -> bool:
        return any(name in self.options for name in names)


def synced(words: Sequence[Word], folder: str | None) -> Sequence[Effect] | None:
    """Return what a call does to files here; None where its words do not say.

    Args:
        words: the call, its own name first.
        folder: the folder that it runs in; None where that is not known.

    """
    if any(word.unknown is not None and word.known_length == 0 and word.splits for word in words[1:]):
        return None
    given = _taken_apart(words)
    if given.has("daemon", "version", "help"):
        return []
    if given.has("files-from", "usermap", "groupmap", "remove-source-files"):
        return None
    return list(_copied(given, folder))


def _taken_apart(words: Sequence[Word]) -> _Given:
    options: dict[str, Word | None] = {}
    operands: list[Word] = []
    rest = iter(words[1:])
    for word in rest:
        text = word.value
        if text.startswith("--"):
            name, equals, value = text[2:].partition("=")
            options[name] = word._replace(value=value) if equals else next(rest, None) if name in _TAKE else None
        elif text.startswith("-") and text != "-":
            for at, letter in enumerate(text[1:], 1):
                options[letter] = None
                if letter in _TAKE_LETTERS:
                    options[letter] = next(rest, None) if at == len(text) - 1 else word
                    break
        else:
            operands.append(word)
    return _Given(options, operands)


_SET = ("a", "archive", "t", "times", "p", "perms", "chmod")


def _copied(given: _Given, folder: str | None) -> Iterator[Effect]:
    if not given.operands:
        return
    *sources, last = given.operands
    only_reads = given.has("n", "dry-run", "list-only") or not sources or _is_remote(last)
    keeps = given.has("a", "archive", "o", "g", "owner", "group") and not given.has("no-owner", "no-o")
    is_deep = given.has("a", "archive", "r", "recursive")
    target = None if only_reads else _absolute(last, folder)
    for source in sources or [last]:
        where = _place(source)
        if _is_remote(source):
            if not only_reads:
                yield Effect(EffectKind.FILL, where, path=target, is_kept=keeps)
                if keeps:
                    yield Effect(
                        EffectKind.UNKNOWN, where, path=target, reason="another machine decides what is copied"
                    )
            continue
        path = _absolute(source, folder)
        if only_reads:
            yield Effect(EffectKind.COPY, where, path=path, is_deep=is_deep, target=None)
            continue
        is_content = source.value.endswith(("/", "/.")) or source.value == "."
        end = target
        if end is not None and path is not None and not is_content and last.value.endswith("/"):
            end = posixpath.join(end, posixpath.basename(path))
        # Folders that are there keep their mode and their times, unless they are to be those of the copied.
        is_gentle = not given.has(*_SET)
        yield Effect(EffectKind.COPY, where, path=path, target=end, is_deep=is_deep, is_kept=keeps, is_gentle=is_gentle)
    if not only_reads:
        yield from _afterwards(given, last, target)


def _afterwards(given: _Given, last: Word, target: str | None) -> Iterator[Effect]:
    """Give what is done to the folder that all is copied into, and to what lies in it then."""
    where = _place(last)
    if "chown" in given.options:
        word = given.options["chown"]
        text = word.value if word is not None and word.unknown is None else None
        owner, _, group = (text or "").partition(":")
        yield Effect(
            EffectKind.GIVE,
            where,
            path=target,
            owner=owner or ("" if text is None else None),
            group=group or None,
            is_deep=True,
        )
    yield Effect(EffectKind.FILL, where, path=target)
    if given.has(*_SET):
        yield Effect(EffectKind.MODE, where, path=target, mode="u+r")


def _is_remote(word: Word) -> bool:
    host, colon, _ = word.value.partition(":")
    return bool(colon) and "/" not in host


def _absolute(word: Word, folder: str | None) -> str | None:
    value = word.value
    if word.unknown is not None or not value or value.startswith("~"):
        return None
    if not value.startswith("/"):
        if folder is None:
            return None
        value = posixpath.join(folder, value)
    return "/" + posixpath.normpath(value).lstrip("/")


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)
