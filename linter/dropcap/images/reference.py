"""The names of images: which of them mean the same.

Source: distribution/reference `normalize.go`, `reference.go`.
"""

from __future__ import annotations

__all__ = ["familiar", "pinned_digest"]

_HUB = ("docker.io/", "index.docker.io/", "registry-1.docker.io/")


def familiar(reference: str) -> str:
    """Return the shortest name that means the same image, with its tag: `redis:7` for `docker.io/library/redis:7`.

    A digest is left out where there is a tag beside it; see :func:`pinned_digest`.
    """
    name, _, digest = reference.partition("@")
    for hub in _HUB:
        name = name.removeprefix(hub)
    name = name.removeprefix("library/") if name.count("/") == 1 else name
    if ":" in name.rpartition("/")[2]:
        return name
    return f"{name}@{digest}" if digest else f"{name}:latest"


def pinned_digest(reference: str) -> str:
    """Return the digest that a reference names; empty where it names none."""
    return reference.partition("@")[2]
