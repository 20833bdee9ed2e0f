"""What reads an image into the lock of a project: the commands know how, and the server is given it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    class Locker(Protocol):
        """A module with the three steps; each raises what is told to a person in one line."""

        def project_of(self, path: str, image: str, overlay: Mapping[str, bytes]) -> Any:  # noqa: ANN401  # its own
            """Return the project of a file."""

        def contents_of(self, image: str) -> Any:  # noqa: ANN401  # its own
            """Return an image as the local engine has it."""

        def written(self, project: Any, image: str, contents: Any) -> str:  # noqa: ANN401  # its own
            """Write an image into the lock of a project; return what was done."""
