"""Texts that are open in an editor, checked as a session checks them, with a cursor in them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dropcap.carriers.registry import carrier_of_name
from dropcap.check import Setup, check_request, request_of
from dropcap.lsp.actions import Tools
from dropcap.lsp.checked import Checked
from dropcap.questions import Questions
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.source import Source, Span
from dropcap.targets import Target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RULES = load_rules()
ASKED = tuple(rule for rule in RULES if rule.on_by_default)
CURSOR = "‸"
"""Where the cursor is in a text of a test."""


class Opened(NamedTuple):
    """An open text with a cursor."""

    source: Source
    offset: int
    checks: tuple[Checked, ...]
    tools: Tools

    @property
    def cursor(self) -> Span:
        """The cursor's place, as a choice of nothing."""
        return Span(self.offset, self.offset)


def opened(folder: Path, name: str, marked: str, *, beside: Mapping[str, str] | None = None) -> Opened:
    """Open a text in which a cursor is marked, beside other open texts, by their names; check the first."""
    before, _, after = marked.partition(CURSOR)
    texts = {name: before + after, **(beside or {})}
    overlay = {os.path.realpath(folder / one): text.encode() for one, text in texts.items()}
    path = str(folder / name)
    setup = Setup(overlay=overlay)
    tools = Tools(ASKED, setup)
    return Opened(Source(path, before + after), len(before), (checked(path, setup),), tools)


def checked(path: str, setup: Setup) -> Checked:
    """Check a file with texts that stand in for those of the disk."""
    target = Target(path, carrier_of_name(path), named=True)

    request = request_of(target, setup)
    result = check_request(target, request, Questions(ASKED))
    return Checked(target, request, result, to_report([result], (), ASKED))


def typed(one: Opened, marked: str) -> Opened:
    """Type another text where one was checked: the check stays that of the earlier one."""
    before, _, after = marked.partition(CURSOR)
    return one._replace(source=Source(one.source.path, before + after), offset=len(before))
