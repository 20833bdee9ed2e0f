"""What containers need, for the commands that list them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.model import Failure, Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.model import Container
    from dropcap.needs.allowance import Allowance
    from dropcap.needs.model import Needs
    from dropcap.workspace import Workspace

__all__ = ["Finder"]


class Finder:
    """Finds what containers need; the project of each file is read once."""

    def __init__(self, overlay: Mapping[str, bytes] | None) -> None:
        """Keep the texts that stand in for files."""
        self.failures: list[Failure] = []
        self._overlay = overlay
        self._workspaces: dict[str, Workspace] = {}
        self._allowances: dict[str, Allowance] = {}

    def needs(self, container: Container) -> Needs:
        """Return what a container needs; where following it fails, that is a failure, and all is unknown."""
        from dropcap.needs.allowance import Allowance
        from dropcap.needs.container import needs_of
        from dropcap.needs.model import Needs, UnknownNeed
        from dropcap.real_paths import root_of
        from dropcap.workspace import Workspace

        path = container.source.to_root(container.span)[0].path
        root = root_of(os.path.dirname(path) or os.curdir)
        workspace = self._workspaces.setdefault(root, Workspace(root, self._overlay, (path,)))
        try:
            return needs_of(container, workspace, self._allowances.setdefault(path, Allowance()), tries_user=True)
        except Exception as error:  # noqa: BLE001  # a fault with one container: the others are still to be listed
            from dropcap.crash import place, trace_of

            message = f"what {container.name} needs cannot be found out: {type(error).__name__} at {place(error)}; "
            message += "this is a defect of dropcap, please report it"
            self.failures.append(Failure(path, message, Level.DEFECT, trace=trace_of(error)))
            return Needs(unknown=(UnknownNeed("dropcap failed to follow it, which is a defect of dropcap"),))
