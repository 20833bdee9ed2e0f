"""What is needed of a set: the whole of it is tried, and then without each member."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dropcap.measuring.trial import Outcome, run_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dropcap.measuring.client import Client
    from dropcap.measuring.trial import Trial

__all__ = ["Measured", "ablate", "reduce", "run_until_sure"]

TRIES = 2
"""Two failures make a need; one alone may be chance."""


class Measured(NamedTuple):
    """What was measured of one set.

    Attributes:
        members: the set.
        whole: what became of the whole set.
        without: by member, what became of the set without it.

    """

    members: tuple[str, ...]
    whole: Outcome
    without: dict[str, Outcome]

    def needed(self) -> tuple[str, ...]:
        """Return the members without which it fails."""
        return tuple(name for name, outcome in self.without.items() if outcome.failed)

    def missed(self) -> tuple[str, ...]:
        """Return the members without which it serves and loses something."""
        return tuple(name for name, outcome in self.without.items() if not outcome.failed and outcome.lost)


def ablate(
    client: Client,
    trial: Trial,
    members: Sequence[str],
    tested: Iterable[str],
    tells: Callable[[str], None] = lambda _: None,
) -> Measured:
    """Run with a set, and where that passes, without each of the members that are tested.

    Args:
        client: the engine.
        trial: what is run.
        members: the set.
        tested: the members that are left out, one at a time.
        tells: is told what is tried.

    """
    tells("with all of it")
    whole = run_until_sure(client, trial, members)
    if whole.failed:
        return Measured(tuple(members), whole, {})
    without = {}
    for name in tested:
        tells(f"without {name}")
        without[name] = less(run_until_sure(client, trial, [one for one in members if one != name]), whole)
    return Measured(tuple(members), whole, without)


def reduce(
    client: Client,
    trial: Trial,
    members: Sequence[str],
    candidates: Iterable[str],
    tells: Callable[[str], None] = lambda _: None,
) -> dict[str, Outcome]:
    """Leave candidates out of a set, one after the other, as long as the rest passes.

    What one member does may be what another one does as well; so each is left out of what is left by then. Returns
    what became of the set without each.
    """
    kept = list(members)
    found = {}
    for name in candidates:
        tells(f"without {name} either")
        fewer = [one for one in kept if one != name]
        found[name] = run_until_sure(client, trial, fewer)
        if not found[name].failed and not found[name].doubt:
            kept = fewer
    return found


def run_until_sure(client: Client, trial: Trial, capabilities: Sequence[str]) -> Outcome:
    """Run, and where it fails, run again: it fails where it does so each time."""
    doubt = ""
    for _ in range(TRIES):
        outcome = run_once(client, trial, capabilities)
        if not outcome.failed:
            return outcome._replace(doubt=doubt)
        doubt = outcome.failed
    return outcome


def less(outcome: Outcome, whole: Outcome) -> Outcome:
    """Take out of what is lost what the whole set does not have either."""
    return outcome._replace(lost=tuple(lost for lost in outcome.lost if lost not in whole.lost))
