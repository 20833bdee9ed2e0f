"""What `RUN --mount=…` lays over the files while a step runs: none of it is in the image.

Source: BuildKit, `frontend/dockerfile/dockerfile2llb/convert_runmount.go`. A folder or a file that it is laid upon is
made where it is not there, and taken away again by newer builders.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.build_context import ContextFile
from dropcap.images.copied_stages import copy_between
from dropcap.images.facts import File, FileKind, UnknownFact
from dropcap.lang.dockerfile.mounts import MountError, mount_fields
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dropcap.images.build_context import BuildContext
    from dropcap.images.stage_variables import Variables
    from dropcap.images.tree import FileTree
    from dropcap.model import Instruction, Located

__all__ = ["Mounts"]

_TARGETS, _SOURCES = ("target", "dst", "destination"), ("source", "src")


class _Mount(NamedTuple):
    kind: str
    target: str
    source: str | None
    origin: str
    where: Located[str]


class Mounts:
    """The mounts of one RUN."""

    def __init__(
        self,
        step: Instruction,
        variables: Variables,
        folder: str | None,
        tree: FileTree,
        context: BuildContext,
        origin: Callable[[str], FileTree | None],
    ) -> None:
        """Take the step and what its mounts may show.

        Args:
            step: the instruction.
            variables: the stage's.
            folder: the working folder; None where it is not known.
            tree: the files.
            context: the files of the build.
            origin: gives the files of the stage that a mount's `from` names; None for another image.

        """
        self._tree = tree
        self._context = context
        self._origin = origin
        flags = [one for one in step.flags if one.value.startswith("--mount=")]
        self._mounts = [one for flag in flags for one in _read(flag, variables, folder)]
        self._before = tree.copy() if self._mounts else tree

    def mount(self) -> None:
        """Lay them over the files."""
        for one in self._mounts:
            unknown = UnknownFact(f"it is not known what a build mounts at {one.target}", where=one.where)
            self._tree.remove(one.target)
            if one.kind in {"cache", "tmpfs"} or not self._show(one):
                self._tree.spoil(one.target, unknown)

    def unmount(self) -> None:
        """Let what lay below them be there again."""
        for one in self._mounts:
            self._tree.put_back(one.target, self._before)
            if not isinstance(self._tree.look(one.target), File):
                reason = f"it is not known whether {one.target}, a mount of a build step, stays in the image"
                self._tree.spoil(one.target, UnknownFact(reason, roots=True, where=one.where))

    def _show(self, one: _Mount) -> bool:
        """Show what a bind mount shows; gives whether that is known."""
        if one.kind != "bind" or one.source is None:
            return False
        made = File(FileKind.FILE, None, None, None, where=one.where)
        if one.origin:
            origin = self._origin(one.origin)
            return origin is not None and copy_between(
                origin, self._tree, one.source or "/", one.target, made, keeps_owner=True
            )
        found = self._context.look(one.source)
        if not isinstance(found, ContextFile):
            return False
        if not found.is_folder:
            self._tree.put(one.target, made._replace(content=self._context.content(found.path)))
            return True
        self._tree.put(one.target, made._replace(kind=FileKind.FOLDER))
        files, _ = self._context.below(found.path)
        for file in files:
            end = posixpath.join(one.target, file.path[len(found.path) :].lstrip("/"))
            kind = FileKind.FOLDER if file.is_folder else FileKind.FILE
            content = None if file.is_folder else self._context.content(file.path)
            self._tree.put(end, made._replace(kind=kind, content=content))
        reason = f"it is not known what else is in {found.path or 'the context'} in a build"
        self._tree.open_below(one.target, UnknownFact(reason, where=one.where))
        return True


def _read(flag: Located[str], variables: Variables, folder: str | None) -> Iterator[_Mount]:
    """Give the mount that a flag means; none where it mounts nothing at a path that is known."""
    try:
        fields = mount_fields(flag.value.removeprefix("--mount="))
    except MountError:
        return
    given: dict[str, str | None] = {}
    for field in fields:
        name, equals, value = field.partition("=")
        given[name.lower()] = variables.expanded(value) if equals else "true"
    kind = (given.get("type", "bind") or "").lower()
    target = next((given[name] for name in _TARGETS if name in given), _usual_target(kind, given))
    if not target or (folder is None and not target.startswith("/")):
        return
    path = "/" + posixpath.normpath(posixpath.join(folder or "/", target)).lstrip("/")
    source = next((given[name] for name in _SOURCES if name in given), "")
    if path != "/":
        yield _Mount(kind, path, source, given.get("from") or "", flag)


def _usual_target(kind: str, given: dict[str, str | None]) -> str | None:
    """Return where a secret is shown that is given no target."""
    if kind != "secret" or "env" in given:
        return None
    name = given.get("id") or next((given[one] for one in _SOURCES if given.get(one)), None)
    return f"/run/secrets/{posixpath.basename(name)}" if name else None
