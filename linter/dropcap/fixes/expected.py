"""What a container is to be after the changes of fixes, and whether it is that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.fixes.contract import place
from dropcap.model import Located, Unknown
from dropcap.model.changes import Put, Remove
from dropcap.namedtuple import NamedTuple
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from dropcap.fixes.contract import Change
    from dropcap.model import Container

_OF_PLACES = frozenset({"source", "span", "routes", "shared_routes", "refusals"})
"""The fields that say where something stands; what an engine refuses is compared with the failures of the file."""

_OF_THE_IMAGE = frozenset({"command", "entrypoint"})
"""The fields that the image decides where the file writes none of their words."""


class _Rewritten(NamedTuple):
    """A value that is to be written in the place of another."""

    value: str


class _Wanted(NamedTuple):
    """The values that a field is to hold, in any order."""

    values: tuple[str, ...]


def expected(container: Container, changes: Sequence[Change], opened: Iterable[str] = ()) -> dict[str, Any]:
    """Return what the fields of a container are to hold; of those that are left out nothing is expected.

    Args:
        container: the container before.
        changes: what is done to it.
        opened: the fields that cannot be read before.

    """
    fields = dict(container._asdict())
    written: dict[tuple[Source, Span], _Rewritten | None] = {}
    for change in changes:
        if not isinstance(change, Put):
            written[place(change.where)] = None if isinstance(change, Remove) else _Rewritten(change.value)
    for name, held in fields.items() if written else ():
        if isinstance(held, Located):
            fields[name] = written.get(place(held), held)
        elif type(held) is tuple and any(isinstance(one, Located) for one in held):
            left = (written.get(place(one), one) if isinstance(one, Located) else one for one in held)
            kept = tuple(one for one in left if one is not None)
            # A command that loses all its words is none: the image's own runs then.
            fields[name] = kept if kept or name not in _OF_THE_IMAGE else None
    for change in changes:
        if isinstance(change, Put):
            fields[change.field] = _Wanted(change.values)
    names = set(opened)
    if names:
        fields["unknowns"] = tuple(one for one in container.unknowns if names.isdisjoint(one.fields))
    return {name: value for name, value in fields.items() if name not in _OF_PLACES | names}


def unlike(fields: dict[str, Any], container: Container) -> list[str]:
    """Return the fields of a container that do not hold what is expected, whatever their places."""
    return [name for name, value in fields.items() if not _is_same(value, getattr(container, name))]


def _is_same(one: Any, other: Any) -> bool:  # noqa: ANN401  # whatever a container holds
    """Whether two values say the same, wherever they stand."""
    if one is other or isinstance(one, Span):
        return True
    if isinstance(one, _Rewritten):
        return isinstance(other, Located) and _text(other) == one.value
    if isinstance(one, _Wanted):
        held = other if isinstance(other, tuple) and not isinstance(other, Located) else filter(None, (other,))
        return sorted(map(_text, held)) == sorted(one.values)
    if isinstance(one, Located):
        return isinstance(other, Located) and _is_same(one.value, other.value)
    return isinstance(other, type(one)) and _is_alike(one, other)


def _is_alike(one: Any, other: Any) -> bool:  # noqa: ANN401  # as above
    if isinstance(one, Source):
        # The text of a file is looked at where it is read; a piece of one is a text that the container has.
        return one.path == other.path and (one.parent is None or one.text == other.text)
    if isinstance(one, Unknown):
        # The text that it stands in is that of a script, say, which is edited.
        return (one.text, one.reason, one.fields) == (other.text, other.reason, other.fields)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other)


def _text(where: Located[Any]) -> str:
    value = where.value
    return str(value).lower() if isinstance(value, bool) else str(value)
