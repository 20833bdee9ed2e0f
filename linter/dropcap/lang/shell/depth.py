"""How deeply a script may nest: the parser would follow any depth, at a cost."""

from __future__ import annotations

import re

__all__ = ["MAX_DEPTH", "too_deep_at"]

MAX_DEPTH = 200
"""How deeply substitutions and subshells may nest; people write three."""

_PARENTHESIS = r"[()]"


def too_deep_at(text: str) -> int | None:
    """Give the place where a script nests too deeply to be parsed; None if it does not."""
    depth = 0
    for match in re.finditer(_PARENTHESIS, text):
        # What is quoted counts as well: this has to be quick, and it errs far beyond what people write.
        depth = depth + 1 if match[0] == "(" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            return match.start()
    return None
