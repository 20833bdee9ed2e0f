"""What rules ask about the capabilities that a container holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.capabilities.effective import capability_sets, no_new_privileges
from dropcap.capabilities.engines import combine, strategy_of
from dropcap.capabilities.facts import fact
from dropcap.capabilities.grades import grade, is_raised
from dropcap.capabilities.names import ALL
from dropcap.model import Engine, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.capabilities.effective import CapabilitySets, Origin
    from dropcap.capabilities.grades import Grade, Graded
    from dropcap.model import Container, Located


def engine_name(container: Container) -> str:
    """Give the name of a container's engine as its makers write it; Docker where it names none."""
    return strategy_of(container).title


def entry_name(container: Container, entry: Located[str]) -> str:
    """Give the bare name of an entry of `cap_add` or `cap_drop` as the container's engine reads it."""
    return strategy_of(container).read_name(entry.value)


def survives_drop(container: Container, name: str) -> bool:
    """Whether a capability that is added by name is held although it is dropped by name too."""
    engine = container.engine or Engine.DOCKER
    return name in combine(engine, (name,), (name,)).granted


def privileged_option(container: Container) -> Located[Any] | None:
    """Give the option that makes a container privileged; None where none does or the engine ignores it."""
    origin = _common_origin(container)
    return origin.where if origin is not None and origin.kind == "privileged" else None


def all_entry(container: Container) -> Located[Any] | None:
    """Give the addition of ALL that has effect: none does under privileged mode or where it is refused."""
    origin = _common_origin(container)
    if origin is None or origin.where is None or origin.kind == "privileged":
        return None
    return origin.where if entry_name(container, origin.where) == ALL else None


def holds_all(container: Container) -> bool:
    """Whether privileged mode or an addition of ALL grants everything at once."""
    return privileged_option(container) is not None or all_entry(container) is not None


def _common_origin(container: Container) -> Origin | None:
    """Give the origin of one capability: what grants everything at once is the origin of each."""
    return next(iter(capability_sets(container).origins.values()), None)


def problems_at_grade(container: Container, level: Grade) -> Iterator[Problem]:
    """Give a problem for each capability that weighs `level` in a container, in the kernel's order.

    Members of the engine's default set are given only where something raises them: that they are kept is one
    thing to say and not fourteen. Those that the same circumstances raise are one problem, with their names as
    evidence. Nothing is given where everything is granted at once.
    """
    if holds_all(container):
        return
    sets = capability_sets(container)
    if not (container.cap_add or is_raised(container)):
        return  # what is held is of the default set, and nothing raises it
    together: dict[object, tuple[list[str], Graded]] = {}
    for name, graded in _all_graded(container, sets):
        if graded.grade is not level:
            continue
        where = sets.origins[name].where
        is_graver = level.name.lower() != fact(name).risk
        # A member of the default set weighs the same however it is held: adding it back is the way to do it.
        if not is_graver and name in strategy_of(container).default:
            continue
        key = name if where is not None else (graded.raised_by, reach(container, name))
        together.setdefault(key, ([], graded))[0].append(name)
    for names, graded in together.values():
        where = sets.origins[names[0]].where
        verb = "is" if len(names) == 1 else "are"
        origin = f"{verb} added" if where else f"{verb} in {engine_name(container)}'s default set"
        is_graver = level.name.lower() != fact(names[0]).risk
        reason = _raised(graded) if is_graver else _reason(graded)
        message = f"{_joined(names)} {origin}{reason}{reach(container, names[0])}"
        yield Problem(where or container.anchor, message, tuple(names), graded.raised_by)


def reach(container: Container, name: str) -> str:
    """Say how a capability of the bounding set is got, to follow what it does; nothing where all of root's have it."""
    sets = capability_sets(container)
    if name in sets.effective:
        return ""
    root = f"`{strategy_of(container).program} exec` as root"
    if no_new_privileges(container):
        # The runtime executes the entrypoint and holds the capability; programs after it gain nothing.
        return f"; here only by {root} or a file capability of the entrypoint"
    return f"; here only by {root}, a setuid program or a file capability"


def _joined(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


# The last answer: a rule a grade asks about the same container, one after another.
_last: list[tuple[Container, list[tuple[str, Graded]]]] = []


def _all_graded(container: Container, sets: CapabilitySets) -> list[tuple[str, Graded]]:
    for known, graded in _last:
        if known is container:
            return graded
    found = [(name, grade(container, name)) for name in sets.bounding]
    _last[:] = [(container, found)]
    return found


def _raised(graded: Graded) -> str:
    circumstances = " and ".join(related.message for related in graded.raised_by)
    return f" and graded {graded.grade.name.lower()} here, since {circumstances}"


def _reason(graded: Graded) -> str:
    """Give the first sentence of a grade's reason."""
    first = graded.why.split(". ")[0].rstrip(".")
    return f"; {first[0].lower()}{first[1:]}"
