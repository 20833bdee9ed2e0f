"""What was found and is accepted, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.printable import counted, place, printable, shortened, title
from dropcap.writers.grouping import grouped
from dropcap.writers.wrapping import lines_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Compared, Finding, KnownFinding, Suppression
    from dropcap.writers import Context

_KINDS = {
    "comment": ("by a comment", "by comments"),
    "allow": ("by the configuration", "by the configuration"),
    "baseline": ("by the baseline", "by the baseline"),
    "unchanged": ("as not new", "as not new"),
}
_MARGIN = "  "
_LATER = "    "
_REASON_SIZE = 200
_NAME_SIZE = 60
_MOST_FIXED = 20


def accepted_lines(suppressed: Sequence[Finding], context: Context) -> Iterator[str]:
    """Yield how many findings are accepted and by what; each of them where that is asked for."""
    findings = grouped(suppressed)
    counts: dict[str, int] = {}
    for finding in findings:
        if finding.suppression is not None:
            counts[finding.suppression.kind] = counts.get(finding.suppression.kind, 0) + 1
    are, them = ("is", "it") if len(findings) == 1 else ("are", "them")
    parts = [_by(kind, counts[kind], is_only=len(counts) == 1) for kind in sorted(counts)]
    line = f"{counted(len(findings), 'more finding')} {are} accepted {', '.join(parts)}"
    more = ":" if context.shows_suppressed else f"; --show-suppressed lists {them}"
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


def fixed_lines(compared: Compared, context: Context) -> Iterator[str]:
    """Yield what of the known findings is gone, and how many nobody can tell about."""
    fixed, count = compared.fixed, len(compared.fixed)
    is_file = compared.kind == "baseline"
    if fixed:
        verb = "is" if count == 1 else "are"
        name = shortened(compared.name, _NAME_SIZE)
        since = (
            f"{name} was written; `dropcap baseline` takes {'it' if count == 1 else 'them'} out" if is_file else name
        )
        line = f"{counted(count, 'known finding')} {verb} fixed since {since}:"
        yield from lines_of(words_of(line), context.width, "", _MARGIN)
        for one in fixed[:_MOST_FIXED]:
            yield from lines_of(words_of(known_text(one)), context.width, _MARGIN, _LATER)
        if count > _MOST_FIXED:
            yield f"{_MARGIN}and {count - _MOST_FIXED} more"
    if compared.unsure:
        them = "is not found" if compared.unsure == 1 else "are not found"
        line = (
            f"{counted(compared.unsure, 'known finding')} {them}, and may be there: not all could be read or is known"
        )
        yield from lines_of(words_of(line), context.width, "", _MARGIN)


def known_text(one: KnownFinding) -> str:
    """Say what a known finding was about."""
    about = f" ({shortened(', '.join(one.evidence), _NAME_SIZE)})" if one.evidence else ""
    whose = f"{one.kind} {shortened(one.name, _NAME_SIZE)}"
    return f"{printable(one.path)}: {one.severity.label}: {shortened(one.rule, _NAME_SIZE)}{about} in {whose}"
