"""Patterns that leave paths out, in the manner of `.gitignore`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.paths import PatternError
from dropcap.project import repository_top

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathspec import GitIgnoreSpec

_LONGEST_FILE = 1024 * 1024


class Ignores:
    """The patterns that govern a folder, outermost first."""

    __slots__ = ("_specs",)

    def __init__(self, specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()) -> None:
        """Take patterns, each with the folder that they are relative to."""
        self._specs = specs

    def with_lines(self, folder: str, lines: Sequence[str]) -> Ignores:
        """Add patterns that are relative to `folder`, stronger than the ones before.

        Raises:
            PatternError: one of them means nothing.

        """
        if not any(line.strip() and not line.startswith("#") for line in lines):
            return self
        from pathspec import GitIgnoreSpec  # only where patterns exist: 37 ms

        try:
            spec = GitIgnoreSpec.from_lines(lines)
        except ValueError:
            raise PatternError(next(line for line in lines if not _has_meaning(line))) from None
        return Ignores((*self._specs, (folder, spec)))

    def with_file(self, folder: str, name: str) -> Ignores:
        """Add the patterns of a file, if it is there; git passes over those that mean nothing."""
        try:
            with open(os.path.join(folder, name), "rb") as file:
                text = file.read(_LONGEST_FILE).decode("utf-8", "replace")
        except OSError:
            return self
        lines = [line.removesuffix("\r") for line in text.split("\n")]
        try:
            return self.with_lines(folder, lines)
        except PatternError:
            return self.with_lines(folder, list(filter(_has_meaning, lines)))

    def match(self, path: str, *, is_folder: bool) -> bool:
        """Whether the innermost pattern that speaks of a path excludes it."""
        for folder, spec in reversed(self._specs):
            relative = os.path.relpath(path, folder).replace(os.sep, "/")
            verdict = spec.check_file(relative + "/" if is_folder else relative).include
            if verdict is not None:
                return verdict
        return False


def outer_ignores(folder: str) -> Ignores:
    """Collect the patterns of the repository that a folder lies in, from its top to the parent."""
    top = repository_top(folder)
    if top is None:
        return Ignores()
    above: list[str] = []
    while folder != top:
        folder = os.path.dirname(folder)
        above.append(folder)
    ignores = Ignores().with_file(top, os.path.join(".git", "info", "exclude"))
    for parent in reversed(above):
        ignores = ignores.with_file(parent, ".gitignore")
    return ignores


def _has_meaning(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
