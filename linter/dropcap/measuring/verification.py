"""One service measured: what it is started from, what was left out of that, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dropcap.measuring.ablation import Measured, ablate, less, reduce, run_until_sure
from dropcap.measuring.trial import EngineGoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.measuring.client import Client
    from dropcap.measuring.trial import Outcome, Trial

__all__ = ["Verified", "steps_of", "verify"]


class Verified(NamedTuple):
    """What was measured of a service.

    Attributes:
        start: the set that it was started with first.
        whole: what became of that.
        needed: what it fails without, and what it failed in and said.
        degrades: what it serves without, and what it loses.
        unsure: what was not told apart, and why.
        needless: what it does without.
        instead: what was left out and did, as long as it was there, what another one does that is needed.

    """

    start: tuple[str, ...]
    whole: Outcome
    needed: dict[str, Outcome]
    degrades: dict[str, tuple[str, ...]]
    unsure: dict[str, str]
    needless: tuple[str, ...]
    instead: tuple[str, ...] = ()

    @property
    def cap_add(self) -> tuple[str, ...]:
        """What to add: all that it fails without, and what was not told apart."""
        return (*self.needed, *self.unsure)


def steps_of(start: Sequence[str], helpful: Sequence[str]) -> int:
    """Return how many steps it will be at least."""
    return 2 + len(start) + (1 + len(helpful) if helpful else 0)


def verify(  # what is measured, and of what
    client: Client,
    trial: Trial,
    start: Sequence[str],
    helpful: Sequence[str],
    wider: Sequence[str],
    tells: Callable[[str], None],
) -> Verified:
    """Measure a service.

    Args:
        client: the engine.
        trial: what is run.
        start: the set that is suggested.
        helpful: what is said to be of use, and not needed.
        wider: what it is started from where the suggestion is too little; none to leave it at that.
        tells: is told what is tried.

    Raises:
        EngineGoneError: the engine does not answer any more, or what passed before does not any more.
        LeftError: what was started cannot be removed.
        KeyboardInterrupt: somebody asked to end.

    """
    measured = ablate(client, trial, start, start, tells)
    if measured.whole.failed and wider:
        start = tuple(dict.fromkeys((*start, *wider)))
        measured = ablate(client, trial, start, start, tells)
    if measured.whole.failed:
        return Verified(measured.members, measured.whole, {}, {}, {}, ())
    found = _sorted_out(measured)
    found = _confirmed(client, trial, found, tells)
    return _helped(client, trial, found, [one for one in helpful if one not in found.start], tells)


def _sorted_out(measured: Measured) -> Verified:
    without = measured.without
    unsure = {name: f"it failed at the {one.doubt} in one of two tries" for name, one in without.items() if one.doubt}
    return Verified(
        measured.members,
        measured.whole,
        {name: one for name, one in without.items() if one.failed},
        {name: one.lost for name, one in without.items() if one.lost and name not in unsure},
        unsure,
        tuple(name for name, one in without.items() if not (one.failed or one.lost or one.doubt)),
    )


def _confirmed(client: Client, trial: Trial, found: Verified, tells: Callable[[str], None]) -> Verified:
    """Try what is left when all is left out that it does without: each of two may do what the other one does."""
    rest = (*found.needless, *found.degrades)
    tells("with what is left")
    outcome = run_until_sure(client, trial, found.cap_add)
    if not outcome.failed:
        return found
    if len(rest) < _TWO or run_until_sure(client, trial, found.start).failed:
        message = f"what passed before fails now at the {outcome.failed}: {outcome.said}"
        raise EngineGoneError(message)
    again = reduce(client, trial, found.start, rest, tells)
    more = {name: one for name, one in again.items() if one.failed}
    unsure = {name: f"it failed at the {one.doubt} in one of two tries" for name, one in again.items() if one.doubt}
    kept = {*more, *unsure}
    return found._replace(
        needed={**found.needed, **more},
        unsure={**found.unsure, **unsure},
        degrades={name: lost for name, lost in found.degrades.items() if name not in kept},
        needless=tuple(name for name in found.needless if name not in kept),
        instead=tuple(name for name in rest if name not in kept),
    )


_TWO = 2


def _helped(
    client: Client, trial: Trial, found: Verified, helpful: Sequence[str], tells: Callable[[str], None]
) -> Verified:
    """Try what is said to be of use: it is, where something is lost without it."""
    if not helpful:
        return found
    measured = ablate(client, trial, (*found.cap_add, *helpful), helpful, tells)
    if measured.whole.failed:
        unsure = dict.fromkeys(helpful, f"it fails with it at the {measured.whole.failed}")
        return found._replace(unsure={**found.unsure, **unsure})
    lost = {name: less(one, measured.whole).lost for name, one in measured.without.items()}
    return found._replace(
        degrades={**found.degrades, **{name: one for name, one in lost.items() if one}},
        needless=(*found.needless, *(name for name, one in lost.items() if not one)),
    )
