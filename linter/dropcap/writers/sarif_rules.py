"""Rules as SARIF's reporting descriptors, with what GitHub shows of them."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from dropcap.model import Severity

if TYPE_CHECKING:
    from dropcap.rule import Rule

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
# GitHub reads them as CVSS scores: critical above 9.0, high from 7.0, medium from 4.0, low below.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.5",
}
_TEXT_SIZE = 1024
"""GitHub refuses longer descriptions."""
_FENCE = re.compile(r"^(`{3,}|~{3,})(\S+) +(bad|good|fixed)\b.*$", re.MULTILINE)
_LABEL = re.compile(r"`{3}|~{3}|[A-Z][a-z]+( [a-z]+)*: ")
_WORDS = {"bad": "Found", "good": "Not found", "fixed": "Fixed"}


def descriptor(rule: Rule) -> dict[str, Any]:
    """Describe a rule for GitHub's code scanning."""
    name = "".join(word.capitalize() for word in rule.id.split("-"))
    return {
        "id": rule.id,
        # The standard wants no name that says the same as the id.
        **({"name": name} if name.lower() != rule.id else {}),
        "shortDescription": {"text": _cut(rule.summary)},
        "fullDescription": {"text": _cut(_prose(rule.page) or rule.summary)},
        "help": {"text": rule.page, "markdown": _FENCE.sub(_labelled, rule.page)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", "containers"],
            "precision": "high",
            "security-severity": _SCORES[rule.severity],
        },
    }


def _prose(page: str) -> str:
    """Give what and why: the paragraphs before the first example or the first one with a label."""
    paragraphs = takewhile(lambda paragraph: not _LABEL.match(paragraph), page.split("\n\n"))
    return " ".join(" ".join(paragraphs).split())


def _labelled(fence: re.Match[str]) -> str:
    """Say before an example what it shows: Markdown viewers hide the words after the language."""
    return f"**{_WORDS[fence[3]]}:**\n\n{fence[1]}{fence[2]}"


def _cut(text: str) -> str:
    if len(text) <= _TEXT_SIZE:
        return text
    start = text[: _TEXT_SIZE - 3]
    return f"{start.rpartition(' ')[0] or start}..."
