"""What a container itself decides: whether a file is there, who runs, which programs there are, what a command prints.

What is not known is answered with None: then both ways are followed.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.entrypoint import PATH
from dropcap.images.environment_texts import hides_values
from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, UnknownFact
from dropcap.lang.shell.call import Answer
from dropcap.namedtuple import NamedTuple
from dropcap.needs.credentials import number_of_group, number_of_user
from dropcap.needs.listings import absolute, find, names_in
from dropcap.needs.model import Access
from dropcap.needs.permissions import barriers_to_file, resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.images.facts import Absent, ImageFacts
    from dropcap.lang.words import Word
    from dropcap.needs.credentials import Credentials

__all__ = ["Program", "absolute", "answer", "find_program", "text_at"]


class Program(NamedTuple):
    """A program that was found: its path, and what lies there."""

    path: str
    file: File


def answer(  # one a kind of command
    words: Sequence[Word], facts: ImageFacts, who: Credentials, folder: str | None
) -> Answer | None:
    """Return what is known of a command: what it prints, and whether it succeeds.

    Args:
        words: the command, as its program gets it.
        facts: the files and accounts of the running container.
        who: whom it runs as.
        folder: the folder it runs in; None where that is not known.

    """
    values = [word.value if word.unknown is None else None for word in words]
    name = (values[0] or "").rpartition("/")[2]
    if name in {"[", "[[", "test"}:
        given = values[1:-1] if name != "test" else values[1:]
        holds = _judge(list(given), facts, who, folder)
        return None if holds is None else Answer(holds=holds)
    if name in {"command", "which", "type", "hash"}:
        return _which(values, facts)
    handler = _ANSWERS.get(name)
    known = [one for one in values if one is not None]
    if handler is None or len(known) != len(values):
        return None
    return handler(known[1:], facts, who, folder)


def find_program(facts: ImageFacts, name: str, path: Sequence[str] = PATH) -> Program | Absent | UnknownFact:
    """Return the program of a name without a folder."""
    unknown: UnknownFact | None = None
    for folder in path:
        where = f"{folder}/{name}"
        found = resolved(facts, where)
        if isinstance(found, File) and found.kind is FileKind.FILE:
            return Program(where, found)
        if isinstance(found, UnknownFact):
            unknown = unknown or found
    return unknown or ABSENT


def _judge(words: list[str | None], facts: ImageFacts, who: Credentials, folder: str | None) -> bool | None:
    """Judge a condition: `-o` binds weakest, then `-a`, then `!`. Source: POSIX, test."""
    for signs, is_or in ((("-o", "||"), True), (("-a", "&&"), False)):
        at = next((at for at in range(1, len(words) - 1) if words[at] in signs), None)
        if at is not None:
            sides = [_judge(words[:at], facts, who, folder), _judge(words[at + 1 :], facts, who, folder)]
            if is_or in sides:
                return is_or
            return None if None in sides else not is_or
    if words and words[0] == "!":
        holds = _judge(words[1:], facts, who, folder)
        return None if holds is None else not holds
    if len(words) == _UNARY and words[0] in _FILE_TESTS and words[1] is not None:
        path = absolute(words[1], folder)
        return None if path is None else _test_file(words[0], path, facts, who)
    return _judge_texts(words)


_UNARY = 2
_BINARY = 3


def _judge_texts(words: Sequence[str | None]) -> bool | None:
    if any(word is None for word in words):
        return None
    if len(words) == _UNARY and words[0] in {"-n", "-z"}:
        return (words[1] == "") is (words[0] == "-z")
    if len(words) == 1:
        return words[0] != ""
    if len(words) == _BINARY and words[1] in {"=", "==", "!="}:
        return (words[0] == words[2]) is (words[1] != "!=")
    return None


_FILE_TESTS = frozenset({"-d", "-e", "-f", "-r", "-s", "-w", "-x", "-L", "-h", "-S", "-p", "-c", "-b", "-O"})
_KINDS = {
    "-d": FileKind.FOLDER,
    "-f": FileKind.FILE,
    "-S": FileKind.SOCKET,
    "-p": FileKind.FIFO,
    "-c": FileKind.DEVICE,
    "-b": FileKind.DEVICE,
}
_ACCESSES = {"-r": Access.READ, "-w": Access.WRITE, "-x": Access.SEARCH}


def _test_file(sign: str, path: str, facts: ImageFacts, who: Credentials) -> bool | None:  # noqa: PLR0911  # one a sign
    found = facts.look(path) if sign in {"-L", "-h"} else resolved(facts, path)
    if found is ABSENT:
        return False
    if not isinstance(found, File):
        return None
    if sign in _KINDS:
        return found.kind is _KINDS[sign]
    if sign in {"-L", "-h"}:
        return found.kind is FileKind.LINK
    if sign == "-s":
        return True if found.kind is FileKind.FOLDER else bool(found.text.text) if found.text is not None else None
    if sign == "-O":
        return None
    if sign in _ACCESSES:
        return _may(sign, path, found, facts, who)
    return True


def _may(sign: str, path: str, file: File, facts: ImageFacts, who: Credentials) -> bool | None:
    """Judge `-r`, `-w` and `-x`; root without DAC_OVERRIDE is told what the bits say, with it yes."""
    barriers = barriers_to_file(facts, who, path, _ACCESSES[sign])
    if any(one.unknown is not None for one in barriers):
        return None
    if who.is_root and barriers:
        is_program = file.mode is None or bool(file.mode & 0o111)
        return False if sign == "-x" and not is_program else None
    return not barriers


def _which(values: Sequence[str | None], facts: ImageFacts) -> Answer | None:
    names = [one for one in values[1:] if one is None or not one.startswith("-")]
    if values[0] == "command" and not {"-v", "-V"} & set(values):
        return None
    if len(names) != 1 or not names[0]:
        return None
    found = find_program(facts, names[0]) if "/" not in names[0] else _at(facts, names[0])
    if isinstance(found, Program):
        return Answer(found.path + "\n", holds=True)
    return Answer("", holds=False) if found is ABSENT else None


def _at(facts: ImageFacts, path: str) -> Program | Absent | UnknownFact:
    found = resolved(facts, path)
    return Program(path, found) if isinstance(found, File) else found


def _id(words: Sequence[str], facts: ImageFacts, who: Credentials, _: str | None) -> Answer | None:
    options = "".join(word[1:] for word in words if word.startswith("-"))
    names = [word for word in words if not word.startswith("-")]
    if names:
        found = facts.account(names[0])
        if found is ABSENT:
            return Answer("", holds=False)
        if not isinstance(found, Account):
            return None
        user, group = found.uid, number_of_group(facts, found.group)
    else:
        user, group = who.user, who.group
    if "n" in options:
        named = facts.account(user) if user is not None else None
        text = "root" if user == "0" else named.name if isinstance(named, Account) else None
        return Answer(f"{text}\n" if text and "u" in options else None, holds=True)
    number = user if "u" in options else group if "g" in options else None
    return Answer(f"{number}\n" if number is not None and number.isdecimal() else None, holds=True)


def _whoami(_: Sequence[str], facts: ImageFacts, who: Credentials, folder: str | None) -> Answer | None:
    return _id(["-un"], facts, who, folder)


def _stat(words: Sequence[str], facts: ImageFacts, _: Credentials, folder: str | None) -> Answer | None:
    form, paths, rest = "", [], iter(words)
    for word in rest:
        if word in {"-c", "-f", "--format"}:
            form = next(rest, "")
        elif word.startswith(("-c", "--format=")):
            form = word.partition("=")[2] or word[2:]
        elif not word.startswith("-"):
            paths.append(word)
    path = absolute(paths[0], folder) if len(paths) == 1 else None
    found = resolved(facts, path) if path is not None else None
    if found is ABSENT:
        return Answer("", holds=False)
    if not isinstance(found, File):
        return None
    owner, group = number_of_user(facts, found.owner), number_of_group(facts, found.group)
    parts = {"%u": owner, "%g": group, "%a": None if found.mode is None else f"{found.mode:o}"}
    text = form
    for mark, value in parts.items():
        if mark in text:
            if value is None or not value.isdecimal():
                return Answer(None, holds=True)
            text = text.replace(mark, value)
    return Answer(None if "%" in text else text + "\n", holds=True)


def _getent(words: Sequence[str], facts: ImageFacts, _: Credentials, __: str | None) -> Answer | None:
    if len(words) != _UNARY or words[0] not in {"passwd", "group"}:
        return None
    found = facts.account(words[1]) if words[0] == "passwd" else facts.group(words[1])
    if found is ABSENT:
        return Answer("", holds=False)
    if isinstance(found, Account):
        group = number_of_group(facts, found.group)
        is_known = found.uid is not None and group is not None and group.isdecimal() and found.home and found.shell
        line = f"{found.name}:x:{found.uid}:{group}::{found.home}:{found.shell}\n"
        return Answer(line if is_known else None, holds=True)
    if isinstance(found, Group):
        line = f"{found.name}:x:{found.gid}:{','.join(found.members)}\n"
        return Answer(line if found.gid is not None else None, holds=True)
    return None


def _ls(words: Sequence[str], facts: ImageFacts, _: Credentials, folder: str | None) -> Answer | None:
    """Answer `ls -A FOLDER` of a folder that is empty or not there: what scripts ask to see whether data is there."""
    paths = [word for word in words if not word.startswith("-")]
    path = absolute(paths[0], folder) if len(paths) == 1 else None
    found = resolved(facts, path) if path is not None else None
    if found is ABSENT:
        return Answer("", holds=False, is_passing=True)
    if path is None or not isinstance(found, File) or found.kind is not FileKind.FOLDER:
        return None
    if facts.hidden_below(path) is not None:
        return Answer(None, holds=True)
    # It may hold others by the next start, whoever writes there.
    return Answer("".join(f"{name}\n" for name in names_in(path, facts)), holds=True, is_passing=True)


def _path_part(take: Callable[[str], str]) -> Callable[..., Answer | None]:
    def part(words: Sequence[str], _: ImageFacts, __: Credentials, ___: str | None) -> Answer | None:
        return Answer(take(words[0]) + "\n", holds=True) if len(words) == 1 else None

    return part


def _real(words: Sequence[str], facts: ImageFacts, _: Credentials, folder: str | None) -> Answer | None:
    paths = [word for word in words if not word.startswith("-")]
    path = absolute(paths[0], folder) if len(paths) == 1 else None
    found = facts.look(path) if path is not None else None
    if path is None or not isinstance(found, File) or found.kind is FileKind.LINK:
        return None
    return Answer(path + "\n", holds=True)


def _cat(words: Sequence[str], facts: ImageFacts, _: Credentials, folder: str | None) -> Answer | None:
    path = absolute(words[0], folder) if len(words) == 1 else None
    found = resolved(facts, path) if path is not None else None
    if found is ABSENT:
        return Answer("", holds=False)
    text = _of_file(found)
    return None if text is None else Answer(text, holds=True)


def _of_file(found: object) -> str | None:
    """Return the text of a file; None where not all of it is known."""
    text = found.text.text if isinstance(found, File) and found.text is not None else None
    return None if text is None or hides_values(text) else text


def text_at(name: str, facts: ImageFacts, folder: str | None) -> str | Absent | None:
    """Return the text of a file; None where it is not known."""
    path = absolute(name, folder)
    found = resolved(facts, path) if path is not None else None
    if found is ABSENT:
        return ABSENT
    return _of_file(found)


def _cmp(words: Sequence[str], facts: ImageFacts, _: Credentials, folder: str | None) -> Answer | None:
    """Answer whether two files are the same; one that is not there is like none. Source: diffutils src/cmp.c."""
    names = [word for word in words if word not in {"-s", "--quiet", "--silent"}]
    if len(names) != _UNARY or any(name.startswith("-") for name in names):
        return None
    one, other = (text_at(name, facts, folder) for name in names)
    if one is ABSENT or other is ABSENT:
        return Answer(None, holds=False)
    return None if one is None or other is None else Answer(None, holds=one == other)


def _grep(words: Sequence[str], facts: ImageFacts, _: Credentials, folder: str | None) -> Answer | None:
    """Answer `grep -q TEXT FILE` of a file whose text is known, where the text has no signs of a pattern in it."""
    options = "".join(word.lstrip("-") for word in words if word.startswith("-"))
    names = [word for word in words if not word.startswith("-")]
    if "q" not in options or not set(options) <= set("qFs") or len(names) != _UNARY:
        return None
    wanted, text = names[0], text_at(names[1], facts, folder)
    is_first = wanted.startswith("^") and "F" not in options
    plain = wanted[1:] if is_first else wanted
    if text is ABSENT or text is None or not plain or (_PATTERN.search(plain) and "F" not in options):
        return None
    lines = str(text).split("\n")
    return Answer("", holds=any(line.startswith(plain) if is_first else plain in line for line in lines))


_PATTERN = re.compile(r"[][\\^$.*+?{}()|\n]")


def _pwd(_: Sequence[str], __: ImageFacts, ___: Credentials, folder: str | None) -> Answer | None:
    return None if folder is None else Answer(folder + "\n", holds=True)


_ANSWERS: dict[str, Callable[[Sequence[str], ImageFacts, Credentials, str | None], Answer | None]] = {
    "basename": _path_part(posixpath.basename),
    "cat": _cat,
    "cmp": _cmp,
    "dirname": _path_part(lambda path: posixpath.dirname(path) or "."),
    "find": lambda words, facts, _, folder: find(words, facts, folder),
    "getent": _getent,
    "grep": _grep,
    "id": _id,
    "ls": _ls,
    "pwd": _pwd,
    "readlink": _real,
    "realpath": _real,
    "stat": _stat,
    "whoami": _whoami,
}
