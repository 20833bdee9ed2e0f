"""The capabilities that may be written in a list: those that a container needs come first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.effective import capability_sets
from dropcap.capabilities.engines import strategy_of
from dropcap.capabilities.facts import fact
from dropcap.capabilities.names import ALL, CAP, NAMES, bare_name
from dropcap.lsp.completion import Completion
from dropcap.lsp.cursor_options import command_around
from dropcap.lsp.needs_kept import needs_of
from dropcap.lsp.values import holds_its_own
from dropcap.model import Kind
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.lsp.cursor import Cursor
    from dropcap.model import Container
    from dropcap.needs.model import Needs
    from dropcap.source import Source

_ALL_ABOUT = {
    "cap_add": "every capability that the engine knows: whoever takes over the process takes over the host",
    "cap_drop": "every capability; what is needed is given back by name in the list of additions",
}


class _Known(NamedTuple):
    """What is known of the container that a list belongs to."""

    container: Container
    needs: Needs


def capability_words(
    cursor: Cursor, field: str, checks: Sequence[Checked], source: Source, offset: int
) -> Iterator[Completion]:
    """Give the capabilities that a list may have besides those that are there.

    Args:
        cursor: where it is typed.
        field: `cap_add` or `cap_drop`.
        checks: the last checks.
        source: the open text.
        offset: where it is typed.

    """
    there = {bare_name(one) for one in cursor.siblings}
    if ALL in there:
        return
    known = _known(cursor, checks, source, offset)
    written = source.text[cursor.typed.start : cursor.typed.end]
    has_prefix = written[: len(CAP)].upper() == CAP or (
        bool(cursor.siblings) and all(one.upper().startswith(CAP) for one in cursor.siblings)
    )
    ranks = [(*_rank(name, field, known), name) for name in (ALL, *NAMES) if name not in there]
    for rank, detail, name in ranks:
        label = f"{CAP}{name}" if has_prefix and name != ALL else name
        text = f"{cursor.lead(source.text)}{label.lower() if written[:1].islower() else label}"
        yield Completion(label, "value", detail, _about(name, field), cursor.typed, text, f"{rank}{name}")


def _rank(name: str, field: str, known: _Known | None) -> tuple[int, str]:
    """Return how far down a name stands, and a few words about it."""
    if name == ALL:
        return (0 if field == "cap_drop" else 9), "every capability"
    if known is None:
        return 2, _risk(name)
    is_of_use = any(name == one.capability or name in one.instead for one in known.needs.needs)
    if field == "cap_drop":
        is_held = name in capability_sets(known.container).bounding
        return (3, "it needs this") if is_of_use else (1, "held") if is_held else (2, "not held")
    if is_of_use:
        return (0, "it needs this") if name in known.needs.cap_add else (1, "of use to it")
    is_default = name in strategy_of(known.container).default
    return (2, f"{_risk(name)}, in the default set") if is_default else (3, _risk(name))


def _risk(name: str) -> str:
    return f"{fact(name).risk} risk"


def _about(name: str, field: str) -> str:
    if name == ALL:
        return _ALL_ABOUT[field]
    known = fact(name)
    return f"{known.meaning}\n\nRisk: {known.risk}. {known.why}"


def _known(cursor: Cursor, checks: Sequence[Checked], source: Source, offset: int) -> _Known | None:
    """Return what the last check knows of the container that a list belongs to; None where that is not sure."""
    for checked in checks:
        known = checked.request.workspace.known(source.path)
        own = [
            one
            for one in checked.result.containers
            if holds_its_own(one) and known is not None and one.source.to_root(one.span)[0] is known
        ]
        found = _of_service(cursor, own) or _of_command(source, offset, own)
        if found is not None:
            return _Known(found, needs_of(checked, found))
    return None


def _of_service(cursor: Cursor, own: Sequence[Container]) -> Container | None:
    """Return the container of a service by its name, or the only one of a file that starts one."""
    if cursor.path[:1] == ("services",) and len(cursor.path) > 1:
        return next((one for one in own if one.kind is Kind.SERVICE and one.name == cursor.path[1]), None)
    if len(own) == 1 and own[0].kind in {Kind.DEVCONTAINER, Kind.QUADLET}:
        return own[0]
    return None


def _of_command(source: Source, offset: int, own: Sequence[Container]) -> Container | None:
    """Return the container of the command around an offset, where nothing before it has changed since the check."""
    around = command_around(source.text, offset)
    for one in own:
        root, span = one.source.to_root(one.span)
        is_there = around.start <= span.start <= around.end
        if is_there and one.kind is not Kind.SERVICE and root.text.startswith(source.text[: around.start]):
            return one
    return None
