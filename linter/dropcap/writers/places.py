"""Where things are, for programs that show a repository: paths from its top, and the pages of rules."""

from __future__ import annotations

import os
from functools import lru_cache
from os.path import basename, dirname
from typing import TYPE_CHECKING

from dropcap import HOME
from dropcap.paths import below
from dropcap.writers.fingerprint import portable

if TYPE_CHECKING:
    from dropcap.model import Finding
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


def project_of(finding: Finding) -> str | None:
    """Write the folder that a finding's project ends in; None where a text stands alone.

    It is written from the current folder where one of them lies in the other.
    """
    return _from_here(finding.root, os.getcwd()) if finding.root else None


@lru_cache(maxsize=1024)
def _from_here(root: str, here: str) -> str:
    if below(root, here) is None and below(here, root) is None:
        return portable(root)
    return portable(os.path.relpath(root, here))


def page_of(rule: Rule) -> str:
    """Return where a rule's documentation is, which is its file; where others keep theirs nobody knows."""
    name = basename(rule.origin)
    return f"{HOME}/blob/main/rules/{_OURS}/{name}" if basename(dirname(rule.origin)) == _OURS else ""
