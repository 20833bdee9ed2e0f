"""The page of a capability: what it permits, what it risks, and who has it by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.engines import default_set
from dropcap.capabilities.facts import circumstances, fact
from dropcap.model import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator


def capability_page(name: str) -> Iterator[str]:
    """Give the lines of the page of a capability."""
    known = fact(name)
    yield f"CAP_{name} (capability {known.number}, since Linux {known.kernel})"
    yield ""
    yield known.meaning
    yield ""
    yield f"Risk: {known.risk}. {known.why}"
    yield ""
    holders = [engine.value for engine in Engine if name in default_set(engine)]
    yield f"In the default set of: {', '.join(holders) or 'no engine'}."
    yield from (f"Raised one level by: {escalator}." for escalator in known.escalators())
    titles = circumstances()
    yield from (f"Raised two levels by: {titles[one].title}." for one in known.raised_far_by)
    if known.risk != "low" or known.escalators() or known.raised_far_by:
        yield from (f"Lowered one level by: {titles[one].title}." for one in known.lowered_by)
        yield "Lowered one level where the process does not hold it itself, because it runs as another user than root."
    yield ""
    yield f"Sources: {'; '.join(known.evidence)}."
