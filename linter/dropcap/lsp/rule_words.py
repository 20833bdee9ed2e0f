"""The rules, and the capabilities behind them, that a comment to dropcap may name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.facts import fact
from dropcap.capabilities.names import NAMES
from dropcap.lsp.completion import Completion
from dropcap.model import Kind
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.model import Finding
    from dropcap.rule import Rule
    from dropcap.source import Source

_REST = re.compile(r"[\w-]*")
_NEAR = 3
"""How many lines below a comment what is found may be what it is written for."""


def rule_words(
    checks: Sequence[Checked], source: Source, offset: int, inside: str, rules: Sequence[Rule]
) -> Iterator[Completion]:
    """Give what may be written between the brackets of a comment.

    Args:
        checks: the last checks.
        source: the open text.
        offset: where it is typed.
        inside: what stands between the bracket and there.
        rules: all rules that there are.

    """
    *before, typed = inside.split(",")
    rule, colon, name = typed.strip().partition(":")
    rest = _REST.match(source.text, offset)
    end = rest.end() if rest is not None else offset
    near = list(_near(checks, source, offset))
    if colon:
        about = {word for finding in near if finding.rule == rule for word in finding.problem.evidence}
        yield from _capabilities(about, Span(offset - len(name.lstrip()), end))
        return
    span = Span(offset - len(typed.lstrip()), end)
    there = {one.strip() for one in before}
    found = {one.rule for one in near}
    for one in rules:
        if one.id not in there:
            is_found = one.id in found
            detail = f"{one.severity.label}, found here" if is_found else one.severity.label
            yield Completion(one.id, "rule", detail, one.summary, span, one.id, f"{0 if is_found else 1}{one.id}")


def _capabilities(about: set[str], span: Span) -> Iterator[Completion]:
    """Give the capabilities that a rule is accepted of, those first that it speaks of there."""
    for name in NAMES:
        is_found = name in about
        detail, order = "found here" if is_found else "", f"{0 if is_found else 1}{name}"
        yield Completion(name, "value", detail, fact(name).meaning, span, name, order)


def _near(checks: Sequence[Checked], source: Source, offset: int) -> Iterator[Finding]:
    """Give what the last check found in the line of a comment and right below it."""
    line = source.position(offset).line
    for checked in checks:
        known = checked.request.workspace.known(source.path)
        for finding in checked.report.findings:
            where = finding.problem.where
            if finding.container.kind is Kind.FILE:
                continue  # it is the comment itself
            if known is None or where.source.to_root(where.span)[0] is not known:
                continue
            if line <= where.source.region(where.span).line <= line + _NEAR:
                yield finding
