"""The findings, the gravest first, each with its evidence to be opened, and what chooses among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Kind
from dropcap.printable import counted, place, title
from dropcap.writers.excerpt import excerpt
from dropcap.writers.grouping import key_of
from dropcap.writers.markup import escaped, tag
from dropcap.writers.page.words import code, marked
from dropcap.writers.summary import summarise
from dropcap.writers.totals import by_rule, by_severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.model import Container, Finding
    from dropcap.writers.grouping import Key

MOST_FINDINGS = 1000
"""How many are written in full; the others are counted by rule."""
_MOST_OTHERS = 40
_MOST_RELATED = 20
_COLUMNS = 110


def found(
    findings: Sequence[Finding], left_out: Sequence[Finding], anchors: Mapping[Key, str], pages: Mapping[str, str]
) -> Iterator[str]:
    """Yield the section.

    Args:
        findings: those to list, in their order.
        left_out: those that are counted alone.
        anchors: the ids that the evidence of containers has on the page.
        pages: where the pages of rules are.

    """
    if not findings:
        return
    yield '<section id="findings">\n<h2>Findings</h2>\n'
    yield from _filters(findings)
    for number, finding in enumerate(findings):
        yield from _finding(number, finding, anchors, pages)
    yield '<p id="none" hidden>No finding is left: change what is chosen above.</p>\n'
    if left_out:
        rules = ", ".join(f"{code(one.rule)} {one.findings}" for one in by_rule(left_out))
        yield f"<p>{counted(len(left_out), 'more finding')}, no graver than these, left out here: {rules}.</p>\n"
    yield "</section>\n"


def _filters(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield what chooses among the findings; it is shown where scripts run."""
    yield '<form id="filters">\n<fieldset><legend>Severity</legend>'
    for label, count in reversed(by_severity(findings).items()):
        if count:
            box = tag("input", type="checkbox", name="severity", value=label, checked="")
            yield f'<label class="chip {label}"><{box}> {label} <b>{count}</b></label>'
    yield '</fieldset>\n<label>Rule <select id="rule"><option value="">all</option>'
    for one in sorted(by_rule(findings)):
        yield f"<{tag('option', value=one.rule)}>{escaped(one.rule)} ({one.findings})</option>"
    yield (
        '</select></label>\n<label>Text <input id="text" type="search" autocomplete="off" spellcheck="false"'
        ' placeholder="container, file, word" aria-keyshortcuts="/"></label>\n'
        '<button type="button" id="open">Open all</button><button type="button" id="close">Close all</button>\n'
        '<output id="count" aria-live="polite"></output>\n</form>\n'
    )


def _finding(number: int, finding: Finding, anchors: Mapping[Key, str], pages: Mapping[str, str]) -> Iterator[str]:
    problem, label = finding.problem, finding.severity.label
    start = tag("details", class_="finding", id=f"f{number}", data_severity=label, data_rule=finding.rule)
    others = f" and {counted(len(finding.shared_by), 'other')}" if finding.shared_by else ""
    yield f'<{start}><summary><span class="severity {label}">{label}</span> <span>{marked(problem.message)}'
    yield f'<small>{escaped(title(finding.container))}{others} <span class="at">{_place(finding)}</span>'
    yield f" {code(finding.rule)}</small></span></summary>\n"
    yield f'<div class="body">\n{_excerpt(finding)}'
    yield f"<ul>{''.join(f'<li>{line}</li>' for line in _lines(finding, anchors))}</ul>\n"
    page = pages.get(finding.rule)
    link = f" (<{tag('a', href=page, rel='noreferrer')}>its page</a>)" if page else ""
    yield f"<p>{code(f'dropcap explain {finding.rule}')} says what to write instead{link}.</p>\n</div></details>\n"


def _place(finding: Finding) -> str:
    where = finding.problem.where
    return escaped(place(where.source.region(where.span)))


def _excerpt(finding: Finding) -> str:
    where = finding.problem.where
    shown = excerpt(where.source, where.span, _COLUMNS)
    carets = "^" * min(shown.width, _COLUMNS)
    more = f" to line {shown.last}" if shown.last > shown.number else ""
    gutter = len(str(shown.number))
    return (
        f'<pre tabindex="0"><span class="line">{shown.number}</span> {escaped(shown.text)}\n'
        f'<span class="carets" aria-hidden="true">{" " * (gutter + 1 + shown.indent)}{carets}{more}</span></pre>\n'
    )


def _lines(finding: Finding, anchors: Mapping[Key, str]) -> Iterator[str]:
    """Yield whose it is and what that container holds, how the value came there, and who has it too."""
    container = finding.container
    holds = "" if container.kind in {Kind.STAGE, Kind.FILE} else f" {marked(summarise(container))}"
    yield f"{_named(container, anchors)}{holds}"
    for related in finding.problem.related[:_MOST_RELATED]:
        at = escaped(place(related.where.source.region(related.where.span)))
        yield f'{marked(related.message)} <span class="at">{at}</span>'
    if len(finding.problem.related) > _MOST_RELATED:
        yield f"and {counted(len(finding.problem.related) - _MOST_RELATED, 'more place')}"
    others = finding.shared_by
    if others:
        names = ", ".join(_named(other, anchors) for other in others[:_MOST_OTHERS])
        more = f" and {len(others) - _MOST_OTHERS} more" if len(others) > _MOST_OTHERS else ""
        yield f"the same for {names}{more}"


def _named(container: Container, anchors: Mapping[Key, str]) -> str:
    """Name a container, with a link to its evidence where the page has it."""
    name, anchor = escaped(title(container)), anchors.get(key_of(container))
    line = container.source.region(container.span).line
    return f'<a href="#{anchor}">{name}</a> (line {line})' if anchor else f"{name} (line {line})"
