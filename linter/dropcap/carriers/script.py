"""Shell scripts: the containers that their commands start.

A command whose words differ by branch or by round is one container for each set of words, up to eight; the same
finding in several of them is one finding. Of more, one container stands for the rest, and what differs in it is
not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.clients import client_names, verbs
from dropcap.lang.shell import check_readable
from dropcap.lang.shell.shebang import is_shell_script
from dropcap.model import Container, Document, Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.carriers.request import Request
    from dropcap.lang.shell.template_holes import TemplateHole
    from dropcap.source import Source

__all__ = ["read", "read_script", "recognise"]

_PROGRAM = re.compile(rf"\b{client_names()}\b")
_COMMAND = re.compile(rf"\b(?:{'|'.join(verbs())})\b")


def recognise(_path: str, data: bytes) -> bool:
    """Return whether a file's first line says that a shell runs it."""
    return is_shell_script(data)


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a script; raises as :func:`read_script`."""
    return read_script(source)


def read_script(source: Source, taken: Sequence[TemplateHole] = ()) -> Document:
    """Read a script: every `docker run` and its like that stands where a command stands.

    Args:
        source: the script.
        taken: the parts of it that something else fills in first, and that are not known.

    Raises:
        UnreadableError: the script names such a command, and is no text that a shell reads, or nests too
            deeply.

    """
    empty = Document(source, "script", ())
    if not _PROGRAM.search(source.text) or not _COMMAND.search(source.text):
        return empty
    check_readable(source)
    from dropcap.carriers.script_clients import containers as found_in

    results = found_in(source, taken)
    containers = tuple(result for result in results if isinstance(result, Container))
    failures = tuple(result for result in results if isinstance(result, Failure))
    return empty._replace(containers=containers, failures=failures)
