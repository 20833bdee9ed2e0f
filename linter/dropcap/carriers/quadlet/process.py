"""The files that a Quadlet unit takes variables from, and those that it mounts.

Quadlet takes a path that is not absolute from the unit's own folder: containers/podman, pkg/systemd/quadlet/quadlet.go,
getAbsolutePath. The lines of a file of variables are those of podman, pkg/env/env.go.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.model import Located, ProcessOptions, UnreadableError
from dropcap.source import Span
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.quadlet.keys import Keys
    from dropcap.model import Container
    from dropcap.source import Source
    from dropcap.workspace import Workspace

MAX_FILE_SIZE = 500_000
"""A larger file of variables is not looked into."""

_LINE = r"(?m)^[ \t]*([^#\s=][^\r\n=]*)(=?)([^\r\n]*)"


def with_files(container: Container, keys: Keys, path: str, workspace: Workspace | None) -> Container:
    """Add what files say of the processes of a unit's container; `path` is the unit's."""
    folder = os.path.dirname(path)
    texts = tuple(_mounted(container, folder, workspace)) if workspace is not None else ()
    named = keys.words("EnvironmentFile")
    if not texts and not named:
        return container
    process = container.process or ProcessOptions()
    found: dict[str, Located[str]] = {}
    has_more = process.has_more
    for word in named:
        source = None if word.unknown is not None or workspace is None else _source(folder, word.value, workspace)
        has_more = has_more or source is None
        found.update(_variables(source) if source is not None else {})
    found.update((one.value.partition("=")[0], one) for one in process.environment)
    return container._replace(
        process=process._replace(environment=tuple(found.values()), has_more=has_more, texts=texts)
    )


def _mounted(container: Container, folder: str, workspace: Workspace) -> Iterator[tuple[str, str]]:
    for mount in container.mounts:
        kind, source, target = mount.value[:3]
        file = os.path.normpath(os.path.join(folder, source))
        is_near = kind == "bind" and source.startswith(".")
        if is_near and workspace.is_file(file) and not workspace.is_outside(file):
            yield target, file


def _source(folder: str, name: str, workspace: Workspace) -> Source | None:
    path = os.path.normpath(os.path.join(folder, name))
    try:
        return workspace.source(path) if len(workspace.read(path, MAX_FILE_SIZE + 1)) <= MAX_FILE_SIZE else None
    except (NotReadError, UnreadableError):
        return None


def _variables(source: Source) -> dict[str, Located[str]]:
    """Read lines of `NAME=value`; a name alone takes over what Podman itself has."""
    found = {}
    for line in re.finditer(_LINE, source.text):
        name = line[1].rstrip() if not line[2] else line[1]
        at = Span(*line.span(3 if line[2] else 1))
        found[name] = Located(f"{name}={line[3]}" if line[2] else name, source, at)
    return found
