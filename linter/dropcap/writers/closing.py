"""The last lines of a report for a person: how much there is, what to do first, and what nobody could see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Kind
from dropcap.printable import BOLD, counted, painted, place, printable, shortened, title
from dropcap.writers.totals import by_rule, totals
from dropcap.writers.wrapping import lines_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Finding, Report
    from dropcap.writers import Context
    from dropcap.writers.partly import PartlyKnown

_MOST_REASONS = 5
_TEXT_SIZE = 40
_MARGIN = "  "
_LATER = "    "


def closing_lines(report: Report, findings: Sequence[Finding], context: Context) -> Iterator[str]:
    """Yield the lines, without line breaks.

    Args:
        report: the report.
        findings: its findings, those of equal containers as one.
        context: how wide lines may be, and what was asked for.

    """
    if context.statistics and findings:
        yield from _statistics(findings, context.width)
        yield ""
    partly = _partly_known(report)
    summary = totals(report, findings, context.threshold, partly.containers if partly else 0)
    for line in lines_of(words_of(summary), context.width, "", _MARGIN):
        yield painted(line, BOLD, on=context.colour)
    if len(findings) > 1:
        for text in advice(findings, context.threshold):
            yield from lines_of(words_of(text), context.width, "", _MARGIN)
    if report.suppressed:
        from dropcap.writers.accepted import accepted_lines  # of most reports nothing is accepted

        yield from accepted_lines(report.suppressed, context)
    if report.compared is not None:
        from dropcap.writers.accepted import fixed_lines

        yield from fixed_lines(report.compared, context)
    if partly:
        yield from _partly(partly, context.width)


def _statistics(findings: Sequence[Finding], width: int) -> Iterator[str]:
    rows = [
        ("findings", "containers", "rule"),
        *((one.findings, one.containers, one.rule) for one in by_rule(findings)),
    ]
    for found, containers, rule in rows:
        cells = (f"{found:>8}", f" {containers:>10}", f" {rule}")
        yield from lines_of(zip(cells, cells, strict=True), width, "", _LATER)


def advice(findings: Sequence[Finding], threshold: int) -> Iterator[str]:
    """Say what to do first: the gravest finding, and of those the one that most containers have.

    Then comes the rule that most containers break, of what makes the run fail if anything does.
    """
    first = max(findings, key=lambda finding: (finding.severity, len(finding.shared_by)))
    where = place(first.problem.where.source.region(first.problem.where.span))
    others = len(first.shared_by)
    more = f" and {others} more" if others else ""
    yield f"Do first: {where}, {first.severity.label}, in {title(first.container)}{more} [{first.rule}]"
    widest = by_rule([one for one in findings if one.fails(threshold)] or findings)[0]
    if widest.containers > 1 and (widest.rule != first.rule or widest.containers > 1 + others):
        told = f"`dropcap explain {widest.rule}` says what to write"
        is_built = all(one.container.kind is Kind.STAGE for one in findings if one.rule == widest.rule)
        noun = "build stages" if is_built else "containers"
        yield f"Then: {widest.rule}, which {widest.containers} {noun} have, more than any other; {told}"


def _partly_known(report: Report) -> PartlyKnown | None:
    """Return what is only partly known; None where all is."""
    if not any(container.unknowns for container in report.containers):
        return None
    from dropcap.writers.partly import partly_known  # of most files nothing is hidden

    partly = partly_known(report)
    return partly if partly.containers else None


def _partly(partly: PartlyKnown, width: int) -> Iterator[str]:
    are = "container is" if partly.containers == 1 else "containers are"
    yield from lines_of(words_of(f"{partly.containers} {are} only partly known:"), width, "", _MARGIN)
    for one in partly.hidden[:_MOST_REASONS]:
        at = place(one.unknown.source.region(one.unknown.span))
        more = f", in {one.containers} containers" if one.containers > 1 else ""
        text = f"{shortened(one.text, _TEXT_SIZE)} at {at}, because {printable(one.unknown.reason)}{more}"
        yield from lines_of(words_of(text), width, _MARGIN, _LATER)
    if len(partly.hidden) > _MOST_REASONS:
        yield f"{_MARGIN}and {counted(len(partly.hidden) - _MOST_REASONS, 'more reason')}"
