"""What containers need, for programs and for people who ask why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.hidden import shown_of
from dropcap.needs.model import Phase
from dropcap.printable import place, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.model import Container, Located
    from dropcap.needs.model import Evidence, Need, Needs


def needs_json(container: Container, needs: Needs) -> dict[str, Any]:
    """Describe what a container needs, as members beside those that say what it holds."""

    def shown(text: str) -> str:
        return shown_of(container, text)

    return {
        "needs": [_need(need, shown) for need in needs.needs],
        "alternatives": [list(names) for names in needs.alternatives],
        "complete": needs.is_complete,
        "unknown": [{"reason": shown(one.reason), "resolve": shown(one.resolve)} for one in needs.unknown],
        "remarks": [{"reason": shown(one.reason), **_place(one.where)} for one in needs.remarks],
        "suggested": {"cap_drop": ["ALL"], "cap_add": list(needs.cap_add), "user": needs.user},
        "smaller": [
            {"change": shown(one.change), "saves": list(one.saves), **_place(one.where)} for one in needs.smaller
        ],
    }


def why_lines(container: Container, needs: Needs) -> Iterator[str]:
    """Yield the evidence of what a container needs, without line breaks."""

    def shown(text: str) -> str:
        return printable(shown_of(container, text))

    def line(evidence: Evidence) -> str:
        return f"{shown(evidence.reason)}{_at(evidence.where)}"

    where = container.source.region(container.span)
    yield f"{place(where)} {container.kind.value} {printable(container.name)}"
    for need, phases in by_phases(needs.needs):
        condition = f", if {shown(need.condition)}" if need.condition else ""
        instead = f", or {' or '.join(need.instead)}" if need.instead else ""
        yield f"  {need.capability}{instead}: {need.certainty.label}, {phases}{condition}"
        if need.loss:
            yield f"      without it: {shown(need.loss)}"
        yield from (f"      {line(one)}" for one in need.evidence)
    for names in needs.alternatives:
        yield f"  does as well: {' '.join(names)}"
    for fault in needs.today:
        yield f"  fails already, whatever is added: {line(fault)}"
    for unknown in needs.unknown:
        resolve = f"; {shown(unknown.resolve)}" if unknown.resolve else ""
        yield f"  unknown because {shown(unknown.reason)}{resolve}{_at(unknown.where)}"
    for one in needs.smaller:
        yield f"  to need less: {shown(one.change)}, saves {' '.join(one.saves)}{_at(one.where)}"
    yield from (f"  {line(one)}" for one in needs.remarks)
    if needs.is_complete and not needs.needs:
        yield "  needs no capability"


def by_phases(needs: Sequence[Need]) -> Iterator[tuple[Need, str]]:
    """Yield each need once, with the phases that it is of."""
    together: dict[Need, list[str]] = {}
    for need in needs:
        together.setdefault(need._replace(phase=Phase.FIRST_START), []).append(need.phase.value)
    for need, phases in together.items():
        yield need, " and ".join(phases)


def _need(need: Need, shown: Callable[[str], str]) -> dict[str, Any]:
    return {
        "capability": need.capability,
        "certainty": need.certainty.label,
        "phase": need.phase.value,
        "condition": shown(need.condition),
        "evidence": [{"reason": shown(one.reason), **_place(one.where)} for one in need.evidence],
    }


def _place(where: Located[Any] | None) -> dict[str, Any]:
    """Say where something stands; of what stands in no file of the project both are null."""
    if where is None:
        return {"path": None, "line": None}
    region = where.source.region(where.span)
    return {"path": region.path, "line": region.line}


def _at(where: Located[Any] | None) -> str:
    return "" if where is None else f" ({place(where.source.region(where.span))})"
