"""Which images the catalogue has, by their names alone, and the name of the entry of each: `catalogue/index.toml`."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache

from dropcap.images.reference import familiar
from dropcap.package_data import package_text

__all__ = ["entry_name", "index_text", "is_listed", "parted"]


def is_listed(reference: str) -> bool:
    """Return whether the catalogue has an entry for an image, whatever its tag."""
    return entry_name(parted(reference)[0]) is not None


def parted(reference: str) -> tuple[str, str]:
    """Return the familiar name of an image without its tag, and its tag; empty where a digest says which it is."""
    name = familiar(reference)
    head, at, _ = name.partition("@")
    if at:
        return head, ""
    repository, _, tag = name.rpartition(":")
    return repository, tag


def entry_name(repository: str) -> str | None:
    """Return the name of the entry of an image; None where it has none.

    Most images have none, and a parser of TOML takes longer than all else that is done for them: the lines are sorted.

    Args:
        repository: the image's familiar name without its tag.

    """
    lines, start = _lines(), f'"{repository}" = "'
    at = bisect_left(lines, start)
    return lines[at][len(start) : -1] if at < len(lines) and lines[at].startswith(start) else None


@cache
def _lines() -> list[str]:
    return index_text().splitlines()[1:]


@cache
def index_text() -> str:
    """Return the text of the index."""
    return package_text("images", "catalogue", "index.toml")
