"""The files and accounts of base images that are known, from `bases.toml`."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from dropcap.images.facts import Account, File, FileKind, Group, ImageConfig, UnknownFact
from dropcap.images.tree import FileTree
from dropcap.package_data import package_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["base_tree", "knows"]

_UNLISTED = UnknownFact("dropcap does not know every file of the base image", roots=True)


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(package_text("images", "bases.toml"))
    return table


def base_tree(image: str | None) -> FileTree:
    """Return what an image holds by its reference; of one that is not known, nothing is."""
    if image is None:
        return _unknown(UnknownFact("the base image is not known", "give its build argument a default"))
    if image == "scratch":
        return FileTree()
    found = _row(image)
    if found is None:
        return _unknown(UnknownFact(f"dropcap does not know the image {image}", "run `dropcap images lock`"))
    base, row, tag = found
    return _known(base, _release(row, tag)).copy()


def knows(image: str) -> bool:
    """Return whether an image is a base of the table."""
    return _row(image) is not None


def _row(image: str) -> tuple[str, dict[str, Any], str] | None:
    """Return the base that an image is, its row, and its tag; no tag where a digest says which it is."""
    name = image.partition("@")[0]
    head, _, tag = name.rpartition(":")
    repository = head if head and "/" not in tag else name
    for base, row in _table()["base"].items():
        if repository in row["repositories"]:
            return base, row, tag if name == image and head else ""
    return None


@cache
def _known(base: str, release: str) -> FileTree:
    """Return what a base image of the table holds, for others to copy."""
    tree = FileTree()
    for family in _table()["base"][base]["families"]:
        _fill(tree, _table()["family"][family])
    tree.release = release
    if release:
        from dropcap.images.package_installs import fill_base  # a table of its own, not small

        fill_base(tree)
    return tree


def _release(row: dict[str, Any], tag: str) -> str:
    """Return the release that a tag names, as `12.5-slim` does; nothing where it is not known."""
    first = tag.partition("-")[0]
    versions = row.get("releases", {})
    return next((name for name, number in versions.items() if first == name or first.split(".")[0] == number), "")


def _unknown(fact: UnknownFact) -> FileTree:
    return FileTree(fact, ImageConfig(unknowns=(fact,)))


def _fill(tree: FileTree, family: dict[str, Any]) -> None:
    for line in family["groups"]:
        name, gid = line.split()
        tree.add_group(Group(name, gid))
    for line in family["accounts"]:
        name, uid, group, home = line.split()
        tree.add_account(Account(name, uid, group, home))
    for path in family["roots"]:
        tree.put(path, File(FileKind.FOLDER, "0", "0", 0o755))
        tree.unlisted(path, _UNLISTED)
    for line in family["files"]:
        path, kind, owner, group, mode, *target = line.split()
        tree.put(path, File(FileKind(kind), owner, group, int(mode, 8), *target), is_new=kind == "folder")
