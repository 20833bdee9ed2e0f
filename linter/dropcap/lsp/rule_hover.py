"""The page of a rule that a comment names, and what the comment accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lsp.sentences import named, shown
from dropcap.writers.places import page_of
from dropcap.writers.sarif_rules import prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.model import Finding
    from dropcap.rule import Rule
    from dropcap.source import Source

_MOST_FINDINGS = 5


def rule_page(rule: Rule, checks: Sequence[Checked], source: Source, offset: int) -> str:
    """Return what a rule says, and the findings that the comment at an offset accepts.

    Args:
        rule: the rule.
        checks: those that had the open text as it is now.
        source: the open text.
        offset: a place in the comment.

    """
    severity = next((one.severity for one in _accepted(rule, checks, source, offset)), rule.severity)
    page = page_of(rule)
    lines = [f"**{rule.id}** ({severity.label})", "", prose(rule.page) or rule.summary, ""]
    lines += [f"[Documentation]({page})", ""] if page else []
    return "\n".join((*lines, *_here(list(_accepted(rule, checks, source, offset)), is_checked=bool(checks))))


def _here(found: Sequence[Finding], *, is_checked: bool) -> Iterator[str]:
    if not is_checked:
        return
    if not found:
        yield "Here it accepts nothing."
        return
    yield "Here it accepts:"
    yield ""
    for one in found[:_MOST_FINDINGS]:
        yield f"- {named(one.container)}: {shown(one.container, one.problem.message)}"
    if len(found) > _MOST_FINDINGS:
        yield f"- and {len(found) - _MOST_FINDINGS} more"


def _accepted(rule: Rule, checks: Sequence[Checked], source: Source, offset: int) -> Iterator[Finding]:
    """Give what the comment on the line of an offset accepts of a rule."""
    line = source.position(offset).line
    seen: set[object] = set()
    for checked in checks:
        known = checked.request.workspace.known(source.path)
        place = f"{known.path if known is not None else source.path}:{line}"
        for one in checked.report.suppressed:
            why = one.suppression
            is_its = why is not None and why.kind == "comment" and why.place == place
            if is_its and one.rule == rule.id and one.identity not in seen:
                seen.add(one.identity)
                yield one
