"""All that an image holds, as it was read from the image itself: what each of its layers puts and takes away.

Source: OCI image specification 1.1, `layer.md` (whiteouts, hard links) and `config.md`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from dropcap.images.facts import File, FileKind
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Contents", "ImageError", "Layer", "Member", "laid_over"]

_MOST_LINKS = 40


class ImageError(Exception):
    """An image cannot be read; the message says which and why, in one line."""


class Member(NamedTuple):
    """What a layer puts at a path.

    Attributes:
        path: the path, from the root.
        file: what lies there; None where it is another name of a file.
        target: of another name, the path of that file.

    """

    path: str
    file: File | None
    target: str = ""


class Layer(NamedTuple):
    """What one layer does to the files of those below it.

    Attributes:
        members: what it puts, in its order.
        removed: the paths that it takes away.
        emptied: the folders of which it takes away all that lay in them.

    """

    members: tuple[Member, ...]
    removed: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()


class Contents(NamedTuple):
    """An image.

    Attributes:
        names: the references that it goes by, where it says so.
        id: the digest of its configuration; empty where it has none.
        digests: the digests by which registries know it, as far as they are known.
        config: its configuration, as OCI's `config` object has it.
        files: what lies at its paths.

    """

    names: tuple[str, ...]
    id: str
    digests: tuple[str, ...]
    config: Mapping[str, Any]
    files: Mapping[str, File]


def laid_over(layers: Iterable[Layer]) -> dict[str, File]:
    """Return what lies at the paths of an image after all of its layers, the lowest first."""
    files: dict[str, File] = {"/": File(FileKind.FOLDER, "0", "0", 0o755)}
    for layer in layers:
        _take_away(files, layer)
        parents: dict[str, str] = {}
        for member in layer.members:
            folder = posixpath.dirname(member.path)
            if folder not in parents:
                parents[folder] = _resolved(files, folder)
            path = posixpath.join(parents[folder], posixpath.basename(member.path)) if member.path != "/" else "/"
            file = member.file if member.file is not None else files.get(_resolved_parent(files, member.target))
            if file is not None:
                _put(files, path, file)
                if file.kind is FileKind.LINK or file.kind is not FileKind.FOLDER:
                    parents.pop(path, None)
    return files


def _put(files: dict[str, File], path: str, file: File) -> None:
    before = files.get(path)
    if before is not None and before.kind is FileKind.FOLDER and file.kind is not FileKind.FOLDER:
        _remove(files, path)
    files[path] = file


def _take_away(files: dict[str, File], layer: Layer) -> None:
    """Take away what a layer says is gone; all at once, as each would take a walk through all paths."""
    gone = {_resolved_parent(files, path) for path in layer.removed}
    emptied = {_resolved(files, path) for path in layer.emptied}
    if not gone and not emptied:
        return
    for path in [path for path in files if _is_gone(path, gone, emptied)]:
        del files[path]


def _is_gone(path: str, gone: set[str], emptied: set[str]) -> bool:
    if path == "/":
        return False
    if path in gone:
        return True
    above = posixpath.dirname(path)
    while True:
        if above in gone or above in emptied:
            return True
        if above == "/":
            return False
        above = posixpath.dirname(above)


def _remove(files: dict[str, File], path: str) -> None:
    inside = path.rstrip("/") + "/"
    for one in [one for one in files if one.startswith(inside)]:
        del files[one]


def _resolved_parent(files: Mapping[str, File], path: str) -> str:
    return posixpath.join(_resolved(files, posixpath.dirname(path)), posixpath.basename(path))


def _resolved(files: Mapping[str, File], folder: str) -> str:
    """Return where a folder leads, as the engine finds it when it unpacks a layer; never out of the image."""
    done = "/"
    parts = [part for part in folder.split("/") if part][::-1]
    links = 0
    while parts:
        part = parts.pop()
        if part == "..":
            done = posixpath.dirname(done)
            continue
        here = posixpath.join(done, part)
        found = files.get(here)
        if found is None or found.kind is not FileKind.LINK or links >= _MOST_LINKS:
            done = here
            continue
        links += 1
        done = "/" if found.target.startswith("/") else done
        parts += [one for one in found.target.split("/") if one not in {"", "."}][::-1]
    return done
