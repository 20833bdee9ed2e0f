"""How much a capability weighs in the container that holds it.

The facts say what it weighs by itself; a circumstance of the container, such as the host's network, raises
that by one level or by two, and several of them by no more. So SYS_PTRACE with the host's processes in view is
critical and AUDIT_CONTROL high. What the first process does not hold itself, since it runs as another
user than root, weighs one level less; so does what works on a network where there is none.

Grades depend on what is held and on the container's other fields, never on how it was granted. So taking a
privilege away raises no grade, and granting one lowers none.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import capability_sets
from dropcap.capabilities.engines import strategy_of
from dropcap.capabilities.facts import GENERAL, circumstances, fact
from dropcap.capabilities.isolation import ignores, last_option, names_host
from dropcap.model import Related
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from dropcap.capabilities.facts import Circumstance
    from dropcap.model import Container, Located


class Grade(IntEnum):
    """How much a capability weighs, in order; facts.toml says what each level means."""

    LOW = 1
    MODERATE = 2
    HIGH = 3
    CRITICAL = 4


class Graded(NamedTuple):
    """A capability's grade in a container.

    Attributes:
        grade: the level.
        why: what a process can do with the capability, in sentences.
        raised_by: the circumstances that add to it, each with its place. They are named for a capability
            that is critical by itself too, where there is no level to add.
        lowered_by: the circumstances that take from it.
        is_raised: whether the circumstances add a level.

    """

    grade: Grade
    why: str
    raised_by: tuple[Related, ...]
    lowered_by: tuple[Related, ...] = ()
    is_raised: bool = False


_HELD = "held"
"""The field of a circumstance that is another capability."""
_BY_RISK = {grade.name.lower(): grade for grade in Grade}


def grade(container: Container, capability: str) -> Graded:
    """Grade a capability as if the container held it, which is for the caller to know.

    Where something that decides is hidden, nothing is raised by it.

    Args:
        container: whose engine decides what is in the default set; Docker where it names none.
        capability: a bare name.

    Raises:
        KeyError: there is no such capability.

    """
    found = _raising(container)
    sets = capability_sets(container)
    is_held = capability in sets.effective or capability not in sets.bounding
    if is_held and _heeded(capability).isdisjoint(found):
        return _by_itself(capability)
    known = fact(capability)
    own = _BY_RISK[known.risk]
    names = known.raised_by if capability in strategy_of(container).default else (*known.raised_by, GENERAL)
    raised_far_by = [found[name] for name in known.raised_far_by if name in found]
    raised_by = tuple(dict.fromkeys((*raised_far_by, *(found[name] for name in names if name in found))))
    lowered_by = tuple(found[name] for name in known.lowered_by if name in found)
    most = min(own + (2 if raised_far_by else bool(raised_by)), Grade.CRITICAL)
    level = Grade(max(most - len(lowered_by) - (not is_held), Grade.LOW))
    return Graded(level, known.why, raised_by, lowered_by, is_raised=most > own)


def grades(container: Container) -> Sequence[tuple[str, Graded]]:
    """Grade each capability of a container's bounding set, in the kernel's order."""
    sets = capability_sets(container)
    if sets.effective == sets.bounding and not _raising(container):
        return _by_themselves(sets.bounding)
    return [(name, grade(container, name)) for name in sets.bounding]


def is_raised(container: Container) -> bool:
    """Whether a circumstance of the container raises what some capability weighs."""
    return bool(_raising(container))


@cache
def _heeded(capability: str) -> frozenset[str]:
    """Return the circumstances that may raise or lower what a capability weighs."""
    known = fact(capability)
    return frozenset((*known.raised_far_by, *known.raised_by, *known.lowered_by, GENERAL))


@cache
def _by_itself(capability: str) -> Graded:
    known = fact(capability)
    return Graded(_BY_RISK[known.risk], known.why, ())


@lru_cache(maxsize=256)  # many containers hold the same
def _by_themselves(capabilities: tuple[str, ...]) -> Sequence[tuple[str, Graded]]:
    return [(name, _by_itself(name)) for name in capabilities]


# The last answer: many capabilities of the same container are graded, one after another.
_last: list[tuple[Container, dict[str, Related]]] = []


def _raising(container: Container) -> dict[str, Related]:
    """Give the circumstances of a container, each with the place where it is written."""
    for known, raising in _last:
        if known is container:
            return raising
    found: dict[str, Related] = {}
    for field, by_name in _circumstances_by_field().items():
        if field != _HELD and not getattr(container, field):
            continue  # as most are of most containers
        if container.may_be_set("cap_drop" if field == _HELD else field) or ignores(container, field):
            continue
        for name, circumstance in by_name:
            where = _FINDERS[field](container, circumstance)
            if where is not None:
                found[name] = Related(circumstance.message, where)
    _last[:] = [(container, found)]
    return found


@cache
def _circumstances_by_field() -> dict[str, list[tuple[str, Circumstance]]]:
    by_field: dict[str, list[tuple[str, Circumstance]]] = {}
    for name, one in circumstances().items():
        by_field.setdefault(one.field, []).append((name, one))
    return by_field


def _by_namespace(container: Container, circumstance: Circumstance) -> Located[Any] | None:
    value: Located[str] | None = getattr(container, circumstance.field)
    if value is None:
        return None
    wants_host = circumstance.values == ("host",)
    return value if (names_host(value.value) if wants_host else value.value in circumstance.values) else None


def _by_security_option(container: Container, circumstance: Circumstance) -> Located[Any] | None:
    for wanted in circumstance.values:
        key, _, value = wanted.partition("=")
        last = last_option(container, key)
        if last is not None and last[0] == value:
            return last[1]
    return None


def _by_device_rule(container: Container, _: Circumstance) -> Located[Any] | None:
    from dropcap.capabilities.host_devices import opened_devices  # few containers have such rules

    return next((entry for entry in container.device_rules if opened_devices(entry.value) is not None), None)


def _by_company(container: Container, circumstance: Circumstance) -> Located[Any] | None:
    origins = capability_sets(container).origins
    for name in circumstance.values:
        if name in origins:
            return origins[name].where or container.anchor
    return None


_FINDERS: dict[str, Callable[[Container, Circumstance], Located[Any] | None]] = {
    "pid": _by_namespace,
    "ipc": _by_namespace,
    "network_mode": _by_namespace,
    "security_opt": _by_security_option,
    "device_rules": _by_device_rule,
    _HELD: _by_company,
}
