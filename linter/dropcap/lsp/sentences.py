"""Sentences in Markdown about what a container holds and needs; what comes of files is escaped and bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.names import ALL
from dropcap.hidden import shown_of
from dropcap.lsp.needs_kept import needs_of
from dropcap.printable import shortened, title
from dropcap.subject import Subject
from dropcap.writers.caps_needs import by_phases
from dropcap.writers.marked_text import in_code, marked
from dropcap.writers.summary import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from dropcap.lsp.checked import Checked
    from dropcap.model import Container, Located
    from dropcap.needs.model import Evidence, UnknownNeed

_MOST_EVIDENCE = 5
_MOST_UNKNOWN = 3
_TEXT_SIZE = 300


def shown(container: Container, text: str) -> str:
    """Write a text about a container, without what its file hides, and with an image as the file names it."""
    image = container.image
    if image is not None and image.value and image.value in text:
        text = text.replace(image.value, as_written(container, image))
    return marked(shortened(shown_of(container, text), _TEXT_SIZE), in_table=False)


def named(container: Container) -> str:
    """Name a container: `service web`."""
    return in_code(title(container), in_table=False)


def line_of(checked: Checked, where: Located[Any]) -> str:
    """Say where something stands, from the project's root: `web/compose.yaml:12`."""
    region = where.source.region(where.span)
    name = checked.request.workspace.name(region.path)
    return in_code(shortened(f"{name}:{region.line}", _TEXT_SIZE), in_table=False)


def listed(names: Iterable[str]) -> str:
    """Write capabilities one after the other."""
    return ", ".join(in_code(name) for name in names)


def holding(checked: Checked, container: Container, name: str) -> str:
    """Say whether a container holds a capability, and why, to follow its name."""
    subject = Subject.of(container, checked.request.workspace)
    sets, engine = subject.sets, subject.engine_name
    if sets.errors:
        return f"is refused by {engine}: {shown(container, sets.errors[0].message)}"
    origin = sets.origins.get(name)
    open_ended = _open_ended(container)
    if origin is None:
        return f"does not hold it: {_why_not(checked, subject, name)}{open_ended}"
    reach = shown(container, subject.reach(name))
    if origin.kind == "default":
        return f"holds it: it is in {engine}'s default set{reach}{open_ended}"
    if origin.where is None:
        return f"holds it{reach}{open_ended}"
    if origin.kind == "privileged":
        return f"holds it: privileged mode grants everything ({line_of(checked, origin.where)}){reach}"
    return f"holds it: it is added at {line_of(checked, origin.where)}{reach}{open_ended}"


def _why_not(checked: Checked, subject: Subject, name: str) -> str:
    drops = [one for one in subject.cap_drop if subject.entry_name(one) in {name, ALL}]
    if drops:
        return f"{in_code(subject.entry_name(drops[0]))} is dropped at {line_of(checked, drops[0])}"
    if any(subject.entry_name(one) in {name, ALL} for one in subject.cap_add):
        return f"{subject.engine_name} does not grant it here although it is added"
    return f"it is not in {subject.engine_name}'s default set, and nothing adds it"


def _open_ended(container: Container) -> str:
    """Say what may decide otherwise out of sight."""
    deciding = {"cap_add", "cap_drop", "privileged"}
    for unknown in container.unknowns:
        if not unknown.fields or deciding.intersection(unknown.fields):
            return f", unless {shown(container, unknown.text)} says otherwise: {shown(container, unknown.reason)}"
    return ""


def needing(checked: Checked, container: Container, name: str) -> Iterator[str]:
    """Give lines about whether a container needs a capability, with the places that show it."""
    needs = needs_of(checked, container)
    own = [need for need in needs.needs if name == need.capability or name in need.instead]
    for need, phases in by_phases(own):
        condition = f", if {shown(container, need.condition)}" if need.condition else ""
        loss = f"; without it: {shown(container, need.loss)}" if need.loss else ""
        others = [one for one in (need.capability, *need.instead) if one != name]
        instead = f" ({listed(others)} would do as well)" if others else ""
        yield f"It is {_CERTAIN[need.certainty.label]}{instead}, {phases}{condition}{loss}:"
        yield from (f"  - {_evidence(checked, container, one)}" for one in need.evidence[:_MOST_EVIDENCE])
    if own:
        return
    unknown = [one for one in needs.unknown if not one.capabilities or name in one.capabilities]
    if unknown:
        yield "It is not known whether it is needed:"
        yield from unknown_lines(checked, container, unknown)
    else:
        yield "Nothing that it starts needs it."


_CERTAIN = {
    "required": "**needed**",
    "possible": "**perhaps needed**",
    "degrades": "**of use**, and it works without",
}


def unknown_lines(checked: Checked, container: Container, unknown: Iterable[UnknownNeed]) -> Iterator[str]:
    """Give a line for each thing that is not known of what a container needs, and what would make it known."""
    for number, one in enumerate(unknown):
        if number == _MOST_UNKNOWN:
            yield "  - and more"
            return
        resolve = f"; {shown(container, one.resolve)}" if one.resolve else ""
        at = f" ({line_of(checked, one.where)})" if one.where is not None else ""
        yield f"  - {shown(container, one.reason)}{resolve}{at}"


def needed(checked: Checked, container: Container) -> Iterator[str]:
    """Give lines about all that a container needs."""
    needs = needs_of(checked, container)
    names = listed(needs.cap_add)
    if needs.is_complete:
        yield f"It needs {names} and no more." if names else "It needs no capability."
        return
    yield f"It needs at least {names}; not all is known:" if names else "What it needs is not known:"
    yield from unknown_lines(checked, container, needs.unknown)


def _evidence(checked: Checked, container: Container, evidence: Evidence) -> str:
    at = f" ({line_of(checked, evidence.where)})" if evidence.where is not None else ""
    return f"{shown(container, evidence.reason)}{at}"
