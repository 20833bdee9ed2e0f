"""What fills in parts of a script before a shell reads it: a workflow's expressions, make's variables."""

from __future__ import annotations

from dropcap.namedtuple import NamedTuple

__all__ = ["PLACEHOLDER", "TemplateHole"]

PLACEHOLDER = "$_"
"""What stands in the script's text for a part that is filled in and not known."""


class TemplateHole(NamedTuple):
    """A part of a script that is not known when it is read.

    Attributes:
        at: the offset where it, or :data:`PLACEHOLDER` in its place, stands.
        text: the part as it is written.
        reason: why it is not known, to follow the word "because".

    """

    at: int
    text: str
    reason: str
