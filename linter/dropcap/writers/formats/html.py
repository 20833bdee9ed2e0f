"""One page for people: containers by capabilities as a picture, the findings with filters, and the evidence of both.

The page stands alone: it loads nothing and sends nothing, and its policy forbids both. It works without scripts, but
for the filters. It has the 400 containers and the 1,000 findings that matter most, and counts the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap import HOME, __version__
from dropcap.package_data import package_text
from dropcap.writers.closing import advice
from dropcap.writers.grouping import grouped, key_of
from dropcap.writers.markup import escaped
from dropcap.writers.one_line import gravest_first
from dropcap.writers.page.evidence import evidence
from dropcap.writers.page.found import MOST_FINDINGS, found
from dropcap.writers.page.matrix import matrix
from dropcap.writers.page.rest import accepted, unchecked, unseen
from dropcap.writers.page.rows import drawn
from dropcap.writers.page.words import marked
from dropcap.writers.partly import partly_known
from dropcap.writers.places import page_of
from dropcap.writers.totals import by_severity, error_count, totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Finding, Report
    from dropcap.writers import Context

ASKS_NEEDS = True
"""The page says what containers need as well."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_FOLDER = ("writers", "page")


def write(report: Report, context: Context) -> Iterator[str]:
    """Yield the page, section by section."""
    findings = grouped(report.findings)
    ordered = gravest_first(findings)
    listed, left_out = ordered[:MOST_FINDINGS], ordered[MOST_FINDINGS:]
    rows, not_drawn = drawn(report, listed, context)
    anchors = {key_of(one.row.container): one.id for one in rows}
    pages = {rule.id: page for rule in context.rules if (page := page_of(rule))}
    summary = totals(report, findings, context.threshold, partly_known(report).containers)
    yield from _head(summary)
    yield from _top(report, findings, summary, context)
    yield from unchecked(report)
    yield from matrix(rows, not_drawn)
    yield from found(listed, left_out, anchors, pages)
    yield from evidence(rows)
    yield from accepted(report)
    yield from unseen(report)
    yield f'</main>\n<footer>Written by <a href="{HOME}" rel="noreferrer">dropcap</a> {__version__}.</footer>\n'
    yield f"<script>\n{package_text(*_FOLDER, 'page.js')}</script>\n</body>\n</html>\n"


def _head(summary: str) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
    yield '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>dropcap: {escaped(summary)}</title>\n"
    yield f"<style>\n{package_text(*_FOLDER, 'page.css')}</style>\n</head>\n<body>\n"


def _top(report: Report, findings: Sequence[Finding], summary: str, context: Context) -> Iterator[str]:
    """Yield the title, how much there is, and what to do first."""
    yield f"<header>\n<h1>dropcap</h1>\n<p>{escaped(summary)}.</p>\n"
    counts = [(label, count) for label, count in reversed(by_severity(findings).items()) if count]
    errors = error_count(report)
    tiles = [f'<li class="{label}"><b>{count}</b> {label}</li>' for label, count in counts]
    if errors:
        tiles.append(f'<li class="error"><b>{errors}</b> not checked</li>')
    if tiles:
        yield f'<ul class="tiles">{"".join(tiles)}</ul>\n'
    if len(findings) > 1:
        yield "".join(f'<p class="first">{marked(line)}.</p>\n' for line in advice(findings, context.threshold))
    yield "</header>\n<main>\n"
