"""What rules ask about the capabilities that a container holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.capabilities.effective import capability_sets
from dropcap.capabilities.engines import default_set
from dropcap.capabilities.facts import fact
from dropcap.capabilities.grades import grade
from dropcap.capabilities.names import ALL, bare_name
from dropcap.model import Engine
from dropcap.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.capabilities.effective import CapabilitySets, Origin
    from dropcap.capabilities.grades import Grade, Graded
    from dropcap.model import Container, Located

_ENGINES = {
    Engine.DOCKER: "Docker",
    Engine.PODMAN: "Podman",
    Engine.NERDCTL: "nerdctl",
    Engine.SWARM: "Swarm",
}


class Held(NamedTuple):
    """A capability in a container's bounding set.

    Attributes:
        name: its bare name.
        where: the entry that adds it; the container's grip for a member of the default set.
        graded: its grade in this container, and why.
        message: where it comes from, what raises it, and what can be done with it; one sentence.

    """

    name: str
    where: Located[Any]
    graded: Graded
    message: str


def engine_name(container: Container) -> str:
    """Give the name of a container's engine as its makers write it; Docker where it names none."""
    return _ENGINES[container.engine or Engine.DOCKER]


def privileged_option(container: Container) -> Located[Any] | None:
    """Give the option that makes a container privileged; None where none does or the engine ignores it."""
    origin = _common_origin(container)
    return origin.where if origin is not None and origin.kind == "privileged" else None


def all_entry(container: Container) -> Located[Any] | None:
    """Give the addition of ALL that has effect: none does under privileged mode or where it is refused."""
    origin = _common_origin(container)
    if origin is None or origin.where is None or origin.kind == "privileged":
        return None
    return origin.where if bare_name(origin.where.value) == ALL else None


def holds_all(container: Container) -> bool:
    """Whether privileged mode or an addition of ALL grants everything at once."""
    return privileged_option(container) is not None or all_entry(container) is not None


def _common_origin(container: Container) -> Origin | None:
    """Give the origin of one capability: what grants everything at once is the origin of each."""
    return next(iter(capability_sets(container).origins.values()), None)


def held_at_grade(container: Container, level: Grade) -> Iterator[Held]:
    """Give the capabilities that weigh `level` in a container, in the kernel's order.

    Members of the engine's default set are given only where something raises them: that they are kept is one
    thing to say and not fourteen. Nothing is given where everything is granted at once.
    """
    if holds_all(container):
        return
    sets = capability_sets(container)
    for name, graded in _all_graded(container, sets):
        if graded.grade is not level:
            continue
        where = sets.origins[name].where
        is_raised = level.name.lower() != fact(name).risk
        # A member of the default set weighs the same however it is held: adding it back is the way to do it.
        if not is_raised and name in default_set(container.engine or Engine.DOCKER):
            continue
        origin = "is added" if where else f"is in {engine_name(container)}'s default set"
        reason = _raised(graded) if is_raised else _reason(graded)
        yield Held(name, where or container.grip, graded, f"{name} {origin}{reason}")


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
