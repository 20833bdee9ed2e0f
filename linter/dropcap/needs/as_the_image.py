"""Needs of containers that start what their image says: of those that are alike the first is followed, for all.

What is followed of such a container is decided by its image, as the catalogue or the table of bases has it, and by the
few settings of its own that :func:`settings_of` names. Where the answer names no place in a file, it is the same for
each container with the same settings, in whatever file it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.needs.network import first_free_port
from dropcap.needs.resource_limits import full_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from dropcap.model import Container, Located
    from dropcap.needs.allowance import Allowance
    from dropcap.needs.model import Needs

__all__ = ["KEPT", "followed_once", "settings_of"]

_MOST_KEPT = 256
KEPT: dict[Hashable, tuple[Needs, int]] = {}
"""By settings: the needs, and how many commands were followed for them."""


def followed_once(
    container: Container, allowance: Allowance, follow: Callable[[], Needs], *, tries_user: bool
) -> Needs:
    """Return what a container needs, of an image that nobody but dropcap's own tables describes.

    The allowance is taken as if each were followed: the answer does not depend on which containers came before.

    Args:
        container: the container.
        allowance: how much may be followed for it and its neighbours.
        follow: follows it.
        tries_user: whether that tries the user as whom its first process ends up.

    """
    settings = settings_of(container)
    if settings is None:
        return follow()
    key = tries_user, settings
    found, taken = KEPT.get(key, (None, 0))
    if found is not None and taken < allowance.left:
        allowance.left -= taken
        return found
    before = allowance.left
    needs = follow()
    if allowance.left > 0 and not _names_a_place(needs):
        if len(KEPT) >= _MOST_KEPT:
            del KEPT[next(iter(KEPT))]
        KEPT[key] = needs, before - allowance.left
    return needs


def settings_of(container: Container) -> Hashable | None:
    """Return all of a container that decides what is followed; None where that is more than these few."""
    process = container.process
    has_own = container.stage is not None or container.entrypoint is not None or container.command is not None
    if has_own or container.unknowns or (process is not None and (process.texts or process.hooks)):
        return None
    free = first_free_port(container), full_limits(container)
    said = _value(container.image), _value(container.user), _values(container.mounts), free
    if process is None:
        return container.kind, *said
    lists = _values(process.environment), _values(process.health_check)
    single = process.has_more, process.takes_input, _value(process.init), _value(process.working_folder)
    return container.kind, *said, *lists, *single


def _value(one: Located[Any] | None) -> Hashable:
    return None if one is None else one.value


def _values(many: Iterable[Located[Any]] | None) -> Hashable:
    return None if many is None else tuple(one.value for one in many)


def _names_a_place(needs: Needs) -> bool:
    """Return whether an answer names a place in a file, which another container's would not."""
    evidence = [*needs.today, *needs.gains, *needs.remarks, *(each for need in needs.needs for each in need.evidence)]
    places = (
        [one.where for one in evidence] + [one.where for one in needs.unknown] + [one.where for one in needs.smaller]
    )
    return any(where is not None for where in places)
