"""Keep what matters of one image in the lock of its project, as an editor asks for it."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from contextlib import closing
from typing import TYPE_CHECKING

from dropcap.commands import images
from dropcap.commands.images_locked import of_engine, write_lock
from dropcap.commands.images_used import projects_of
from dropcap.commands.inputs import collect, configure, examine
from dropcap.exit_codes import UsageError
from dropcap.images.contents import ImageError
from dropcap.images.reference import familiar
from dropcap.printable import shortened
from dropcap.real_paths import real_path, root_of
from dropcap.workspace import LOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["lock_image"]

_MOST_SAID = 300


def lock_image(path: str, image: str, overlay: Mapping[str, bytes]) -> str:
    """Read an image from the local engine, and write it into the lock of a project; gives what was done, in one line.

    Nothing is pulled and nothing is run. What the lock has of other images that the project uses stays as it is.

    Args:
        path: a file of the project.
        image: the image's name, as a file has it.
        overlay: the texts that are open in the editor, by real path.

    Raises:
        UsageError: no engine answers or has the image, no file of the project uses it, or the lock cannot be written.

    """
    from dropcap.images.readers.engine import connect

    root, name = root_of(os.path.dirname(real_path(path))), familiar(image)
    parser = ArgumentParser()
    images.add_arguments(parser)
    arguments = parser.parse_args(["--jobs=1", "--", root])
    found, setup = collect(arguments, configure(arguments))
    report = examine(arguments, found, setup._replace(overlay=overlay))
    projects = projects_of(report, overlay)
    project = next((one for one in projects.values() if one.workspace.root == root and name in one.users), None)
    if project is None:
        raise UsageError(f"no file of {root} uses the image {_shown(name)}")
    try:
        with closing(connect()) as engine:
            contents = of_engine(engine, name, pulls=False)
    except ImageError as error:
        raise UsageError(str(error)) from None
    if contents is None:
        raise UsageError(f"the engine does not have the image {_shown(name)}; pull it first")
    write_lock(project, {name: contents})
    return f"{_shown(name)} is in {LOCK} now"


def _shown(name: str) -> str:
    return shortened(name, _MOST_SAID)
