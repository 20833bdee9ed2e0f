"""Paths as they are printed: one file has one name, however it was typed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def shown(path: str) -> str:
    """Write a path relative to the current folder if it lies in it; elsewhere as it was typed."""
    if path[:1] not in ("", ".", os.sep) and path == os.path.normpath(path) and not os.path.isabs(path):
        return path  # most are typed so
    inside = below(path, os.getcwd())
    return path if inside is None else inside


def below(path: str, folder: str) -> str | None:
    """Give a path relative to a folder (an absolute path) that it lies in, by its text or really; else None.

    A link that the path's last part is stays itself.
    """
    if ".." not in path.split(os.sep):
        written = _relative(os.path.abspath(path), folder)
        if written is not None:
            return written
    head, name = os.path.split(path.rstrip(os.sep) or os.sep)
    real = os.path.realpath(path) if name in {"", ".", ".."} else os.path.join(os.path.realpath(head), name)
    return _relative(real, os.path.realpath(folder))


def plain_paths(words: Sequence[str]) -> list[str]:
    """Keep options and files apart where a program puts files behind options, as pre-commit does.

    Behind `--as-discovered` a word that looks like an option and is a file's name is that file: whoever adds a file
    named `--output=x.sh` to a repository gives no options to the hook.
    """
    start = words.index("--as-discovered") if "--as-discovered" in words else len(words)
    return [*words[:start], *(_plain(word) if word != "--as-discovered" else word for word in words[start:])]


def _plain(word: str) -> str:
    return os.path.join(os.curdir, word) if word[:1] == "-" and os.path.lexists(word) else word


def _relative(path: str, folder: str) -> str | None:
    is_inside = path == folder or path.startswith(os.path.join(folder, ""))
    return os.path.relpath(path, folder) if is_inside else None
