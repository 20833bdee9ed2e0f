"""Lists in which a thing counts once: of items that are known by the same, the last one counts, at the first's place.

Source: compose-go 2.9.1, `override/uncity.go`. Docker Compose does this before it looks whether a list's items differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.mounts import short_mount
from dropcap.carriers.compose.nodes import RESET, all_entries, entries
from dropcap.carriers.compose.yaml_types import STARTS_OF_TEXT, to_string
from dropcap.lang.yaml import Mapping, Pair, Scalar, Sequence, target

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.lang.yaml import Node, Value

    Identity = Callable[[Value, Diagnostics], str | None]


def unique_lists(model: Mapping, log: Diagnostics) -> Mapping:
    """Give a model in whose lists each thing stands once; the same model where that is so already."""
    return _walk(model, _LISTS, "", log)


def _by_name(value: Value, log: Diagnostics) -> str | None:
    """Know an item by its text up to a `=`: `NET_ADMIN` and `CAP_NET_ADMIN` are two things."""
    text = _by_text(value, log)
    return None if text is None else text.partition("=")[0]


def _by_text(value: Value, log: Diagnostics) -> str | None:
    del log
    if not isinstance(value, Scalar):
        return None
    # Only numbers and constants are printed in another way than they are written.
    return value.text if value.style or value.text[:1] in STARTS_OF_TEXT else to_string(value)


def _by_part(name: str) -> Identity:
    """Know an item by one part of its long form, or by its text."""

    def identity(value: Value, log: Diagnostics) -> str | None:
        return _part(value, name, log) if isinstance(value, Mapping) else _by_text(value, log)

    return identity


def _by_mount(value: Value, log: Diagnostics) -> str | None:
    if isinstance(value, Mapping):
        return _part(value, "target", log)
    if not isinstance(value, Scalar):
        return None
    source, colon, rest = value.text.partition(":")
    if colon and len(source) > 1 and ":" not in rest and "$" not in source:
        return rest  # most are written so
    try:
        return short_mount(to_string(value)).target
    except ValueError:
        return None


def _by_device(value: Value, log: Diagnostics) -> str | None:
    if isinstance(value, Mapping):
        return _part(value, "target", log)
    parts = to_string(value).split(":") if isinstance(value, Scalar) else []
    return parts[1] if len(parts) > 1 else parts[0] if parts else None


def _by_port(value: Value, log: Diagnostics) -> str | None:
    if not isinstance(value, Mapping):
        return _by_text(value, log)
    address = _part(value, "host_ip", log) or "0.0.0.0"  # noqa: S104  # what Compose takes for no address
    protocol = _part(value, "protocol", log) or "tcp"
    return f"{address}:{_part(value, 'published', log)}:{_part(value, 'target', log)}/{protocol}"


def _by_file(folder: str) -> Identity:
    """Know a secret or config by where it is mounted."""

    def identity(value: Value, log: Diagnostics) -> str | None:
        if isinstance(value, Mapping):
            return _part(value, "target", log) or f"{folder}/{_part(value, 'source', log)}"
        text = _by_text(value, log)
        return None if text is None else f"{folder}/{text}"

    return identity


def _part(value: Mapping, name: str, log: Diagnostics) -> str | None:
    entry = entries(value, "", log).get(name)
    return to_string(entry.value) if entry is not None and isinstance(entry.value, Scalar) else None


_NETWORK: dict[str, object] = {"aliases": _by_name, "link_local_ips": _by_name}
_SERVICE: dict[str, object] = {
    **dict.fromkeys(
        (
            "annotations",
            "cap_add",
            "cap_drop",
            "dns",
            "dns_opt",
            "dns_search",
            "environment",
            "labels",
            "links",
            "profiles",
            "sysctls",
            "tmpfs",
        ),
        _by_name,
    ),
    "build": dict.fromkeys(("additional_contexts", "args", "labels", "platform", "tags"), _by_name),
    "configs": _by_file(""),
    "deploy": {"labels": _by_name},
    "devices": _by_device,
    "env_file": _by_part("path"),
    "expose": _by_text,
    "networks": {"*": _NETWORK},
    "ports": _by_port,
    "secrets": _by_file("/run/secrets"),
    "volumes": _by_mount,
}
# By key what its list's items are known by, or what is inside of it; a star stands for any name.
_LISTS: dict[str, object] = {
    "networks": {"*": {"ipam": {"options": _by_name}, "labels": _by_name}},
    "services": {"*": _SERVICE},
}


def _walk(mapping: Mapping, inside: dict[str, object], path: str, log: Diagnostics) -> Mapping:
    """Follow the table down; nothing is made anew where nothing changes."""
    changed: dict[str, Value] = {}
    found = all_entries(mapping, path, log)
    any_name = inside.get("*")
    for name, entry in found.items():
        known = any_name or inside.get(name)
        if known is None:
            continue
        value = entry.value
        if isinstance(known, dict):
            result: Value = (
                _walk(value, known, f"{path}.{name}" if path else name, log) if isinstance(value, Mapping) else value
            )
        else:
            result = _once(value, known, log) if isinstance(value, Sequence) else value  # type: ignore[arg-type]  # the table's leaves
        if result is not value:
            changed[name] = result
    if not changed:
        return mapping
    pairs = tuple(Pair(entry.key, changed.get(name, entry.value)) for name, entry in found.items())
    return mapping._replace(pairs=pairs)


def _once(sequence: Sequence, identity: Identity, log: Diagnostics) -> Sequence:
    if len(sequence.items) <= 1:
        return sequence
    kept: dict[object, Node] = {}
    for item in sequence.items:
        value = target(item)
        known = None if value.tag == RESET else identity(value, log)
        kept[id(item) if known is None else known] = item
    return sequence if len(kept) == len(sequence.items) else sequence._replace(items=tuple(kept.values()))
