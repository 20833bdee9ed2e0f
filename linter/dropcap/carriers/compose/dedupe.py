"""Lists in which a thing counts once: of items that are known by the same, the last one counts, at the first's place.

Source: compose-go 2.9.1, `override/uncity.go`. Docker Compose does this before it looks whether a list's items differ.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dropcap.carriers.compose.field_table import Walk, column
from dropcap.carriers.compose.mounts import short_mount
from dropcap.carriers.compose.nodes import RESET, all_items, child
from dropcap.carriers.compose.yaml_types import STARTS_OF_TEXT, scalar_type, to_string
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.lang.yaml.pieces import once as kept_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from dropcap.carriers.compose.field_table import Field
    from dropcap.carriers.compose.nodes import Path
    from dropcap.lang.yaml import Value

    T = TypeVar("T")
    Part = Callable[[str], str | None]


def unique_lists(model: Mapping) -> Mapping:
    """Return a model in whose lists each thing stands once; the same model where that is so already."""
    walked = Walk(_once, keeps=_kept).inside(model, column("unique"))
    return walked if isinstance(walked, Mapping) else model


def _kept(value: Value, field: Field | None, walk: Callable[[], Value]) -> Value:
    return kept_once(value, ("unique", id(field)), walk)


def once(things: Iterable[T], identity: Callable[[T], str | None]) -> list[T]:
    """Keep of things with one identity the last one, at the place of the first; what has none is kept."""
    found: dict[object, T] = {}
    for thing in things:
        known = identity(thing)
        found[id(thing) if known is None else known] = thing
    return list(found.values())


def _once(value: Value, kind: str, _path: Path) -> Value:
    if not isinstance(value, Sequence) or len(value.items) <= 1:
        return value
    kept = once(all_items(value), partial(_identity, kind))
    return value if len(kept) == len(value.items) else value._replace(items=tuple(kept))


def _identity(kind: str, item: Value) -> str | None:
    """Say by what an item is known: a part of its long form, or its text."""
    if item.tag == RESET:
        return None
    if isinstance(item, Mapping):
        of_long = OF_LONG.get(kind)
        return of_long(partial(_part, item)) if of_long else None
    if not isinstance(item, Scalar):
        return None
    # Only numbers and constants are printed in another way than they are written.
    text = item.text if item.style or item.text[:1] in STARTS_OF_TEXT else to_string(item)
    of_short = _OF_SHORT.get(kind)
    return of_short(text) if of_short else text


def _part(item: Mapping, name: str) -> str | None:
    value = child(item, name)
    return known_part(name, to_string(value), value) if isinstance(value, Scalar) else None


def known_part(name: str, text: str, written: Value | None) -> str:
    """Return what is compared of a part: a published port that is written as a number is none written as a text."""
    is_number = name == "published" and isinstance(written, Scalar) and scalar_type(written) == "number"
    return f"{text} (a number)" if is_number else text


def _mount_target(text: str) -> str | None:
    source, colon, rest = text.partition(":")
    if colon and len(source) > 1 and ":" not in rest and "$" not in source:
        return rest  # most are written so
    try:
        return short_mount(text).target
    except ValueError:
        return None


def _port(part: Part) -> str:
    address, protocol = part("host_ip") or "0.0.0.0", part("protocol") or "tcp"  # noqa: S104  # what Compose compares
    return f"{address}:{part('published')}:{part('target')}/{protocol}"


OF_LONG: dict[str, Callable[[Part], str | None]] = {
    "config": lambda part: part("target") or f"/{part('source')}",
    "device": lambda part: part("target"),
    "mount": lambda part: part("target"),
    "path": lambda part: part("path"),
    "port": _port,
    "secret": lambda part: part("target") or f"/run/secrets/{part('source')}",
}
"""How an item in its long form is known by its parts, by the word of the table."""
_OF_SHORT: dict[str, Callable[[str], str | None]] = {
    "config": lambda text: f"/{text}",
    "device": lambda text: (text.split(":") * 2)[1],
    "mount": _mount_target,
    "name": lambda text: text.partition("=")[0],  # `NET_ADMIN` and `CAP_NET_ADMIN` are two things
    "secret": lambda text: f"/run/secrets/{text}",
}
