"""Taskfiles: the commands of tasks, which a shell written in Go reads by bash's rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.readers.embedded.scripts import filled_in, read_all
from dropcap.readers.embedded.yaml_files import documents, get, pairs, script_source
from dropcap.readers.yaml import Scalar, Sequence, target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Document
    from dropcap.readers.embedded.scripts import Script
    from dropcap.readers.yaml import Value
    from dropcap.source import Source

__all__ = ["read"]

_TEMPLATE = r"\{\{(?:[^}]|\}(?!\})){0,1000}\}\}"
_REASON = "task fills it in"


def read(source: Source) -> Document:
    """Read a Taskfile.

    Raises:
        UnreadableError: it is not YAML.

    """
    scripts: list[Script] = []
    for root in documents(source):
        for _, task in pairs(get(root, "tasks")):
            for command in (task, get(task, "cmds"), get(task, "cmd")):
                scripts += _scripts(command)
    return read_all(source, "taskfile", scripts)


def _scripts(node: Value | None) -> Iterator[Script]:
    """Give the script of a command, or those of a list of them, which may be `cmd:` or `defer:` with more."""
    for item in node.items if isinstance(node, Sequence) else (node,):
        command = None if item is None else target(item)
        for one in (command, get(command, "cmd"), get(command, "defer")) if item is not node else (command,):
            if isinstance(one, Scalar):
                yield filled_in(script_source(one), re.compile(_TEMPLATE), _REASON)
