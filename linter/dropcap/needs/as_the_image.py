"""Needs of containers that are decided by their image and a few settings: of those alike one is followed, for all.

What is followed of such a container is decided by its image, as the catalogue or the table of bases has it, and by the
settings of its own that :func:`settings_of` names. Where the answer names no place in a file but those of the settings
themselves, it is the same for each container with the same settings, in whatever file it stands: the places are then
its own. An editor has a file checked with each word that is typed, and most of its containers are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.namedtuple import NamedTuple
from dropcap.needs.network import first_free_port
from dropcap.needs.resource_limits import full_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from dropcap.model import Container, Located
    from dropcap.needs.allowance import Allowance
    from dropcap.needs.model import Needs

__all__ = ["KEPT", "followed_once", "settings_of"]

_MOST_KEPT = 256
KEPT: dict[Hashable, tuple[Needs, int]] = {}
"""By settings: the needs, and how many commands were followed for them."""
_IN_TEXTS = "TMPDIR"
"""What a command is asked for that decides by being anywhere in the text that the command stands in."""


class _Own(NamedTuple):
    """Stands for a place of a container's own settings."""

    number: int


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
        own = _places(container)
        if own is not None:
            allowance.left -= taken
            return _with_places(found, lambda one: own[one.number] if isinstance(one, _Own) else one)
    before = allowance.left
    needs = follow()
    if allowance.left > 0 and (kept := _without_places(needs, container)) is not None:
        if len(KEPT) >= _MOST_KEPT:
            del KEPT[next(iter(KEPT))]
        KEPT[key] = kept, before - allowance.left
    return needs


def settings_of(container: Container) -> Hashable | None:
    """Return all of a container that decides what is followed; None where that is more than these few."""
    process = container.process
    if container.stage is not None or container.unknowns or (process is not None and (process.texts or process.hooks)):
        return None
    free = first_free_port(container), full_limits(container)
    said = _value(container.image), _value(container.user), _values(container.mounts), free
    if container.entrypoint is not None or container.command is not None:
        said = *said, _words(container.entrypoint), _words(container.command), _IN_TEXTS in container.source.text
    if process is None:
        return container.kind, *said
    lists = _values(process.environment), _values(process.health_check)
    single = process.has_more, process.takes_input, _value(process.init), _value(process.working_folder)
    return container.kind, *said, *lists, *single


def _value(one: Located[Any] | None) -> Hashable:
    return None if one is None else one.value


def _values(many: Iterable[Located[Any]] | None) -> Hashable:
    return None if many is None else tuple(one.value for one in many)


def _words(words: Sequence[Located[str]] | None) -> Hashable:
    """Return words with their text as it is written, which decides too how they are followed."""
    return None if words is None else tuple((one.value, _written(one)) for one in words)


def _written(word: Located[str]) -> str:
    """Return the text of a word, with the character behind it."""
    root, span = word.source.to_root(word.span)
    return root.text[span.start : span.end + 1]


def _places(container: Container) -> list[Located[Any]] | None:
    """Return the places of what :func:`settings_of` names, in its order; None where two are the same.

    Those that are the same, as by an anchor of YAML, are one place in an answer, and others are two.
    """
    process = container.process
    single = [container.image, container.user]
    lists: list[Sequence[Located[Any]] | None] = [container.mounts, container.entrypoint, container.command]
    if process is not None:
        single += process.init, process.working_folder
        lists += process.environment, process.health_check
    found = [*filter(None, single), *(one for many in lists for one in many or ())]
    return found if len({(id(one.source), one.span) for one in found}) == len(found) else None


def _without_places(needs: Needs, container: Container) -> Needs | None:
    """Return an answer in which numbers stand for places; None where it names others than the container's own."""
    places = list(_named(needs))
    if not places:
        return needs
    own = _places(container)
    if own is None or any(isinstance(one, _Own) for one in places):
        return None
    numbers = {(id(one.source), one.span, one.value): _Own(number) for number, one in enumerate(own)}
    if any((id(one.source), one.span, one.value) not in numbers for one in places):
        return None
    return _with_places(needs, lambda one: numbers[id(one.source), one.span, one.value])


def _named(needs: Needs) -> Iterator[Any]:
    """Yield the places that an answer names."""
    evidence = [*needs.today, *needs.gains, *needs.remarks, *(each for need in needs.needs for each in need.evidence)]
    for one in (*evidence, *needs.unknown, *needs.smaller):
        if one.where is not None:
            yield one.where


def _with_places(needs: Needs, replace: Callable[[Any], Any]) -> Needs:
    """Return an answer with each place that it names replaced."""
    if not any(True for _ in _named(needs)):
        return needs

    def moved(many: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(one if one.where is None else one._replace(where=replace(one.where)) for one in many)

    return needs._replace(
        needs=tuple(one._replace(evidence=moved(one.evidence)) for one in needs.needs),
        unknown=moved(needs.unknown),
        today=moved(needs.today),
        gains=moved(needs.gains),
        smaller=moved(needs.smaller),
        remarks=moved(needs.remarks),
    )
