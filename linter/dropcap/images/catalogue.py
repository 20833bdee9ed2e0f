"""The catalogue of images that comes with dropcap: what is known of an image by its name alone, from its sources.

It counts after what a project's lock says. A tag that nobody has looked at has the facts of those that somebody has,
and is never complete.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dropcap.images.catalogue_index import parted
from dropcap.images.facts import Account, File, FileKind, Group, ImageConfig, UnknownFact
from dropcap.images.file_lines import ABSENT, LISTED, file_of
from dropcap.images.reference import familiar, pinned_digest
from dropcap.model import Located
from dropcap.source import Shipped, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.images.catalogue_table import Row
    from dropcap.images.tree import FileTree

__all__ = ["catalogue_tree", "is_in_catalogue"]

_LOCK = "run `dropcap images lock`"
_UNLISTED = UnknownFact("dropcap's catalogue does not list every file of the image", _LOCK, roots=True)
_OPEN = UnknownFact("dropcap's catalogue does not say what is there in the image", _LOCK)
_IS_LISTED = f" {LISTED}"
_LISTS = ("entrypoint", "command", "volumes", "ports", "health_check")


def catalogue_tree(reference: str) -> FileTree | None:
    """Return what the catalogue has of an image, for the caller to change; None where it has nothing of it."""
    found = _whole(reference)
    return None if found is None else found.copy()


@lru_cache(maxsize=32)
def _whole(reference: str) -> FileTree | None:
    """Return what the catalogue has of an image, for others to copy."""
    row = _find(reference)
    if row is None:
        return None
    tree = _tree(row.name, row.table)
    reasons = [UnknownFact(one, _LOCK) for one in row.table.get("unknown", ())]
    if not row.is_looked_at:
        digest = pinned_digest(reference)
        shown = f"{digest[:19]}…" if digest and familiar(reference).endswith(digest) else familiar(reference)
        other = UnknownFact(f"dropcap's catalogue does not cover {shown}", _LOCK)
        reasons.append(other)
        tree.open_below("/", other)  # also where a build takes another entrypoint
        tree.forget_accounts(other)
    tree.config = _config(row.name, row.table)._replace(unknowns=tuple(reasons))
    return tree


def is_in_catalogue(reference: str) -> bool:
    """Return whether the catalogue has something of an image, and somebody has looked at its tag."""
    row = _find(reference)
    return row is not None and row.is_looked_at


def _find(reference: str) -> Row | None:
    if "$" in reference:
        return None
    from dropcap.images.catalogue_table import find

    return find(*parted(reference))


def _tree(name: str, table: Mapping[str, Any]) -> FileTree:
    from dropcap.images.bases import base_tree

    tree = base_tree(table.get("base", "scratch"))
    for line in table.get("groups", ()):
        group, gid, *members = line.split()
        tree.add_group(Group(group, gid, tuple(members[0].split(",")) if members else ()))
    for line in table.get("accounts", ()):
        account, uid, gid, home = line.split()
        tree.add_account(Account(account, uid, gid, home))
    for path in table.get("roots", ()):
        tree.put(path, File(FileKind.FOLDER, "0", "0", 0o755))
        tree.unlisted(path, _UNLISTED)
    for path, line in table.get("files", {}).items():
        _put(tree, path, line)
    for path in table.get("open", ()):
        tree.unlisted(path, _OPEN)
    for path, text in table.get("texts", {}).items():
        tree.write(path, Shipped(name, text))
    for path, described in table.get("startup", {}).items():
        tree.put(path, _script(name, described))
    tree.programs = table.get("programs", {})
    for path in tree.programs:
        if not isinstance(tree.look(path), File):
            tree.put(path, File(FileKind.FILE, "0", "0", 0o755))
    return tree


def _put(tree: FileTree, path: str, line: str) -> None:
    if line == ABSENT:
        tree.unlisted(path, None)
        return
    listed = line.endswith(_IS_LISTED)
    tree.put(path, file_of(line.removesuffix(_IS_LISTED)), is_new=listed)


def _script(name: str, described: Mapping[str, Any]) -> File:
    from dropcap.images.catalogue_steps import script

    text = script(described["steps"], goes_on=described.get("goes_on", False))
    return File(FileKind.FILE, "0", "0", 0o755, content=Shipped(name, text))


def _config(name: str, table: Mapping[str, Any]) -> ImageConfig:
    def located(text: str) -> Located[str]:
        return Located(text, Shipped(name, text), Span(0, len(text)))

    given: dict[str, Any] = {key: tuple(map(located, table[key])) for key in _LISTS if key in table}
    given.setdefault("entrypoint", ())  # an entry that names none says that there is none
    # Nobody says it: then it is root, which stays so where something else of the image is not known.
    given["user"] = located(table.get("user", "0"))
    return ImageConfig(
        environment={key: located(value) for key, value in table.get("environment", {}).items()},
        working_folder=table.get("working_folder", "/"),
        stop_signal=table.get("stop_signal", ""),
        **given,
    )
