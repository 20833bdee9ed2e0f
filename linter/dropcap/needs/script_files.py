"""The files of others that a script names in its text: what it takes root to open them.

Which of them it opens, and how, is not followed: a path that is written in quotation marks is taken for one that is
read, and for one that is written where a line says so that names it, or the name that is bound to it.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.facts import ABSENT, File, FileKind
from dropcap.model import Located
from dropcap.needs.credentials import ROOT
from dropcap.needs.demands import Situation, judge
from dropcap.needs.model import Access, Certainty, Demand, DemandKind, UnknownNeed
from dropcap.needs.permissions import resolved
from dropcap.needs.python_scripts import ScriptCall
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.images.tree import FileTree
    from dropcap.source import Source

__all__ = ["files_in"]

_LONGEST = 200_000
_MOST_PATHS = 200
_PATH = re.compile(r"(?P<mark>['\"`])(?P<path>/[\w.@%+~-]+(?:/[\w.@%+~-]+)*)/?(?P=mark)")
_NAME = re.compile(r"(?P<name>\w+)\s*(?::\s*\w+\s*)?=>?\s*(?:[\w.]+\(\s*)?$")
_WRITES = re.compile(
    r"""(?ix) ['"`] (?: [rb]?[wax][bt+]* | r[bt]?\+[bt]? ) ['"`] | ['"`]\s*\+?>>?
    | write | append | mkdir | makedirs | unlink | remove | rename | replace\( | rmtree | touch | copy | symlink
    | file_put_contents | truncate | sqlite | \butime
    """
)


def files_in(source: Source, comments: re.Pattern[str], name: str, tree: FileTree) -> Iterator[ScriptCall]:
    """Give what it takes to use each file that a script names, where root is kept from it.

    Args:
        source: the script.
        comments: what of it is no code.
        name: what to call it.
        tree: the files of the container.

    """
    if len(source.text) > _LONGEST:
        return
    text = comments.sub(lambda found: " " * len(found[0]), source.text)
    writing = "\n".join(line for line in text.split("\n") if _WRITES.search(line))
    seen: set[str] = set()
    for found in _PATH.finditer(text):
        path = posixpath.normpath(found["path"])
        if path in seen or path.startswith(("/dev", "/proc", "/sys")):
            continue
        if len(seen) == _MOST_PATHS:
            return
        seen.add(path)
        where = Located(path, source, Span(found.start("path"), found.end("path")))
        call = _use(path, name, tree, is_written=_says_so(text, found, writing))
        if call is not None:
            yield ScriptCall(where, call)
        elif writing and _is_kept(_written(path, name, tree), tree):
            reason = f"it is not known whether {name} writes {path}, which belongs to another user"
            yield ScriptCall(where, unknown=UnknownNeed(reason, where=where, capabilities=("DAC_OVERRIDE",)))


def _use(path: str, name: str, tree: FileTree, *, is_written: bool) -> Demand | None:
    """Return what keeps root from a file; None where nothing does."""
    condition, possible = f"{name} opens it", Certainty.POSSIBLE
    read = Demand(DemandKind.REACH, f"{name} names {path}", path=path, condition=condition, certainty=possible)
    if resolved(tree, path) is ABSENT:  # a closed folder does not say so
        read = read._replace(path=posixpath.dirname(path), access=Access.SEARCH)
    demands = [_written(path, name, tree), read] if is_written else [read]
    return next((one for one in demands if _is_kept(one, tree)), None)


def _written(path: str, name: str, tree: FileTree) -> Demand:
    condition, possible = f"{name} writes it", Certainty.POSSIBLE
    file = resolved(tree, path)
    why = f"{name} names {path}"
    if isinstance(file, File) and file.kind is FileKind.FILE:
        reach = DemandKind.REACH
        return Demand(reach, why, path=path, access=Access.WRITE, condition=condition, certainty=possible)
    entry = f"{path}/entry" if isinstance(file, File) and file.kind is FileKind.FOLDER else path
    return Demand(DemandKind.MAKE, why, path=entry, condition=condition, certainty=possible)


def _is_kept(demand: Demand, tree: FileTree) -> bool:
    """Return whether root is kept from a file for certain."""
    if demand.path is None or not isinstance(resolved(tree, posixpath.dirname(demand.path)), File):
        return False
    return any(one.unknown is None for one in judge(demand, Situation(tree, ROOT, 0)))


def _says_so(text: str, found: re.Match[str], writing: str) -> bool:
    """Return whether the line of a path, or one that names what is bound to it, speaks of writing."""
    begin = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    if _WRITES.search(text, begin, len(text) if end < 0 else end):
        return True
    bound = _NAME.search(text, begin, found.start())
    return bound is not None and re.search(rf"(?<!\w){re.escape(bound['name'])}(?!\w)", writing) is not None
