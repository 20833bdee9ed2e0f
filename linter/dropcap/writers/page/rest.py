"""What the page has to say of what was not checked, and of what nobody could see."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dropcap.model import Level
from dropcap.printable import counted, place, shortened, title
from dropcap.writers.failures import folded, place_of
from dropcap.writers.markup import escaped
from dropcap.writers.page.words import code, marked
from dropcap.writers.partly import partly_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Finding, Report, Suppression

_MOST = 200
_FEW = 10
"""A longer list is there to be opened: it would push all else away."""
_TEXT_SIZE = 60
_KINDS = {
    "comment": "comments in the files",
    "allow": "the configuration",
    "baseline": "the baseline",
    "unchanged": "standing in what did not change",
}


def unchecked(report: Report) -> Iterator[str]:
    """Yield a section of what could not be checked, and one of notes."""
    told = list(folded(report.failures))
    errors = [one for one in told if one.level is not Level.NOTE]
    notes = [one for one in told if one.level is Level.NOTE]
    for heading, failures in (("Not checked", errors), ("Notes", notes)):
        if failures:
            lines = [f'{marked(one.message)} <span class="at">{escaped(place_of(one))}</span>' for one in failures]
            yield from _section(heading, lines)


def unseen(report: Report) -> Iterator[str]:
    """Yield a section of what hides a part of containers: that nothing was found there says little."""
    partly = partly_known(report)
    if not partly.containers:
        return
    are = "container is" if partly.containers == 1 else "containers are"
    lines = []
    for one in partly.hidden:
        at = escaped(place(one.unknown.source.region(one.unknown.span)))
        more = f", in {one.containers} containers" if one.containers > 1 else ""
        reason = marked(one.unknown.reason)
        lines.append(f'{code(shortened(one.text, _TEXT_SIZE))}, because {reason}{more} <span class="at">{at}</span>')
    yield from _section("Only partly known", lines, f"{partly.containers} {are} only partly known.")


def accepted(report: Report) -> Iterator[str]:
    """Yield a section of what was found and is accepted: what it is, and who says why."""
    kinds = Counter(one.suppression.kind for one in report.suppressed if one.suppression)
    lines = [
        f"{one.severity.label}: {marked(one.problem.message)} {code(one.rule)} in {escaped(title(one.container))}"
        f" {_at(one)}<br>{_why(one.suppression)}"
        for one in report.suppressed
        if one.suppression
    ]
    if lines:
        counts = ", ".join(f"{count} by {escaped(_KINDS.get(kind, kind))}" for kind, count in kinds.items())
        yield from _section("Accepted", lines, f"{counts}.")


def _at(finding: Finding) -> str:
    where = finding.problem.where
    return f'<span class="at">{escaped(place(where.source.region(where.span)))}</span>'


def _why(suppression: Suppression) -> str:
    expires = f", until {escaped(suppression.expires)}" if suppression.expires else ""
    where = f' <span class="at">{escaped(suppression.place)}</span>' if suppression.place else ""
    return f"{marked(suppression.reason or 'no reason is given')}{expires}{where}"


def _section(heading: str, lines: Sequence[str], first: str = "") -> Iterator[str]:
    yield f"<section>\n<h2>{heading}</h2>\n{f'<p>{first}</p>' if first else ''}"
    is_long = len(lines) > _FEW
    if is_long:
        yield f'<details class="long"><summary>{len(lines)} lines</summary>'
    yield "<ul>\n"
    yield from (f"<li>{line}</li>\n" for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"<li>and {counted(len(lines) - _MOST, 'more line')}</li>\n"
    yield f"</ul>\n{'</details>' if is_long else ''}</section>\n"
