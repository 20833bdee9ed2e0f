"""The first line of a script, which tells the kernel who is to run it."""

from __future__ import annotations

import re

_LAUNCHERS = rb"env|dumb-init|tini|tini-static|catatonit|docker-init|with-contenv"
"""Programs that are told the shell behind them."""
_SHEBANG = rb"#!\s*(?=/)(?:\S{0,200}?\b(?:" + _LAUNCHERS + rb")\s+(?:-\S+\s+)*){0,3}\S{0,200}?\b(ba|da|k|a)?sh\b"
_LENGTH = 256  # as much as Linux reads of it


def is_shell_script(data: bytes) -> bool:
    """Return whether the kernel gives a file with these first bytes to a shell."""
    return data.startswith(b"#!") and re.match(_SHEBANG, data[:_LENGTH]) is not None
