"""Files of other syntaxes that hold shell: a module a syntax, and each gives its scripts to the shell reader.

A script keeps the places of its characters in the file, so that a finding stands where a person wrote it. What the
file's own program fills in (an expression of a workflow, a variable of make) is known where the file fixes it, and
else not known, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["SYNTAXES", "read"]

SYNTAXES = (
    *("action", "cron", "gitlab", "jenkins", "just", "make", "markdown", "package", "taskfile", "unit"),
    "workflow",
)
"""The syntaxes that are read here."""


def read(source: Source, syntax: str) -> Document:
    """Read a file of one of :data:`SYNTAXES`; its reader is imported when the first such file comes.

    Raises:
        UnreadableError: the file is not of that syntax.

    """
    from importlib import import_module

    document: Document = import_module(f"dropcap.readers.embedded.{syntax}").read(source)
    return document
