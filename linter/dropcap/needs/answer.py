"""The answer: what was found of each phase put together, the set to write, and what would need less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.needs.model import Certainty, Needs, Phase
from dropcap.needs.suggestions import suggestions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dropcap.needs.model import Evidence, Need, UnknownNeed
    from dropcap.needs.startup import Found

__all__ = ["put_together"]

_ORDER = {name: index for index, name in enumerate(NAMES)}


def put_together(found: Sequence[Found], unknown: Iterable[UnknownNeed] = (), user: str | None = None) -> Needs:
    """Return what a container needs, of what its phases need.

    Args:
        found: what following each of its commands found, the first start first.
        unknown: what is not known of it besides.
        user: the user as whom all of it would work from the start; None where there is none.

    """
    needs = _merged([need for one in found for need in one.needs])
    hidden = list(dict.fromkeys([*unknown, *(each for one in found for each in one.unknown)]))
    today: list[Evidence] = list(dict.fromkeys(each for one in found for each in one.today))
    added = _smallest(needs)
    certain = _certain(needs)
    return Needs(
        tuple(needs),
        unknown=tuple(one for one in hidden if not one.capabilities or not certain.issuperset(one.capabilities)),
        today=tuple(today),
        gains=tuple(dict.fromkeys(each for one in found for each in one.gains)),
        cap_add=added,
        user=user if added else None,
        smaller=tuple(suggestions(needs, added, user)) if not hidden else (),
    )


def _merged(needs: Sequence[Need]) -> list[Need]:
    """Return the needs in the kernel's order, the surest first, and of those that say the same one.

    Two say the same if they have capability, certainty, phase and condition in common: the evidence of the first is
    kept, with what else shows it behind it.
    """
    found: dict[tuple[object, ...], Need] = {}
    for need in needs:
        key = (need.capability, need.certainty, need.phase, need.condition)
        same = found.get(key)
        evidence = need.evidence if same is None else tuple(dict.fromkeys((*same.evidence, *need.evidence)))
        kind = need.kind if same is None or same.kind is need.kind else None
        found[key] = (same or need)._replace(evidence=evidence[:_MOST_EVIDENCE], kind=kind)
    return sorted(found.values(), key=lambda one: (_ORDER[one.capability], -one.certainty))


_MOST_EVIDENCE = 20
"""How many places are told of one need."""


def _certain(needs: Sequence[Need]) -> set[str]:
    """Return the capabilities that it fails without, whatever else is so: what can add these alone adds nothing."""
    return {
        one.capability
        for one in needs
        if one.certainty is Certainty.REQUIRED and not one.instead and one.phase in _ALWAYS
    }


_ALWAYS = frozenset({Phase.FIRST_START, Phase.RESTART, Phase.SERVICE})


def _smallest(needs: Sequence[Need]) -> tuple[str, ...]:
    """Return the capabilities to add: what is required, and what cannot be excluded; in the kernel's order.

    Of several that do as well for one need, one that is wanted anyhow is taken; else the weaker one is not, since what
    needs it today may write tomorrow.
    """
    wanted = [one for one in needs if one.certainty is not Certainty.DEGRADES]
    certain = {one.capability for one in wanted if not one.instead}
    for need in wanted:
        if need.instead and not certain & {need.capability, *need.instead}:
            certain.add(need.capability)
    return tuple(sorted(certain, key=_ORDER.__getitem__))
