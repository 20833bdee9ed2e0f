"""The files that programs write which are told where: what `openssl -keyout KEY` leaves belongs to whoever ran it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word

__all__ = ["may_write", "written"]

_OPTIONS = {
    "curl": ("-o", "--output"),
    "dropbearkey": ("-f",),
    "htpasswd": (),
    "mkcert": ("-cert-file", "-key-file"),
    "mysqldump": ("-r", "--result-file"),
    "openssl": ("-keyout", "-out"),
    "pg_dump": ("-f", "--file"),
    "ssh-keygen": ("-f",),
    "wget": ("-O", "--output-document"),
}
"""By program: the options whose value is a file that it writes."""


def written(words: Sequence[Word], folder: str | None) -> Iterator[Effect]:
    """Give the files that a program is told to write."""
    name = words[0].value.rpartition("/")[2]
    names = _OPTIONS.get(name, ())
    for at, word in enumerate(words[1:], 1):
        option, equals, value = word.value.partition("=")
        if word.unknown is not None or option not in names:
            continue
        if equals:
            target: Word | None = word._replace(value=value)
        else:
            target = words[at + 1] if at + 1 < len(words) else None
        path = _path(target, folder) if target is not None else None
        if target is None or path is None:
            continue
        where = Located(target.value, target.source, target.span)
        yield Effect(EffectKind.MAKE_FILE, where, path=path)
        if name == "ssh-keygen":
            yield Effect(EffectKind.MAKE_FILE, where, path=f"{path}.pub")


def may_write(words: Sequence[Word], folder: str | None) -> Iterator[str]:
    """Give the other paths among the words of a program, each of which it may write."""
    for word in words[1:]:
        option, equals, value = word.value.partition("=")
        target = word._replace(value=value) if equals and "/" not in option else word
        path = _path(target, folder) if not target.value.startswith("-") and "/" in target.value else None
        if path is not None:
            yield path


def _path(word: Word, folder: str | None) -> str | None:
    """Return the path of a file of its own; None where it is not known, or none."""
    text = word.value
    if word.unknown is not None or not text or text == "-" or "://" in text or "\n" in text or " " in text:
        return None
    if not text.startswith("/"):
        if folder is None:
            return None
        text = posixpath.join(folder, text)
    path = "/" + posixpath.normpath(text).lstrip("/")
    return None if path.startswith(("/dev/", "/proc/", "/sys/")) else path
