"""The texts of sudoers files that a build copies out of its context: `COPY sudoers /etc/sudoers.d/app`.

The context is the Dockerfile's own folder, or the project's root, whichever holds what the step names.

Source: sudo, plugins/sudoers/toke.l (switch_dir): of a folder, files with a dot in their name or a tilde at its end are
not read.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.build_context import BuildContext, ContextFile
from dropcap.images.build_files import BuildFiles
from dropcap.images.path_patterns import has_wildcard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Container, Document, Instruction
    from dropcap.source import Source
    from dropcap.workspace import Workspace

_FILE, _FOLDER = "/etc/sudoers", "/etc/sudoers.d"
_ABOVE = ("/", "/etc")
_READ = re.compile(r"/etc/sudoers(?:\.d/[^/.]*[^/.~])?")
_OTHERWISE = frozenset({"--from", "--exclude", "--parents"})


def with_copied(document: Document, workspace: Workspace) -> Document:
    """Return a Dockerfile's document in which each step has the sudoers files that it copies."""
    folders = dict.fromkeys((os.path.dirname(document.source.path) or os.curdir, workspace.root or os.curdir))
    files = BuildFiles(workspace)
    contexts = [BuildContext(files, folder, document.source.path) for folder in folders]
    return document._replace(containers=tuple(_of_container(one, contexts) for one in document.containers))


def _of_container(container: Container, contexts: Sequence[BuildContext]) -> Container:
    stage = container.stage
    if stage is None or not any(map(_may_copy, stage.steps)):
        return container
    steps = tuple(_with_copied(step, contexts) for step in stage.instructions)
    return container._replace(stage=stage._replace(instructions=steps))


def _may_copy(step: Instruction) -> bool:
    """Return whether a step may copy a sudoers file out of the context."""
    if step.keyword not in {"ADD", "COPY"} or step.contents:
        return False
    target = (step.words[-1].value if step.words else step.value.value.rpartition(" ")[2]).rstrip("/") or "/"
    return target in {_FILE, _FOLDER, *_ABOVE} or target.startswith(f"{_FOLDER}/")


def _with_copied(step: Instruction, contexts: Sequence[BuildContext]) -> Instruction:
    own = step.trigger or step
    if not _may_copy(own) or any(flag.value.partition("=")[0] in _OTHERWISE for flag in own.flags):
        return step
    *sources, target = [word.value for word in own.words] if own.words is not None else own.value.value.split()
    for context in contexts:
        copied = tuple(one for source in sources for one in _copied(source, target, len(sources), context))
        if copied:
            return step._replace(trigger=own._replace(copied=copied)) if step.trigger else step._replace(copied=copied)
    return step


def _copied(source: str, target: str, count: int, context: BuildContext) -> Iterator[tuple[str, Source]]:
    if "$" in source or "://" in source:
        return
    found = context.matching(source) or [] if has_wildcard(source) else [context.look(source)]
    place = posixpath.normpath(target)
    is_folder = target.endswith("/") or count > 1 or place in {_FOLDER, *_ABOVE}
    for one in found:
        if not isinstance(one, ContextFile):
            continue
        if one.is_folder:
            yield from _of_folder(one.path, place, context)
        else:
            path = posixpath.join(place, posixpath.basename(one.path)) if is_folder or len(found) > 1 else place
            yield from _text(one.path, path, context)


def _of_folder(folder: str, place: str, context: BuildContext) -> Iterator[tuple[str, Source]]:
    """Give the sudoers files of a folder whose files are copied to a place."""
    if place != _FOLDER:
        for wanted in (_FILE, _FOLDER):
            inside = posixpath.join(folder, posixpath.relpath(wanted, place)) if place in _ABOVE else ""
            found = context.look(inside) if inside else None
            if isinstance(found, ContextFile) and found.is_folder == (wanted == _FOLDER):
                yield from _of_folder(inside, _FOLDER, context) if found.is_folder else _text(inside, _FILE, context)
        return
    for one in context.matching(posixpath.join(folder, "*")) or ():
        if not one.is_folder:
            yield from _text(one.path, posixpath.join(_FOLDER, posixpath.basename(one.path)), context)


def _text(inside: str, path: str, context: BuildContext) -> Iterator[tuple[str, Source]]:
    text = context.content(inside).text if _READ.fullmatch(path) else None
    if text is not None:
        yield path, text
