"""The modules that a Python script draws in from folders of its container, where their text is at hand.

Python looks for a module in the folder of its script, with `-m` or `-c` in the one that it runs in, and in those of
PYTHONPATH; behind these come the folders of packages, which nobody reads. Source: the documentation of `sys.path`.
"""

from __future__ import annotations

import ast
import posixpath
from typing import TYPE_CHECKING

from dropcap.images.facts import File, FileKind
from dropcap.needs.permissions import resolved, resolved_path
from dropcap.needs.python_scripts import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.images.facts import ImageFacts
    from dropcap.source import Source

__all__ = ["MOST", "Module", "drawn_in", "folders_of", "run_as_module"]

MOST = 100
"""How many modules of one script are read."""
_DEEPEST = 20

Module = tuple[str, "Source | None"]
"""The path of a module, and its text; None where that is not at hand."""


def module_at(name: str, folders: Sequence[str], facts: ImageFacts) -> tuple[Module, bool] | None:
    """Return the file of a module, and whether it is a package's own; None where it lies in none of the folders.

    Args:
        name: its name, with the packages that it is in.
        folders: where to look, in this order.
        facts: the files.

    """
    first, _, rest = name.partition(".")
    for folder in folders:
        if _module(posixpath.join(folder, first), facts) is None and not _is_folder(
            posixpath.join(folder, first), facts
        ):
            continue
        found = _module(
            posixpath.join(folder, first, *rest.split(".")) if rest else posixpath.join(folder, first), facts
        )
        if found is not None:
            return found
    return None


def _is_folder(path: str, facts: ImageFacts) -> bool:
    found = resolved(facts, path)
    return isinstance(found, File) and found.kind is FileKind.FOLDER


def _module(path: str, facts: ImageFacts) -> tuple[Module, bool] | None:
    """Return the file of a module by its path without an ending; a package goes before a file of its name."""
    for file, is_package in ((f"{path}/__init__.py", True), (f"{path}.py", False)):
        found = resolved(facts, file)
        if isinstance(found, File) and found.kind is FileKind.FILE:
            return (file, found.text), is_package
    return None


def run_as_module(name: str, folders: Sequence[str], facts: ImageFacts) -> Module | None:
    """Return the file that `-m NAME` runs; None where it lies in none of the folders."""
    for one in (f"{name}.__main__", name):
        found = module_at(one, folders, facts)
        if found is not None and not found[1]:
            return found[0]
    return None


def drawn_in(script: Module, package: str, folders: Sequence[str], facts: ImageFacts) -> list[Module]:
    """Return the modules that a script draws in, and those that they do, each once.

    Args:
        script: the script, which is not among them.
        package: the name of the package that the script is a module of; empty where it is of none.
        folders: where modules are looked for.
        facts: the files.

    """
    found: dict[str, Module] = {}
    open_ends = [(script, package)]
    while open_ends and len(found) < MOST:
        (_, text), inside = open_ends.pop()
        tree = parsed(text.text) if text is not None else None
        for name in dict.fromkeys(_names(tree, inside)) if tree is not None else ():
            at = module_at(name, folders, facts) if name.count(".") < _DEEPEST else None
            if at is None or at[0][0] == script[0] or at[0][0] in found:
                continue
            found[at[0][0]] = at[0]
            open_ends.append((at[0], name if at[1] else name.rpartition(".")[0]))
    return list(found.values())


def _names(tree: ast.Module, package: str) -> Iterator[str]:
    """Give the full names of the modules that the import statements of a module may draw in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield from _with_packages(one.name)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])]).strip(".")
            if base:
                yield from _with_packages(base)
            for one in node.names:
                yield f"{base}.{one.name}".strip(".")


def _with_packages(name: str) -> Iterator[str]:
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count])


def folders_of(script: str | None, folder: str | None, more: str, facts: ImageFacts) -> list[str]:
    """Return the folders in which Python looks for modules first.

    Args:
        script: the path of the script; None where it is a module or code.
        folder: the folder that it runs in; None where that is not known.
        more: what PYTHONPATH holds.
        facts: the files.

    """
    first = folder if script is None else posixpath.dirname(resolved_path(facts, script))
    named = [one for one in more.split(":") if one.startswith("/")]
    return [one for one in (first, *named) if one is not None]
