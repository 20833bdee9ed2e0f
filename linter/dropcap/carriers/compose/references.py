"""The files that the services of a project name: those of variables and of labels."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.files import join
from dropcap.carriers.compose.nodes import child, entries, items
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value

KEYS = ("env_file", "label_file")


def check_named_files(services: Mapping, scope: LoadContext) -> None:
    """Tell which of the files that services name are there and are not to be read."""
    for entry in entries(services).values():
        for key in KEYS:
            for where, path in _named(child(entry.value, key)):
                whole = join(scope.directory, path)
                if scope.files.is_outside(whole):
                    scope.log.note(where, f"{path} lies outside the project: dropcap reads nothing there")


def _named(value: Value | None) -> Iterator[tuple[Value, str]]:
    """Give the files that a key names: one, a list of them, or what more is said of one."""
    for item in items(value) if isinstance(value, Sequence) else [] if value is None else [value]:
        scalar = child(item, "path") if isinstance(item, Mapping) else item
        if isinstance(scalar, Scalar) and scalar.unknown is None and scalar.text != os.devnull:
            yield scalar, scalar.text
