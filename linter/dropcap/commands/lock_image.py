"""Keep what matters of one image in the lock of its project, as an editor asks for it, in three steps.

The first and the last look at the project's files; the one between asks the engine and takes its time.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from contextlib import closing
from typing import TYPE_CHECKING

from dropcap.carriers.registry import carrier_of_name
from dropcap.commands import images
from dropcap.commands.images_locked import of_engine, write_lock
from dropcap.commands.images_used import projects_of
from dropcap.commands.inputs import collect, configure, examine
from dropcap.exit_codes import UsageError
from dropcap.images.contents import ImageError
from dropcap.images.reference import familiar
from dropcap.printable import shortened
from dropcap.real_paths import real_path, root_of
from dropcap.targets import Target
from dropcap.workspace import LOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.commands.images_used import Project
    from dropcap.images.contents import Contents

__all__ = ["contents_of", "project_of", "written"]

_MOST_SAID = 300


def project_of(path: str, image: str, overlay: Mapping[str, bytes]) -> Project:
    """Return the project of a file, with all that uses its images.

    Args:
        path: a file of the project.
        image: the name of an image that the project uses.
        overlay: the texts that are open in the editor, by real path.

    Raises:
        UsageError: no file of the project uses the image.

    """
    root, name = root_of(os.path.dirname(real_path(path))), familiar(image)
    parser = ArgumentParser()
    images.add_arguments(parser)
    arguments = parser.parse_args(["--jobs=1", "--as-discovered", "--", root])
    found, setup = collect(arguments, configure(arguments))
    if not os.path.lexists(path):  # it was never saved
        found.targets.append(Target(path, carrier_of_name(path), named=True))
    report = examine(arguments, found, setup._replace(overlay=overlay))
    projects = projects_of(report, overlay).values()
    project = next((one for one in projects if one.workspace.root == root and name in one.users), None)
    if project is None:
        raise UsageError(f"no file of {root} uses the image {_shown(name)}")
    return project


def contents_of(image: str) -> Contents:
    """Return an image as the local engine has it; nothing is pulled and nothing is run.

    Raises:
        UsageError: no engine answers, or it does not have the image.

    """
    from dropcap.images.readers.engine import connect

    name = familiar(image)
    try:
        with closing(connect()) as engine:
            contents = of_engine(engine, name, pulls=False)
    except ImageError as error:
        raise UsageError(str(error)) from None
    if contents is None:
        raise UsageError(f"the engine does not have the image {_shown(name)}; pull it first")
    return contents


def written(project: Project, image: str, contents: Contents) -> str:
    """Write an image into the lock of a project, where those of others stay; gives what was done, in one line.

    Raises:
        UsageError: the lock cannot be written.

    """
    write_lock(project, {familiar(image): contents})
    return f"{_shown(familiar(image))} is in {LOCK} now"


def _shown(name: str) -> str:
    return shortened(name, _MOST_SAID)
