"""Where a place is in what an engine says of a container, by the names of the fields: `HostConfig.CapAdd`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropcap.source import Source, Span

__all__ = ["pointer"]

_KEY = re.compile(r'\s*"((?:[^"\\]|\\.){1,200})": ')
_MOST_LINES = 10_000


def pointer(source: Source, span: Span) -> str:
    """Return the names of the fields that hold a place, by how far their lines are indented; empty for none."""
    number = source.position(span.start).line
    line = source.line(number)
    names = []
    depth = len(line) + 1
    for above in range(number, max(0, number - _MOST_LINES), -1):
        line = source.line(above)
        indent = len(line) - len(line.lstrip())
        if not line.strip() or indent >= depth:
            continue
        key = _KEY.match(line)
        if key is not None or indent < depth:
            depth = indent
        if key is not None:
            names.append(key[1])
        if not indent:
            break
    return ".".join(reversed(names))
