"""Files and texts, read as the program reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from dropcap.carriers.request import Request, Settings
from dropcap.check import Setup, check_text, read_document
from dropcap.model import Engine, Kind
from dropcap.needs.container import needs_of
from dropcap.real_paths import real_path, root_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from dropcap.discover import Target
    from dropcap.model import Document
    from dropcap.needs.model import Needs
    from dropcap.source import Source


def workspace_of(path: str | Path, overlay: dict[str, bytes] | None = None) -> Workspace:
    """Give the workspace that a file which somebody names is read in."""
    return Workspace(root_of(str(Path(path).parent)), overlay, named=[str(path)])


def request_of(path: str | Path, settings: Settings | None = None, over: tuple[str, ...] = ()) -> Request:
    return Request(workspace_of(path), over, settings=settings or Settings())


def source_of(path: str | Path) -> Source:
    return workspace_of(path).source(str(path))


def read_target(
    target: Target,
    settings: Settings | None = None,
    *,
    engine: Engine = Engine.DOCKER,
    text: str | bytes | None = None,
) -> Document:
    """Read a file, or a text in its place."""
    data = text.encode() if isinstance(text, str) else text
    overlay = None if data is None else {real_path(target.path): data}
    settings = settings or Settings()
    given = (*target.given, *(settings.env_files or ()))
    workspace = Workspace(target.root or root_of(str(Path(target.path).parent)), overlay, given)
    return read_document(target, Request(workspace, target.over, engine, settings))


def needs_of_script(script: str) -> Needs:
    """Return what a service needs that has a script for its command, over a known base."""
    lines = ["services:", "  a:", "    image: debian:12", "    entrypoint: []"]
    lines.append(f"    command: {json.dumps(['sh', '-ec', script + '; exec sleep 9'])}")
    (container,) = [
        one
        for one in check_text("compose.yaml", "compose", "\n".join(lines) + "\n", (), Setup()).containers
        if one.kind is Kind.SERVICE
    ]
    return needs_of(container, Workspace.of_text(container.source))
