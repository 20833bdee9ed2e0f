"""The page that says which rules are about each control of the catalogues, or why none is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dropcap.controls import controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dropcap.controls import Control
    from dropcap.rule import Rule

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "coverage.md"
CATALOGUES = ("cis", "owasp", "nist", "bench")
HEAD = """\
# What is covered

Made of `linter/dropcap/controls.toml` and the rules' `CONTROLS` by `pytest tests/test_controls.py --accept`; do not
edit. For each control: the rules that are about it, and what they leave open; or why no rule is about it. Titles are
ours, numbers are the catalogues'.
"""
SECTIONS = {
    "cis": "Sections 4 and 5: images, and containers. The others are about hosts, engines and swarms.",
    "owasp": "Its rules, as of August 2026.",
    "nist": "Section 4, the countermeasures. Named here by the risk that each is against.",
    "bench": (
        "Its checks of sections 4 and 5 have the benchmark's numbers. It asks a running engine, where dropcap reads the"
        " files that start containers; `dropcap check -` with what `docker inspect` prints does the former as well."
    ),
}


def rules_about(control: Control, rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that name a control, or the one that it is the same as."""
    return [rule for rule in rules if control.id in rule.controls or control.same_as in rule.controls]


def coverage_page(rules: Iterable[Rule]) -> str:
    """Write the page."""
    rules = sorted(rules, key=lambda rule: rule.id)
    return "".join([HEAD, *(part for catalogue in CATALOGUES for part in _section(catalogue, rules))])


def _section(catalogue: str, rules: list[Rule]) -> Iterator[str]:
    entries = [control for control in controls().values() if control.catalogue.id == catalogue]
    name, version, url, _ = entries[0].catalogue[1:]
    told = sum(bool(rules_about(control, rules)) for control in entries)
    yield f"\n## {name} {version}\n\n[{url.partition('//')[2]}]({url}). {SECTIONS[catalogue]}"
    yield f" Rules are about {told} of {len(entries)}.\n\n"
    yield "| control | title | rules | left open |\n| --- | --- | --- | --- |\n"
    for control in entries:
        about = rules_about(control, rules)
        links, twin = ", ".join(map(_link, about)), controls().get(control.same_as, control)
        left = twin.in_part if about else twin.undecided
        yield f"| {control.number} | {control.title} | {links} | {left} |\n"


def _link(rule: Rule) -> str:
    """Link to the rule's file; on the site that is the rule's page."""
    link = f"[{rule.id}](../rules/dropcap_rules/{rule.id.replace('-', '_')}.py)"
    return link if rule.on_by_default else f"{link} (off by default)"
