"""`dropcap images`: say where the facts of images are, and keep those that are at hand in the project's lock."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from dropcap.commands.inputs import add_paths, collect, configure, examine
from dropcap.commands.output import failure_code, print_failures, write_output
from dropcap.exit_codes import CLEAN, UNCHECKED, UsageError
from dropcap.images.contents import ImageError
from dropcap.images.reference import familiar
from dropcap.printable import printable
from dropcap.real_paths import root_of
from dropcap.workspace import LOCK, Workspace

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Mapping

    from dropcap.images.contents import Contents
    from dropcap.images.readers.engine import Engine
    from dropcap.images.readers.layers import Reading
    from dropcap.model import Container, Report

_LOCKS = "lock"
_MOST_SAID = 300


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    add_paths(parser)
    parser.add_argument(
        "--from",
        metavar="[IMAGE=]PLACE",
        action="append",
        default=[],
        dest="places",
        help="read images from PLACE and ask no engine: an archive of `docker save` or OCI, an OCI layout, or the root "
        "file system of IMAGE",
    )
    parser.add_argument("--pull", action="store_true", help="let the engine get images that it does not have")


def run(arguments: Namespace) -> int:
    """List the images of the arguments' paths, or lock them where the first word is `lock`; gives the exit code.

    Raises:
        UsageError: options do not go together, or the lock cannot be written.

    """
    locks = arguments.paths[:1] == [_LOCKS]
    if locks:
        del arguments.paths[0]
    if not locks and (arguments.places or arguments.pull):
        raise UsageError("--from and --pull go with `dropcap images lock`")
    if arguments.places and arguments.pull:
        raise UsageError("--pull asks an engine, and --from asks none")
    found, setup = collect(arguments, configure(arguments))
    report = examine(arguments, found, setup)
    projects = _projects(report, setup.overlay or {})
    code = CLEAN
    if locks:
        code = _lock(projects, arguments)
    else:
        write_output(_listed(projects), None)
    print_failures(report)
    return max(code, failure_code(report))


class _Project:
    """The images of one project, by their familiar names, and what uses each."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.users: dict[str, list[Container]] = {}
        self.containers: list[Container] = []

    def add(self, container: Container) -> None:
        """Add a container, by its image or by those that its own is built upon."""
        self.containers.append(container)
        for name in _images_of(container):
            self.users.setdefault(familiar(name), []).append(container)


def _projects(report: Report, overlay: Mapping[str, bytes]) -> dict[str, _Project]:
    """Return the projects of a report's containers, by their roots."""
    found: dict[str, _Project] = {}
    for container in report.containers:
        path = container.source.to_root(container.span)[0].path
        root = root_of(os.path.dirname(path) or os.curdir)
        if root not in found:
            found[root] = _Project(Workspace(root, overlay, (path,)))
        found[root].add(container)
    return found


def _images_of(container: Container) -> Iterator[str]:
    """Give the images that a container's files come from, as far as their names are known."""
    stage = container.stage
    while stage is not None and stage.parent is not None:
        stage = stage.parent
    written = stage.base if stage is not None else container.image
    if written is not None and written.value and written.value != "scratch" and "$" not in written.value:
        yield written.value


def _listed(projects: Mapping[str, _Project]) -> Iterator[str]:
    """Give a line for each image: where its facts are."""
    rows = []
    for project in projects.values():
        for name, users in sorted(project.users.items()):
            rows.append((printable(name), _where(name, project.workspace), _count(len(users), "container")))
    if not rows:
        yield "No file here names an image.\n"
        return
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, where, count in rows:
        yield f"{name:<{widths[0]}}  {where:<{widths[1]}}  {count}\n"
    missing = sum(where == _NOWHERE for _, where, _ in rows)
    if missing:
        yield f"\nOf {_count(missing, 'image')} nothing is known: run `dropcap images lock` where an engine has them.\n"


_NOWHERE, _BASE, _CATALOGUE = "nowhere", "base of dropcap", "catalogue"
_KNOWN = "; dropcap knows it without"
_ELSEWHERE = {LOCK: f"; what {LOCK} has of it stays", _BASE: _KNOWN, _CATALOGUE: _KNOWN}


def _where(name: str, workspace: Workspace) -> str:
    from dropcap.images.bases import knows
    from dropcap.images.catalogue import is_in_catalogue
    from dropcap.images.lock import read_entry
    from dropcap.model import UnreadableError

    try:
        if read_entry(name, workspace) is not None:
            return LOCK
    except UnreadableError:
        return f"{LOCK}, which cannot be used there"
    if is_in_catalogue(name):
        return _CATALOGUE
    return _BASE if knows(name) else _NOWHERE


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _lock(projects: Mapping[str, _Project], arguments: Namespace) -> int:
    """Read the images that are at hand, and write each project's lock; gives the exit code."""
    if arguments.places:
        return _lock_all(projects, _of_places(arguments.places))
    with closing(_engine()) as engine:
        return _lock_all(projects, lambda name: _of_engine(engine, name, pulls=arguments.pull))


def _lock_all(projects: Mapping[str, _Project], find: Callable[[str], Contents | None]) -> int:
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
                where = _where(name, project.workspace)
                say(f"{name}: it is not at hand{_ELSEWHERE.get(where, '')}")
                code = UNCHECKED if where not in _ELSEWHERE else code
            else:
                read[name] = contents
        if read:
            _write(project, read)
    return code


def say(message: str) -> None:
    """Tell a person what goes on, or what went wrong, on standard error."""
    from dropcap.printable import shortened

    sys.stderr.write(f"dropcap: {shortened(message, _MOST_SAID)}\n")
    sys.stderr.flush()


def _reading() -> Reading:
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
    for place in places:
        name, _, path = place.partition("=") if "=" in place and not os.path.exists(place) else ("", "", place)
        try:
            read = read_folder if os.path.isdir(path) else read_archive_file
            images = read(path, _reading())
        except ImageError as error:
            raise UsageError(f"--from {error}") from None
        if name and len(images) > 1:
            raise UsageError(f"--from {place}: there are {len(images)} images, so that none of them is {name}")
        for image in images:
            names = (name,) if name else image.names
            if not names:
                raise UsageError(f"--from {place}: no name is in it; write IMAGE={path}")
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


def _of_engine(engine: Engine, name: str, *, pulls: bool) -> Contents | None:
    """Return an image of an engine; None where it is not there."""
    found = engine.read(name, _reading())
    if found is None and pulls:
        engine.pull(name)
        found = engine.read(name, _reading())
    return found


def _write(project: _Project, read: Mapping[str, Contents]) -> None:
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
    say(f"{os.path.relpath(path)}: {_count(len(read), 'image')} read")
