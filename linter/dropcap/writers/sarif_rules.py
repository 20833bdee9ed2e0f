"""Rules as SARIF's reporting descriptors, with what GitHub shows of them, and what they are about as taxonomies."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from dropcap.controls import named
from dropcap.model import Severity
from dropcap.writers.places import page_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dropcap.controls import Control
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
    about = named(rule.controls) if rule.controls else []
    page = page_of(rule)
    return {
        "id": rule.id,
        "name": _title(rule),
        "shortDescription": {"text": _cut(rule.summary)},
        "fullDescription": {"text": _cut(prose(rule.page) or rule.summary)},
        **({"helpUri": page} if page else {}),
        "help": {"text": rule.page, "markdown": _FENCE.sub(_labelled, rule.page)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        **({"relationships": [_relationship(one) for one in about]} if about else {}),
        "properties": {
            # GitHub knows weaknesses by tags of this form.
            "tags": [
                "security",
                "containers",
                *(f"external/cwe/{one.id.lower()}" for one in about if _is_weakness(one)),
            ],
            "precision": "high",
            "security-severity": _SCORES[rule.severity],
        },
    }


def taxonomies(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Return the catalogues that rules are about, each with the entries of it that they name."""
    entries: dict[str, Control] = {one.id: one for rule in rules if rule.controls for one in named(rule.controls)}
    catalogues: dict[str, dict[str, Any]] = {}
    for one in entries.values():
        known = one.catalogue
        taxonomy = catalogues.setdefault(
            known.id,
            {"name": known.name, "version": known.version, "informationUri": known.url, "taxa": []},
        )
        taxonomy["taxa"].append({"id": one.id, "shortDescription": {"text": _cut(one.title)}, "helpUri": one.url})
    return list(catalogues.values())


def _relationship(control: Control) -> dict[str, Any]:
    target = {"id": control.id, "toolComponent": {"name": control.catalogue.name}}
    return {"target": target, "kinds": ["relevant"]}


def _is_weakness(control: Control) -> bool:
    return control.catalogue.id == "cwe"


def _title(rule: Rule) -> str:
    """Write the summary as the standard wants a name: its words run together, each with a capital."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", rule.summary))


def prose(page: str) -> str:
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
