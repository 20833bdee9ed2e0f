"""What installing packages changes, from `packages.json`; of a package that is not there, nobody knows."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from dropcap.images.build_programs import build_programs
from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, UnknownFact
from dropcap.images.file_capabilities import capabilities_of_text
from dropcap.model import Located
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.images.tree import FileTree
    from dropcap.lang.words import Word

__all__ = ["fill_base", "install"]

_FIRST_CHOSEN, _LAST_CHOSEN = 100, 999
"""The numbers of accounts that `adduser --system` takes as they are free: each machine's are others."""


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads(package_text("images", "packages.json"))
    return table


def install(tree: FileTree, words: Sequence[Word]) -> None:
    """Do to files and accounts what a package manager does.

    Args:
        tree: what there is; its release says which packages are meant.
        words: the command.

    """
    installers = build_programs().installers
    verb = installers[words[0].value.rpartition("/")[2]]
    at = next((at for at, word in enumerate(words) if word.value == verb), None)
    if at is None:
        return
    options = [word.value for word in words[1:] if word.value.startswith("-")]
    is_debian = words[0].value.rpartition("/")[2] in {"apt", "apt-get", "aptitude"}
    known = _table()["packages"] if is_debian and tree.release == _table()["release"] else {}
    is_alone = "--no-install-recommends" in options or "APT::Install-Recommends=false" in " ".join(options)
    for word in words[at + 1 :]:
        if not word.value.startswith("-"):
            _install_one(tree, word, known, is_alone=is_alone)


def _install_one(tree: FileTree, word: Word, known: Mapping[str, Any], *, is_alone: bool) -> None:
    name = word.value.partition("=")[0].partition("/")[0].partition(":")[0]
    where = Located(word.value, word.source, word.span)
    if word.unknown is not None:
        _hide(tree, UnknownFact("which package is installed is not known", where=where))
        return
    if name not in known:
        if name not in build_programs().plain:
            _hide(tree, UnknownFact(f"nobody has described what the package {name} brings", where=where))
        elif tree.hidden_below("/etc") is None or tree.release:
            tree.unlisted(
                "/etc", UnknownFact(f"not every file of the package {name} is listed", roots=True, where=where)
            )
        return
    more = () if is_alone else known[name].get("more", ())
    for one in (name, *more):
        if one in known:
            _put(tree, one, known[one])
        else:
            _hide(tree, UnknownFact(f"nobody has described what the package {one} brings, which {name} recommends"))


def _hide(tree: FileTree, unknown: UnknownFact) -> None:
    for path in build_programs().folders:
        tree.unlisted(path, unknown)
    tree.forget_accounts(unknown)


def _put(tree: FileTree, name: str, table: Mapping[str, Sequence[str]]) -> None:
    for line in table.get("groups", ()):
        group, gid = line.split()
        if tree.group(group) is ABSENT:
            tree.add_group(Group(group, _fixed(gid)))
    for line in table.get("accounts", ()):
        account, uid, group, home = line.split()
        if tree.account(account) is ABSENT:
            tree.add_account(Account(account, _fixed(uid), group, home))
    _put_files(tree, table.get("files", ()), name)


def fill_base(tree: FileTree) -> None:
    """Put what a minimal system of a release has in /etc, so that what is not there is known too."""
    table = _table()
    if tree.release != table["release"]:
        return
    tree.unlisted("/etc", None)
    _put_files(tree, table["base"], "base-files")
    for path in table["left_out"]:
        tree.unlisted(path, _LEFT_OUT)


_LEFT_OUT = UnknownFact("not every file of the base image is listed", roots=True)


def _put_files(tree: FileTree, lines: Sequence[str], name: str) -> None:
    for line in lines:
        path, kind, owner, group, mode, *more = line.split(" ")
        target = more[0] if more and kind == "link" else ""
        capabilities, is_effective = capabilities_of_text(more[0]) if more and kind == "file" else ((), False)
        file = File(
            FileKind(kind), _user(tree, owner), _group(tree, group), int(mode, 8), target, capabilities, is_effective
        )
        tree.put(path, file._replace(package=name), is_new=kind == "folder")


def _fixed(number: str) -> str | None:
    return None if _FIRST_CHOSEN <= int(number) <= _LAST_CHOSEN else number


def _user(tree: FileTree, name: str) -> str:
    found = tree.account(name)
    return found.uid or name if isinstance(found, Account) else name


def _group(tree: FileTree, name: str) -> str:
    found = tree.group(name)
    return found.gid or name if isinstance(found, Group) else name
