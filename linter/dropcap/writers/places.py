"""Where things are, for programs that show a repository: paths from its top, and the pages of rules."""

from __future__ import annotations

import os
from os.path import basename, dirname
from typing import TYPE_CHECKING

from dropcap import HOME
from dropcap.paths import below
from dropcap.writers.fingerprint import portable

if TYPE_CHECKING:
    from dropcap.rule import Rule

_OURS = "dropcap_rules"


def from_top(path: str, root: str | None) -> str:
    """Write a path from the top of the repository, with forward slashes; one that lies elsewhere is absolute.

    Where nobody says which folder the top is, the path stays as it is.
    """
    if root is None:
        return portable(path)
    inside = below(path, root)
    return portable(os.path.abspath(path) if inside is None else inside)


def page_of(rule: Rule) -> str:
    """Return where a rule's documentation is, which is its file; where others keep theirs nobody knows."""
    name = basename(rule.origin)
    return f"{HOME}/blob/main/rules/{_OURS}/{name}" if basename(dirname(rule.origin)) == _OURS else ""
