"""What was found and is accepted, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.printable import counted, place, printable, shortened, title
from dropcap.writers.grouping import grouped
from dropcap.writers.wrapping import lines_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Finding, Suppression
    from dropcap.writers import Context

_KINDS = {
    "comment": ("by a comment", "by comments"),
    "allow": ("by the configuration", "by the configuration"),
    "baseline": ("by the baseline", "by the baseline"),
    "unchanged": ("in what has not changed", "in what has not changed"),
}
_MARGIN = "  "
_LATER = "    "
_REASON_SIZE = 200


def accepted_lines(suppressed: Sequence[Finding], context: Context) -> Iterator[str]:
    """Yield how many findings are accepted and by what; each of them where that is asked for."""
    findings = grouped(suppressed)
    counts: dict[str, int] = {}
    for finding in findings:
        if finding.suppression is not None:
            counts[finding.suppression.kind] = counts.get(finding.suppression.kind, 0) + 1
    are = "is" if len(findings) == 1 else "are"
    parts = [_by(kind, counts[kind], is_only=len(counts) == 1) for kind in sorted(counts)]
    line = f"{counted(len(findings), 'more finding')} {are} accepted {', '.join(parts)}"
    more = ":" if context.shows_suppressed else "; --show-suppressed lists them"
    yield from lines_of(words_of(f"{line}{more}"), context.width, "", _MARGIN)
    if context.shows_suppressed:
        for finding in findings:
            if finding.suppression is not None:
                yield from lines_of(words_of(_told(finding, finding.suppression)), context.width, _MARGIN, _LATER)


def _by(kind: str, count: int, *, is_only: bool) -> str:
    one, several = _KINDS.get(kind, (f"by {kind}", f"by {kind}"))
    words = one if count == 1 else several
    return words if is_only else f"{count} {words}"


def _told(finding: Finding, why: Suppression) -> str:
    where = place(finding.problem.where.source.region(finding.problem.where.span))
    others = f" and {len(finding.shared_by)} more" if finding.shared_by else ""
    what = f"{where}: {finding.severity.label}: {finding.rule} in {title(finding.container)}{others}"
    until = f" until {why.expires}" if why.expires else ""
    at = f" ({printable(why.place)}{until})" if why.place else until
    return f"{what}: {shortened(why.reason, _REASON_SIZE) if why.reason else 'no reason given'}{at}"
