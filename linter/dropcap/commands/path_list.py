"""`--files-from`: a list of paths, each as if it were written on the command line.

A line names a file; that a folder is walked is left to the command line. A list has millions of lines where a program
made it: it is read in pieces, and of those that stand for files of other kinds nothing is kept.
"""

from __future__ import annotations

import os
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import TYPE_CHECKING

from dropcap.carriers.registry import may_be_known
from dropcap.exit_codes import UsageError
from dropcap.model import Failure, Level
from dropcap.paths import shown

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator
    from typing import BinaryIO

_STDIN = "-"
_PIECE = 1 << 16
"""How many bytes are read at a time, and the most that one path may have: a system takes 4,096."""
_FOLDER = "is a folder, and a list names files; name its files, or the folder itself on the command line"
_QUOTED = "is not there: git puts such a name in quotes; write the list with `git ls-files -z`"


def take_list(arguments: Namespace) -> list[Failure]:
    """Read the list that `--files-from` names into the arguments' paths; gives what of it names no file.

    Raises:
        UsageError: the list cannot be read, or names nothing.

    """
    name, arguments.files_from = arguments.files_from, None
    if arguments.paths or arguments.files:
        raise UsageError("--files-from names all paths: give no other ones")
    refused: list[Failure] = []
    paths: list[str] = []
    kept = first = ""
    try:
        for path in _paths(name):
            first = first or path
            if os.path.isdir(path):
                if not (arguments.as_discovered and _is_listed_by_git(path)):
                    refused.append(Failure(shown(path), _FOLDER, Level.ERROR))
            elif path[:1] == path[-1:] == '"' and not os.path.lexists(path):
                refused.append(Failure(shown(path), _QUOTED, Level.ERROR))
            elif arguments.as_discovered and not _may_count(path):
                kept = kept or path
            else:
                paths.append(path)
    except OSError as error:
        raise UsageError(f"--files-from {name}: cannot be read: {error.strerror}") from None
    # No path at all would stand for the current folder; a file of another kind stands for nothing.
    arguments.paths = paths or [kept] * bool(kept)
    if not arguments.paths:
        what = f": {refused[0].path} {refused[0].message}" if refused else f": {shown(first)} is a folder without files"
        why = f"names no file{what}" if first else "is empty"
        raise UsageError(f"--files-from {name}: {why}")
    return refused


def _is_listed_by_git(folder: str) -> bool:
    """Whether a folder is one that git lists among files: a link, which no walk follows, or a submodule's, still empty.

    What is in one of another kind would not be looked at.
    """
    try:
        return os.path.islink(folder) or not os.listdir(folder)
    except OSError:
        return False  # what is in it nobody knows


def _may_count(path: str) -> bool:
    """Whether a file may be one that is looked at, or says which ones are."""
    return may_be_known(path) or os.path.basename(path) == ".env"


def _paths(name: str) -> Iterator[str]:
    """Yield the paths of a list, so that none is taken for an option or for standard input."""
    if name == _STDIN:
        entries = _entries(sys.stdin.buffer, name)
        yield from (os.fsdecode(entry) if entry != b"-" else "./-" for entry in entries if entry)
        return
    with open(name, "rb") as file:
        yield from (os.fsdecode(entry) if entry != b"-" else "./-" for entry in _entries(file, name) if entry)


def _entries(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield what a list has, line by line, or NUL by NUL where there is one at its start.

    Raises:
        UsageError: it is no such list.

    """
    piece = stream.read(_PIECE)
    if piece.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise UsageError(f"--files-from {name}: is UTF-16; write it as UTF-8")
    piece = piece.removeprefix(BOM_UTF8)
    has_lines = b"\0" not in piece
    number, rest = 0, b""
    while piece:
        if has_lines and b"\0" in piece:
            raise UsageError(f"--files-from {name}: has lines and NULs; use one of them between paths")
        *whole, rest = (rest + piece).split(b"\n" if has_lines else b"\0")
        yield from (entry.removesuffix(b"\r") for entry in whole) if has_lines else whole
        number += len(whole)
        if len(rest) > _PIECE:
            raise UsageError(f"--files-from {name}: entry {number + 1} is no path: it has more than {_PIECE:,} bytes")
        piece = stream.read(_PIECE)
    yield rest.removesuffix(b"\r") if has_lines else rest
