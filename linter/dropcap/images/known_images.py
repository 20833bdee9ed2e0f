"""What is known of an image by its name: the project's lock first, then what comes with dropcap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.bases import base_tree, knows
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.images.tree import FileTree
    from dropcap.workspace import Workspace

__all__ = ["Images"]


class Images(NamedTuple):
    """Where images are looked for.

    Attributes:
        workspace: the project, which may have a lock.
        read: what was read from images themselves, by their familiar names; it counts before the lock.

    """

    workspace: Workspace
    read: Mapping[str, FileTree] = {}

    def tree(self, reference: str | None, image_id: str = "") -> FileTree:
        """Return what an image holds, for the caller to change; of one that is not known, nothing is.

        Args:
            reference: the image's name.
            image_id: the digest by which an engine knows the image that is meant; empty for any of that name.

        """
        if reference is None or reference == "scratch":
            return base_tree(reference)
        if self.read:
            from dropcap.images.reference import familiar

            found = self.read.get(familiar(reference))
            if found is not None:
                tree = found.copy()
                tree.has_more = not knows(reference)
                return tree
        if self.workspace.has_lock:
            from dropcap.images.lock import locked_tree  # few projects have one

            locked = locked_tree(reference, self.workspace, image_id)
            if locked is not None:
                locked.has_more = not knows(reference)
                return locked
        from dropcap.images.catalogue import catalogue_tree  # a table of its own, not small

        found = catalogue_tree(reference)
        return base_tree(reference) if found is None else found
