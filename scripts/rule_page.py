"""The page of a rule in the shape of a benchmark's control: its docstring, its examples and its controls."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from dropcap.controls import controls, named
from dropcap.testing import examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.controls import Control
    from dropcap.rule import Rule
    from dropcap.testing import Example

SYNTAXES = {
    "yaml": "In a Compose file",
    "sh": "With `docker run` and its kin",
    "dockerfile": "In a Dockerfile",
    "jsonc": "In devcontainer.json",
    "ini": "In a Quadlet unit",
    "json": "In what an engine says of a container",
}
"""The words after the fence of an example, and the heading above such examples, in the order of the page."""
LABELS = ("Audit", "Remediation", "Impact of the fix", "Default value", "References")
SECTIONS = ("Description", "Rationale", *LABELS, "Severity", "Controls")
_LABEL = re.compile(rf"^({'|'.join(LABELS)}): ", re.MULTILINE)
_FENCE = re.compile(r"^```\S* \S+\n.*?^```\n", re.MULTILINE | re.DOTALL)
_ARGUED = re.compile(r"^((?:# .*\n)+)SEVERITY = ", re.MULTILINE)


def sections(page: str) -> dict[str, str]:
    """Part a rule's documentation into its sections; examples are left out."""
    head, *labelled = _LABEL.split(_FENCE.sub("", page))
    description, _, rationale = head.strip().partition("\n\n")
    found = {"Description": description, "Rationale": rationale}
    found.update(zip(labelled[::2], labelled[1::2], strict=True))
    return {label: text.strip()[:1].upper() + text.strip()[1:] for label, text in found.items()}


def rule_page(rule: Rule) -> str:
    """Write the page of a rule, in Markdown."""
    return "\n\n".join(_parts(rule)) + "\n"


def _parts(rule: Rule) -> Iterator[str]:
    found = sections(rule.page)
    yield f"# {rule.id}"
    yield f"## Description\n\n{found['Description']}"
    yield f"## Rationale\n\n{found['Rationale']}"
    yield f"## Audit\n\n{found['Audit']}"
    yield f"## Remediation\n\n{found['Remediation']}"
    yield from _shown(examples(rule.page))
    yield f"## Impact of the fix\n\n{found['Impact of the fix']}"
    yield f"## Default value\n\n{found['Default value']}"
    yield f"## Severity\n\n{_severity(rule)}"
    yield f"## References\n\n{found['References']}"
    yield from _controls(named_by(rule))


def named_by(rule: Rule) -> list[Control]:
    """Return the controls that a rule names, and those of other catalogues that are the same, in these' order."""
    return named(rule.controls)


def _shown(blocks: Sequence[Example]) -> Iterator[str]:
    for language, heading in SYNTAXES.items():
        of_language = [block for block in blocks if block.language == language]
        if not of_language:
            continue
        yield f"### {heading}"
        for verdict, title in (("bad", "Found"), ("good", "Right")):
            for block in of_language:
                if block.verdict == verdict:
                    yield f"{title}:\n\n```{language}\n{block.text}```"


def _severity(rule: Rule) -> str:
    argued = _ARGUED.search(Path(rule.origin).read_text(encoding="utf-8"))
    why = " ".join(line.removeprefix("# ") for line in argued[1].splitlines()) if argued else ""
    parts = [f"**{rule.severity.label}**.", why]
    if not rule.on_by_default:
        parts.append(f"Off by default: `--extend-select {rule.id}` runs it.")
    if rule.covers:
        links = ", ".join(f"[{other}]({other}.md)" for other in rule.covers)
        parts.append(f"Where it speaks of the same as {links}, it speaks alone.")
    return " ".join(part for part in parts if part)


def _controls(named: Sequence[Control]) -> Iterator[str]:
    if not named:
        return
    yield "## Controls"
    rows = [_row(control) for control in named]
    rows += [_row(controls()[name]) for name in dict.fromkeys(one for control in named for one in control.maps_to)]
    yield "\n".join(["| catalogue | number | title |", "| --- | --- | --- |", *rows])


def _row(control: Control) -> str:
    catalogue = control.catalogue
    return f"| {catalogue.name} {catalogue.version} | [{control.number}]({control.url}) | {control.title} |"
