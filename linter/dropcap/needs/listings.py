"""What lies in a folder of a container, where all of it is known: what a pattern of paths and `find` give."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dropcap.images.facts import ABSENT, File, FileKind
from dropcap.lang.shell.call import Answer
from dropcap.needs.credentials import is_same_user
from dropcap.needs.permissions import resolved, resolved_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.images.facts import ImageFacts

__all__ = ["absolute", "find", "matching", "names_in"]

_GLOB = re.compile(r"[*?[]")
_WRITABLE = 0o022
_KINDS = {"f": FileKind.FILE, "d": FileKind.FOLDER, "l": FileKind.LINK}


def absolute(path: str, folder: str | None) -> str | None:
    """Return a path from the root, without `.` and `..`; None where the folder is not known that it starts in."""
    if not path.startswith("/"):
        if folder is None or path.startswith("~"):
            return None
        path = posixpath.join(folder, path)
    return "/" + posixpath.normpath(path).lstrip("/")


def matching(pattern: str, facts: ImageFacts, folder: str | None) -> tuple[str, ...] | None:
    """Return the paths that a shell puts in the place of a pattern, in its order; None where nobody knows.

    Args:
        pattern: it; only its last part may have signs of a pattern in it.
        facts: the files.
        folder: the folder that it is used in; None where that is not known.

    """
    head, slash, last = pattern.rpartition("/")
    path = absolute(head or slash or ".", folder)
    if path is None or not last or _GLOB.search(head) or "[" in last:
        return None
    below = _below(path, facts)
    if below is None:
        return None
    found = [
        name
        for name in names_in(path, facts)
        if name.startswith(".") is last.startswith(".") and fnmatchcase(name, last)
    ]
    return tuple(f"{head}{slash}{name}" for name in found)


def names_in(path: str, facts: ImageFacts) -> list[str]:
    """Return the names of what is known to lie in a folder itself, links to it followed, in order."""
    return sorted({name.partition("/")[0] for name, _ in _inside(path, facts)})


def _inside(path: str, facts: ImageFacts) -> list[tuple[str, File]]:
    end = resolved_path(facts, path)
    return [(one[len(end.rstrip("/")) + 1 :], file) for one, file in facts.below(end)]


def _below(path: str, facts: ImageFacts) -> list[tuple[str, File]] | None:
    """Return all that lies below a folder, by its path from there; None where more may lie there.

    A folder that somebody else than root writes to may hold more by the next start.
    """
    found = resolved(facts, path)
    if found is ABSENT:
        return []
    if not isinstance(found, File) or found.kind is not FileKind.FOLDER or found.owner != "0":
        return None
    if found.mode is None or found.mode & _WRITABLE or facts.hidden_below(path) is not None:
        return None
    return _inside(path, facts)


def find(words: Sequence[str], facts: ImageFacts, folder: str | None) -> Answer | None:
    """Return what `find` prints, where it only looks for kinds and names.

    The order is the alphabet's, as scripts sort it; without, it is the file system's.

    Args:
        words: what it is given.
        facts: the files.
        folder: the folder that it runs in; None where that is not known.

    """
    rest = [word for word in words if word not in {"-H", "-L", "-P"}]
    paths = []
    while rest and not rest[0].startswith(("-", "(", "!")):
        paths.append(rest.pop(0))
    top = absolute(paths[0], folder) if len(paths) == 1 else None
    below = None if top is None else _below(top, facts)
    if top is None or below is None:
        return None
    if resolved(facts, top) is ABSENT:
        return Answer("", holds=False)
    itself = resolved(facts, top)
    found = [(paths[0], "", itself)] if isinstance(itself, File) else []
    found += [(posixpath.join(paths[0], name), name, file) for name, file in below]
    kept = _kept(rest, found, facts)
    return None if kept is None else Answer("".join(f"{path}\n" for path, _, _ in kept), holds=True)


_Found = tuple[str, str, File]
"""The path as it is printed, the path from the top, and what lies there."""


def _kept(tests: Sequence[str], found: list[_Found], facts: ImageFacts) -> list[_Found] | None:
    """Return what all tests let through; None where one is not understood."""
    if not _JOINS.isdisjoint(tests):
        return None
    rest = iter(tests)
    is_printed = False
    for test in rest:
        if test in {"-follow", "-print"}:
            is_printed = is_printed or test == "-print"
            continue
        if test == "-quit" and is_printed:
            return found[:1]
        value = next(rest, "")
        is_not = test in {"!", "-not"}
        if is_not:
            test, value = value, next(rest, "")  # noqa: PLW2901  # the test that it turns round
        if is_printed or not value or (is_not and test != "-user"):
            return None
        fitting = _of_owner(value, found, facts, is_not=is_not) if test == "-user" else _fitting(test, value, found)
        if fitting is None:
            return None
        found = fitting
    return found


def _of_owner(user: str, found: list[_Found], facts: ImageFacts, *, is_not: bool) -> list[_Found] | None:
    """Return what belongs to a user, or to another one; None where that is not known of all."""
    whose = [(one, is_same_user(facts, one[2].owner, user)) for one in found]
    return None if any(same is None for _, same in whose) else [one for one, same in whose if same is not is_not]


def _fitting(test: str, value: str, found: list[_Found]) -> list[_Found] | None:
    """Return what one test lets through; None where it is not understood."""
    if test in {"-maxdepth", "-mindepth"} and value.isdecimal():
        sign = 1 if test == "-maxdepth" else -1
        return [one for one in found if sign * _depth(one[1]) <= sign * int(value)]
    if test == "-type" and value in _KINDS and not any(file.kind is FileKind.LINK for _, _, file in found):
        return [one for one in found if one[2].kind is _KINDS[value]]
    if test == "-name":
        return [one for one in found if fnmatchcase(posixpath.basename(one[0]), value)]
    return None if found else []


_JOINS = frozenset({"(", ")", ",", "-o", "-or"})


def _depth(name: str) -> int:
    return name.count("/") + 1 if name else 0
