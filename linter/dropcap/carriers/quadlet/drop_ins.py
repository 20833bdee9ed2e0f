"""The drop-in files that add to a unit: `web.container.d/*.conf`, and those for several units at once.

Which folders they are, and in which order their files count: containers/podman c6580b4, GetUnitDropinPaths in
pkg/systemd/parser/unitfile.go and loadUnitDropins in cmd/quadlet/main.go. Only folders beside the unit are looked
at; a machine may have others.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.lang.unitfile import read_unit
from dropcap.model import Failure, UnreadableError
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.unitfile import Section
    from dropcap.source import Source
    from dropcap.workspace import Workspace

MAX_FILES = 100
"""How many drop-ins of one unit are read; people write two."""


def drop_in_folders(name: str) -> list[str]:
    """Give the names of the folders that hold a unit's drop-ins, the most specific first."""
    stem, suffix = os.path.splitext(name)
    unit, at, instance = stem.partition("@")
    folders = [f"{suffix[1:]}.d"]
    parts = unit.split("-")[:-1]
    for count in range(1, len(parts) + 1):
        shortened = "-".join(parts[:count]) + "-"
        folders.append(f"{shortened}{suffix}.d")
        if at:
            folders.append(f"{shortened}@{suffix}.d")
    if instance:
        folders.append(f"{unit}@{suffix}.d")
    return [f"{name}.d", *reversed(folders)]


def drop_ins(path: str, workspace: Workspace, failures: list[Failure]) -> Iterator[str]:
    """Yield the paths of the drop-ins of the unit at `path`, in the order in which they count.

    Of two with the same name the one in the more specific folder counts. What cannot be looked at is a failure, and so
    is one drop-in too many.
    """
    found: dict[str, str] = {}
    parent = os.path.dirname(path)
    for folder in drop_in_folders(os.path.basename(path)):
        beside = os.path.join(parent, folder)
        try:
            entries = workspace.entries(beside)
        except NotReadError as error:
            failures.append(error.failure())
            continue
        for entry in entries:
            if entry.name.endswith(".conf"):
                found.setdefault(entry.name, os.path.join(beside, entry.name))
    for name in sorted(found)[:MAX_FILES]:
        yield found[name]
    if len(found) > MAX_FILES:
        message = f"has {len(found)} drop-ins, and dropcap reads {MAX_FILES} of them: it does not check the others"
        failures.append(Failure(path, message))


def add_drop_ins(source: Source, workspace: Workspace, sections: dict[str, Section], failures: list[Failure]) -> None:
    """Put the entries of the drop-ins behind the unit's own."""
    for path in drop_ins(source.path, workspace, failures):
        for title, section in _drop_in(path, workspace, failures).items():
            sections.setdefault(title, section._replace(entries=[])).entries.extend(section.entries)


def _drop_in(path: str, workspace: Workspace, failures: list[Failure]) -> dict[str, Section]:
    try:
        return read_unit(workspace.source(path))
    except NotReadError as error:
        failures.append(error.failure())
    except UnreadableError as error:
        failures.append(error.failure)
    return {}
