"""Keep what matters of the images that are at hand in each project's lock."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from dropcap.commands.output import write_output
from dropcap.exit_codes import CLEAN, UNCHECKED, UsageError
from dropcap.images.contents import ImageError
from dropcap.images.reference import familiar
from dropcap.images.whereabouts import Where, where
from dropcap.printable import counted
from dropcap.workspace import LOCK

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping

    from dropcap.commands.images_used import Project
    from dropcap.images.contents import Contents
    from dropcap.images.readers.engine import Engine
    from dropcap.images.readers.layers import Reading

__all__ = ["lock", "of_engine", "reading", "say", "write_lock"]

_MOST_SAID = 300
_KNOWN = "; dropcap itself knows it"
_ELSEWHERE = {Where.LOCK: f"; {LOCK} keeps what it has of it", Where.BASE: _KNOWN, Where.CATALOGUE: _KNOWN}


def lock(projects: Mapping[str, Project], arguments: Namespace) -> int:
    """Read the images that are at hand, and write each project's lock; gives the exit code."""
    if arguments.places:
        return _lock_all(projects, _of_places(arguments.places))
    with closing(_engine()) as engine:
        return _lock_all(projects, lambda name: of_engine(engine, name, pulls=arguments.pull))


def _lock_all(projects: Mapping[str, Project], find: Callable[[str], Contents | None]) -> int:
    code = CLEAN
    for project in projects.values():
        read: dict[str, Contents] = {}
        for number, name in enumerate(sorted(project.users), 1):
            say(f"[{number}/{len(project.users)}] {name}")
            try:
                contents = find(name)
            except ImageError as error:
                say(str(error))
                code = UNCHECKED
                continue
            if contents is None:
                place = where(name, project.workspace)
                say(f"{name}: the image is not here{_ELSEWHERE.get(place, '')}")
                code = UNCHECKED if place not in _ELSEWHERE else code
            else:
                read[name] = contents
        if read:
            write_lock(project, read)
    return code


def say(message: str) -> None:
    """Tell a person what goes on, or what went wrong, on standard error."""
    from dropcap.printable import shortened

    sys.stderr.write(f"dropcap: {shortened(message, _MOST_SAID)}\n")
    sys.stderr.flush()


def reading() -> Reading:
    """Return what of an image's files is kept: of programs that nobody has described, what they import."""
    from dropcap.images.entrypoint import PATH
    from dropcap.images.readers.layers import Reading
    from dropcap.needs.program_table import lookup

    def wants_symbols(path: str) -> bool:
        folder, name = os.path.split(path)
        return folder in PATH and lookup(name) is None

    return Reading(wants_symbols)


def _of_places(places: list[str]) -> Callable[[str], Contents | None]:
    """Return what finds images in archives and folders.

    Raises:
        UsageError: one of them cannot be read.

    """
    from dropcap.images.readers.folders import read_archive_file, read_folder

    found: dict[str, Contents] = {}
    for number, place in enumerate(places, 1):
        if len(places) > 1:
            say(f"[{number}/{len(places)}] reading {place}")
        name, _, path = place.partition("=") if "=" in place and not os.path.exists(place) else ("", "", place)
        try:
            read = read_folder if os.path.isdir(path) else read_archive_file
            images = read(path, reading())
        except ImageError as error:
            raise UsageError(f"--from {error}") from None
        if name and len(images) > 1:
            raise UsageError(f"--from {place}: it has {len(images)} images, and {name}= can name only one")
        for image in images:
            names = (name,) if name else image.names
            if not names:
                raise UsageError(f"--from {place}: it has no name of an image; write IMAGE={path}")
            found.update((familiar(one), image) for one in names)
    return found.get


def _engine() -> Engine:
    """Return a connection to an engine.

    Raises:
        UsageError: there is none that answers.

    """
    from dropcap.images.readers.engine import connect

    try:
        return connect()
    except ImageError as error:
        raise UsageError(str(error)) from None


def of_engine(engine: Engine, name: str, *, pulls: bool) -> Contents | None:
    """Return an image of an engine; None where it is not there."""
    found = engine.read(name, reading())
    if found is None and pulls:
        engine.pull(name)
        found = engine.read(name, reading())
    return found


def write_lock(project: Project, read: Mapping[str, Contents]) -> None:
    """Write a project's lock: what was read now, and what it has of other images that are still used.

    Raises:
        UsageError: it cannot be written.

    """
    from dropcap.images.full_tree import FullTree
    from dropcap.images.kept import kept
    from dropcap.images.known_images import Images
    from dropcap.images.lock import HEAD, entry_lines, entry_text
    from dropcap.images.lock_form import MEASURED, section_text
    from dropcap.needs.container import needs_of
    from dropcap.needs.model import Allowance

    trees = {name: FullTree.of(contents) for name, contents in read.items()}
    images = Images(project.workspace, trees)
    for name in read:
        for container in project.users[name]:
            needs_of(container, project.workspace, Allowance(), images=images, tries_user=True)
    lines = [HEAD]
    for name in sorted(project.users):
        if name in read:
            files, listed = kept(trees[name], read[name].files)
            ids = read[name].id, read[name].digests
            lines += [f"{line}\n" for line in entry_lines(name, ids, trees[name], files, listed)]
        else:
            lines.append(entry_text(name, project.workspace))
    if measured := section_text(MEASURED, project.workspace):
        lines.append(f"{MEASURED}:\n{measured}")
    path = os.path.join(project.workspace.root, LOCK)
    write_output(lines, path)
    say(f"{os.path.relpath(path)}: {counted(len(read), 'image')} read")
