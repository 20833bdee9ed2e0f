"""Standard input as a file to check: the one that it is named after, or what its text says that it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dropcap.carriers.registry import carrier_of_content
from dropcap.discover import Discovery, Target, stdin_target
from dropcap.exit_codes import UsageError
from dropcap.paths import shown
from dropcap.real_paths import is_path, real_path
from dropcap.workspace import MAX_BYTES

if TYPE_CHECKING:
    from argparse import Namespace

# Carriers whose text tells them from all else, and the names that it goes by where it has none. The suffix says how to
# find the values in it that are nobody's to print.
_NAMES = {"inspect": "stdin.json", "compose": "stdin.yaml", "script": "stdin.sh"}


def from_stdin(arguments: Namespace) -> tuple[Discovery, dict[str, bytes]]:
    """Read standard input; the files beside it are those on the disk.

    Raises:
        UsageError: it is mixed with paths, or has no name and its text does not tell what it is.

    """
    if len(arguments.paths) > 1:
        raise UsageError("- reads standard input: give no other path")
    name = arguments.stdin_filename
    if name and not is_path(name):
        raise UsageError("--stdin-filename: this is not a path: it holds a character that no file name has")
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if name:
        targets, failures, overlay = stdin_target(shown(name), data)
        return Discovery(targets, failures, []), overlay
    target = _by_content(data)
    return Discovery([target], [], []), {real_path(target.path): data}


def _by_content(data: bytes) -> Target:
    """Return what a text without a name is; a Compose file stands alone, as `docker compose -f -` has it."""
    for carrier, name in _NAMES.items():
        if carrier_of_content(name, data) == carrier:
            return Target(name, carrier, named=True, given=(name,))
    raise UsageError("- needs --stdin-filename NAME here: the text does not tell by itself what it is")
