"""What the services of a project name: other services, and files of variables and of labels."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.files import join
from dropcap.carriers.compose.nodes import child, entries, items
from dropcap.carriers.compose.yaml_types import truth
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value

OF_SERVICE = "service:"
NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")
"""The keys of a service that may name another one behind `OF_SERVICE`."""
_FILES = ("env_file", "label_file")


def check_named_files(services: Mapping, scope: LoadContext) -> None:
    """Tell which of the files that services name are not there, or not to be read; each once, where it is first."""
    seen: set[tuple[str, bool]] = set()
    for entry in entries(services).values():
        for key in _FILES:
            for where, path, is_required in _named(child(entry.value, key)):
                whole = join(scope.directory, path)
                if (whole, is_required) in seen:
                    continue
                seen.add((whole, is_required))
                reason = scope.files.why_not_read(whole)
                if reason is not None:
                    scope.log.note(where, f"{path} {reason}")
                elif is_required and not scope.files.is_there(whole):
                    scope.log.note(
                        where, f"the file {path} does not exist: Docker Compose does not start the project without it"
                    )


def _named(value: Value | None) -> Iterator[tuple[Value, str, bool]]:
    """Give the files that a key names, and whether they must be there: one, a list of them, or what more is said."""
    for item in items(value) if isinstance(value, Sequence) else [] if value is None else [value]:
        scalar = child(item, "path") if isinstance(item, Mapping) else item
        required = child(item, "required")
        is_optional = isinstance(required, Scalar) and (required.unknown or truth(required.text) is False)
        if isinstance(scalar, Scalar) and scalar.unknown is None and scalar.text != os.devnull:
            yield scalar, scalar.text, not is_optional
