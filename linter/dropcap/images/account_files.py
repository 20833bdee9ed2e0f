"""The files that hold accounts: what replaces them, or adds to them, changes who there is.

Source: passwd(5), group(5).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.facts import Account, Group, UnknownFact
from dropcap.model import Located
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.images.accounts import Accounts
    from dropcap.source import Source

__all__ = ["ACCOUNT_FILES", "PASSWD", "account_files", "add_lines", "replace_accounts"]

PASSWD, GROUP = "/etc/passwd", "/etc/group"
ACCOUNT_FILES = (PASSWD, GROUP)
_FIELDS = {PASSWD: 7, GROUP: 4}
_MOST_LINES = 1_000


def account_files(place: str) -> Iterator[tuple[str, str]]:
    """Give the files that hold accounts and lie at a path or below it, each with its path from there on."""
    for file in ACCOUNT_FILES:
        if file == place:
            yield file, ""
        elif file.startswith(posixpath.join(place, "")):
            yield file, file[len(place.rstrip("/")) + 1 :]


def replace_accounts(tree: Accounts, file: str, text: Source | None, unknown: UnknownFact) -> None:
    """Have the accounts that a text holds and no others; where it is not known, there may be any."""
    lines = None if text is None else _lines(text, file)
    if lines is None:
        tree.forget_accounts(unknown, keeps=False)
        return
    tree.drop_accounts(groups=file == GROUP)
    _add(tree, file, lines)


def add_lines(tree: Accounts, file: str, text: Source | None, unknown: UnknownFact) -> None:
    """Add the accounts of lines that are written behind the others; else as above."""
    lines = None if text is None else _lines(text, file)
    if lines is None:
        tree.forget_accounts(unknown)
    else:
        _add(tree, file, lines)


def _lines(text: Source, file: str) -> list[tuple[list[str], Located[str]]] | None:
    """Return the fields of each line; None where one is none of such a file."""
    found = []
    at = 0
    for line in text.text.split("\n")[:_MOST_LINES]:
        where = Located(line, text, Span(at, at + len(line)))
        at += len(line) + 1
        fields = line.split(":")
        if not line.strip():
            continue
        if len(fields) != _FIELDS[file] or not fields[0] or not fields[2].isdecimal():
            return None
        found.append((fields, where))
    return found if text.text.count("\n") < _MOST_LINES else None


def _add(tree: Accounts, file: str, lines: list[tuple[list[str], Located[str]]]) -> None:
    for fields, where in lines:
        if file == GROUP:
            members = tuple(one for one in fields[3].split(",") if one)
            tree.add_group(Group(fields[0], fields[2], members, where))
        elif fields[3].isdecimal():
            tree.put_account(Account(fields[0], fields[2], fields[3], fields[5], fields[6], where))
