"""The first line of a script, which tells the kernel who is to run it."""

from __future__ import annotations

import re

# Programs that only start the one behind them: `#!/usr/bin/env bash`, `#!/usr/bin/dumb-init /bin/sh`.
_NAMES = rb"busybox|catatonit|docker-init|dumb-init|env|tini|tini-static|with-contenv"
_STARTERS = rb"(?:(?:\S{0,200}/)?(?:" + _NAMES + rb")[ \t]+(?:-\S*[ \t]+)*){0,3}"
_SHEBANG = rb"#!\s*(?=/)" + _STARTERS + rb"\S{0,200}?\b(?:ba|da|k|a)?sh\b"
_LENGTH = 256  # as much as Linux reads of it


def is_shell_script(data: bytes) -> bool:
    """Return whether the kernel gives a file with these first bytes to a shell."""
    return data.startswith(b"#!") and re.match(_SHEBANG, data[:_LENGTH]) is not None
