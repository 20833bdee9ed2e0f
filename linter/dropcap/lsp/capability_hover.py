"""The pages of capabilities, of ALL and of privileged mode, with what they come to in containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities import page
from dropcap.capabilities.engines import strategy_of
from dropcap.capabilities.grades import grade
from dropcap.lsp.sentences import holding, named, needed, needing, shown
from dropcap.writers.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lsp.values import Value


def capability_page(name: str, values: Sequence[Value]) -> str:
    """Return what a capability grants and risks, and what it is to containers."""
    head, _, meaning, _, *rest = list(page.capability_page(name))[:-2]
    lines = [f"**{head}**", "", meaning, ""]
    for one in values:
        lines += [f"{named(one.container)} {holding(one.checked, one.container, name)}.{_weight(one, name)}", ""]
        lines += [*needing(one.checked, one.container, name), ""]
    return "\n".join((*lines, *_apart(rest)))


def _apart(lines: Sequence[str]) -> Iterator[str]:
    """Give lines, each as a paragraph of its own."""
    for line in lines:
        if line:
            yield line
            yield ""


def _weight(value: Value, name: str) -> str:
    """Say what makes a capability weigh more in a container than it does by itself."""
    graded = grade(value.container, name)
    reasons = [shown(value.container, one.message) for one in graded.raised_by] if graded.is_raised else []
    return f" It weighs {graded.grade.name.lower()} there: {' and '.join(reasons)}." if reasons else ""


def all_page(field: str, values: Sequence[Value]) -> str:
    """Return what ALL stands for in one of the lists."""
    verb = "drops" if field == "cap_drop" else "adds"
    known = len(strategy_of(values[0].container).known) if values else 0
    many = f" {known}" if known else ""
    lines = [f"**ALL** {verb} every capability that the engine knows{', all' if many else ''}{many}.", ""]
    return "\n".join((*lines, *_summaries(values)))


def privileged_page(values: Sequence[Value]) -> str:
    """Return what privileged mode gives, and what would be enough."""
    if values and not any(one.where.value for one in values):
        lines = ["**privileged**: this container is not privileged, which is how containers are by default.", ""]
        return "\n".join((*lines, *_summaries(values)))
    return "\n".join((_GIVES, "", *_summaries(values), _INSTEAD))


_GIVES = (
    "**privileged** grants every capability, opens all devices of the host, makes `/sys` and the control groups "
    "writable, and lifts the seccomp and AppArmor profiles. Who takes over such a process takes over the host."
)
_INSTEAD = (
    "Instead: drop ALL, add what it needs, and name the devices that it needs with `devices` or `--device`; "
    "dropcap cannot see which devices those are."
)


def _summaries(values: Sequence[Value]) -> Iterator[str]:
    """Give what containers hold and need."""
    for one in values:
        yield f"{named(one.container)} {shown(one.container, summarise(one.container))}."
        yield ""
        yield from needed(one.checked, one.container)
        yield ""
