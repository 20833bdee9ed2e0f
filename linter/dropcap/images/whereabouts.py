"""Where the facts of an image are: in the project's lock, in what comes with dropcap, or nowhere."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropcap.images.lock import Entry
    from dropcap.workspace import Workspace

__all__ = ["Where", "entry_of_image", "where"]


class Where(Enum):
    """Where the facts of an image are."""

    LOCK = "lock"
    BROKEN = "broken"
    CATALOGUE = "catalogue"
    BASE = "base"
    NOWHERE = "nowhere"


def where(name: str, workspace: Workspace) -> Where:
    """Return where the facts of an image are."""
    return entry_of_image(name, workspace)[0]


def entry_of_image(name: str, workspace: Workspace) -> tuple[Where, Entry | None]:
    """Return where the facts of an image are, and what the lock has of it."""
    from dropcap.images.bases import knows
    from dropcap.images.catalogue import is_in_catalogue
    from dropcap.images.lock import read_entry
    from dropcap.model import UnreadableError

    try:
        entry = read_entry(name, workspace)
    except UnreadableError:
        return Where.BROKEN, None
    if entry is not None:
        return Where.LOCK, entry
    if is_in_catalogue(name):
        return Where.CATALOGUE, None
    return (Where.BASE if knows(name) else Where.NOWHERE), None
