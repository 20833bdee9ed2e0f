"""Words on the page: what a message has between backticks is shown as code."""

from __future__ import annotations

import re

from dropcap.writers.markup import escaped

_CODE = re.compile(r"`([^`]+)`")


def marked(text: str) -> str:
    """Write a message: escaped, with its code as code."""
    parts = _CODE.split(text)
    return "".join(code(part) if odd % 2 else escaped(part) for odd, part in enumerate(parts))


def code(text: str) -> str:
    """Write code."""
    return f"<code>{escaped(text)}</code>"
