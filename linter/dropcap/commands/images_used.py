"""The images that checked files name, by the projects that keep a lock of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.images.reference import familiar
from dropcap.real_paths import root_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dropcap.model import Container, Report

__all__ = ["Project", "projects_of"]


class Project:
    """The images of one project.

    Attributes:
        workspace: its files.
        users: what uses each image, by its familiar name.
        written: how the files write each.

    """

    def __init__(self, workspace: Workspace) -> None:
        """Begin with none."""
        self.workspace = workspace
        self.users: dict[str, list[Container]] = {}
        self.written: dict[str, dict[str, None]] = {}

    def add(self, container: Container) -> None:
        """Add a container, by its image or by those that its own is built upon."""
        for name in _images_of(container):
            self.users.setdefault(familiar(name), []).append(container)
            self.written.setdefault(familiar(name), {})[name] = None


def projects_of(report: Report, overlay: Mapping[str, bytes]) -> dict[str, Project]:
    """Return the projects of a report's containers, by their roots."""
    found: dict[str, Project] = {}
    for container in report.containers:
        path = container.source.to_root(container.span)[0].path
        root = root_of(os.path.dirname(path) or os.curdir)
        if root not in found:
            found[root] = Project(Workspace(root, overlay, (path,)))
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
