"""Composite actions of GitHub: the scripts of their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import read_all
from dropcap.carriers.workflow import steps
from dropcap.carriers.yaml_scripts import documents, get
from dropcap.lang.budget import Budget

if TYPE_CHECKING:
    from dropcap.carriers.request import Request
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["read"]


def read(source: Source, _request: Request | None = None) -> Document:
    """Read an action.

    Raises:
        UnreadableError: it is not YAML.

    """
    budget = Budget(source.text)
    scripts = [script for root in documents(source) for script in steps(get(root, "runs", "steps"), budget)]
    return read_all(source, "action", scripts)
