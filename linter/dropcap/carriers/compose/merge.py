"""One Compose file laid over another, as Docker Compose does: the documents of a file now, files and bases alike.

Mappings are merged key by key, lists appended, single values replaced; an empty value leaves what is below it. What is
merged in another way is in the column `merge` of the table of fields.
Source: compose-go, `override/merge.go` and `loader/reset.go`. Nothing is made unique here: see `dedupe.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.field_table import column
from dropcap.carriers.compose.nodes import (
    OVERRIDE,
    RESET,
    Entry,
    all_entries,
    all_items,
    as_list,
    child,
    entries,
    is_nothing,
    refuse_key,
    without,
)
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.source import Span

if TYPE_CHECKING:
    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.field_table import Field
    from dropcap.lang.yaml import Value


def merge(base: Mapping, over: Mapping, log: Diagnostics) -> Mapping:
    """Lay a file over another one; neither is changed, and each value keeps its own place.

    Args:
        base: the root of the weaker file.
        over: the root of the stronger file.
        log: told where the two do not fit together; the stronger value counts then.

    """
    return _Merge(log).mappings(base, over, "", column("merge"))


def merge_inside(base: Mapping, over: Mapping, path: tuple[str, str], log: Diagnostics) -> Mapping:
    """Lay what stands at a path of a model, such as a service, over another one; neither is changed."""
    kind, name = path
    of_kind = column("merge").at(kind)
    return _Merge(log).mappings(base, over, f"{kind}.{name}", of_kind.at(name) if of_kind is not None else None)


class _Merge:
    """Lays values over others; their paths are for people."""

    def __init__(self, log: Diagnostics) -> None:
        self._log = log

    def mappings(self, base: Mapping, over: Mapping, path: str, field: Field | None) -> Mapping:
        """Merge by key."""
        merged = entries(base)
        for name, entry in all_entries(over).items():
            below = merged.get(name)
            # A reset is no entry to readers, and resets what this is laid over in its turn.
            if below is None or entry.value.tag in (RESET, OVERRIDE):
                merged[name] = entry
                continue
            inner = field.at(name) if field is not None else None
            value = self._values(below.value, entry.value, f"{path}.{name}" if path else name, inner)
            merged[name] = below._replace(value=value)
        return Mapping(tuple(merged.values()), None, over.source, over.span)

    def _values(self, base: Value, over: Value, path: str, field: Field | None) -> Value:
        way = field.kind if field is not None else ""
        if way == "replace":
            return over
        if is_nothing(over):
            return base
        if way == "logging" and _are_different_drivers(base, over):
            return over
        if way == "list" and isinstance(base, Mapping) and isinstance(over, Mapping):
            # Of a list of `name=value` Docker Compose finds no name to reset.
            base = without(base, *(name for name, entry in all_entries(over).items() if entry.value.tag == RESET))
        base, over = (self._in_form(value, way, path) for value in (base, over))
        if isinstance(base, Sequence) and isinstance(over, Sequence):
            return self._lists(base, over, way, path)
        return self._by_form(base, over, path, field)

    def _by_form(self, base: Value, over: Value, path: str, field: Field | None) -> Value:
        if isinstance(base, Mapping) and isinstance(over, Mapping):
            return self.mappings(base, over, path, field)
        if isinstance(base, Scalar):
            return over
        form = "mapping" if isinstance(base, Mapping) else "list"
        self._log.error(over, f"{path} must be a {form}, because an earlier file or document writes it as one")
        return base  # Docker Compose refuses the project: what is known of it is what is checked

    def _lists(self, base: Sequence, over: Sequence, way: str, path: str) -> Sequence:
        added = all_items(over)
        if way == "hosts":
            known = {to_string(one) for one in all_items(base) if isinstance(one, Scalar)}
            added = tuple(one for one in added if not (isinstance(one, Scalar) and to_string(one) in known))
        found = self._subnets(base, over, path) if way == "subnets" else (*base.items, *added)
        return Sequence(found, None, over.source, over.span)

    def _in_form(self, value: Value, way: str, path: str) -> Value:
        """Bring a value into the form that both sides are merged in."""
        if way in ("list", "hosts") and isinstance(value, Mapping):
            return as_list(value, path, self._log, is_many=way == "hosts")
        if way in ("list", "hosts") and isinstance(value, Scalar):
            return Sequence((value,), None, value.source, value.span)
        if way == "build" and isinstance(value, Scalar):
            pair = Entry(Scalar("context", "", None, value.source, value.span), value)
            return Mapping((pair,), value.tag, value.source, value.span)
        if way in ("mapping", "conditions") and isinstance(value, Sequence):
            return self._by_name(value, path, is_condition=way == "conditions")
        return value

    def _by_name(self, names: Sequence, path: str, *, is_condition: bool) -> Mapping:
        """Take a list of names as a mapping by name."""
        found: dict[str, Entry] = {}
        for name in all_items(names):
            if isinstance(name, Scalar) and scalar_type(name) == "text":
                found[name.text] = Entry(name, _condition(name) if is_condition else _nothing_behind(name))
            else:
                refuse_key(name, path, self._log)
        return Mapping(tuple(found.values()), names.tag, names.source, names.span)

    def _subnets(self, base: Sequence, over: Sequence, path: str) -> tuple[Value, ...]:
        """Merge the address ranges of a network by their subnets."""
        found = {_subnet(value): value for value in all_items(base)}
        for value in all_items(over):
            below = found.get(_subnet(value))
            both = isinstance(below, Mapping) and isinstance(value, Mapping)
            found[_subnet(value)] = self._values(below, value, path, None) if both and below is not None else value
        return tuple(found.values())


def _condition(name: Value) -> Mapping:
    """Say what depending on a service means where its name alone is given."""

    def scalar(text: str, style: str = '"') -> Scalar:
        return Scalar(text, style, None, name.source, name.span)

    pairs = (
        Entry(scalar("condition"), scalar("service_started")),
        Entry(scalar("required"), scalar("true", "")),
    )
    return Mapping(pairs, None, name.source, name.span)


def _nothing_behind(name: Value) -> Scalar:
    return Scalar("", "", None, name.source, Span(name.span.end, name.span.end))


def _are_different_drivers(base: Value, over: Value) -> bool:
    """Whether two logging sections each name a driver, and not the same: options of one mean nothing to the other."""
    first, second = child(base, "driver"), child(over, "driver")
    return isinstance(first, Scalar) and isinstance(second, Scalar) and first.text != second.text


def _subnet(value: Value) -> str | None:
    subnet = child(value, "subnet")
    return subnet.text if isinstance(subnet, Scalar) else None
