"""The files that programs write which are told where: what `openssl -keyout KEY` leaves belongs to whoever ran it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word

__all__ = ["may_write", "writes_nothing", "written"]

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
    if name == "sqlite3" and (sql := _sql(words)) and sql[1].split(None, 1)[0].lower() in _CHANGING:
        path = _path(sql[0], folder)
        if path is not None:
            yield Effect(EffectKind.MAKE_FILE, Located(path, sql[0].source, sql[0].span), path=path)
        return
    if name == "ssh-keygen" and any(word.value == "-A" for word in words[1:]):
        where = Located(words[0].value, words[0].source, words[0].span)
        for kind in ("rsa", "ecdsa", "ed25519"):
            key = f"/etc/ssh/ssh_host_{kind}_key"
            yield Effect(EffectKind.MAKE_FILE, where, path=key, is_gentle=True)
            yield Effect(EffectKind.MAKE_FILE, where, path=f"{key}.pub", is_gentle=True)
        return
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


_CHANGING = frozenset({"alter", "begin", "create", "delete", "drop", "insert", "replace", "update", "vacuum"})
_ONLY_READING = frozenset({"explain", "select", ".dump", ".schema", ".tables"})


def _sql(words: Sequence[Word]) -> tuple[Word, str] | tuple[()]:
    """Return the database and the statement of a call of sqlite3, where it changes or reads that file alone."""
    given = [word for word in words[1:] if word.unknown is not None or not word.value.startswith("-")]
    if len(given) != len(words) - 1 or len(given) != _DATABASE_AND_STATEMENT:
        return ()
    database, statement = given
    verb = statement.value.split(None, 1)[:1]
    is_known = statement.unknown is None and verb and verb[0].lower() in _CHANGING | _ONLY_READING
    reads_others = re.search(
        r"\battach\b|\bwritefile\b|\bload_extension\b|(?m:^\.(?!dump|schema|tables))", statement.value, re.IGNORECASE
    )
    return (database, statement.value) if is_known and not reads_others else ()


_DATABASE_AND_STATEMENT = 2
_STREAMS = frozenset({"-", "/dev/null", "/dev/stdout"})
_TO_STREAM = re.compile(r"-[a-zA-Z]*O(.*)|--output-document(?:=(.+))?")
_ELSEWHERE = re.compile(
    r"-[a-zA-NP-Z]*[oaiPxp].*|--(?:output-file|append-output|input-file|directory-prefix|save-cookies|page-requisites|"
    r"post-file|body-file|config|warc-file|hsts-file)(?:=.*)?"
)


def writes_nothing(words: Sequence[Word]) -> bool:
    """Return whether a call of a program is certain to write no file: `wget --spider`, or into a stream.

    Of `ssh-keygen` and `sqlite3`, no other than `written` gives. Source: ssh-keygen.c main(), do_gen_all_hostkeys();
    wget src/main.c, the options `spider`, `output-document` and those that name other files; busybox networking/wget.c;
    sqlite shell.c; git daemon.c, which reads repositories as the user that it is told.
    """
    name = words[0].value.rpartition("/")[2]
    if name not in {"git", "sqlite3", "ssh-keygen", "wget"} or any(word.unknown is not None for word in words):
        return False
    values = [word.value for word in words[1:]]
    if name != "wget":
        is_served = values[:1] == ["daemon"] and not any("receive-pack" in one for one in values)
        makes_keys = ("-A" in values) is not ("-f" in values)
        return {"git": is_served, "sqlite3": bool(_sql(words)), "ssh-keygen": makes_keys}[name]
    if any(_ELSEWHERE.fullmatch(one) for one in values):
        return False
    for at, one in enumerate(values):
        found = _TO_STREAM.fullmatch(one)
        if found is not None:
            return (found[1] or found[2] or "".join(values[at + 1 : at + 2])) in _STREAMS
    return "--spider" in values


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
