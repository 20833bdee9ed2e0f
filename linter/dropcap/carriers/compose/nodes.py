"""The tree as Docker Compose sees it: aliases followed, `<<` merged in, `!reset` taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.entry import Entry
from dropcap.carriers.compose.yaml_types import STARTS_OF_TEXT, scalar_type, to_string
from dropcap.lang.yaml import Alias, Mapping, Pair, Scalar, Sequence, target

if TYPE_CHECKING:
    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.lang.yaml import Node, Value

RESET, OVERRIDE = "!reset", "!override"
"""Compose's own tags: take out what the files before say here; put this in its place."""

_MERGE_TAG = "tag:yaml.org,2002:merge"


def entries(mapping: Mapping, path: str, log: Diagnostics) -> dict[str, Entry]:
    """Give a mapping's values by key, without what a reset takes out.

    Of a key that stands there twice the last one counts.

    Args:
        mapping: the mapping.
        path: its name for people: `services.web`, or an empty string for the whole file.
        log: told about keys that are no strings, and about a `<<` with anything but mappings.

    """
    known = log.entries.get(id(mapping))
    if known is None:
        all_entries(mapping, path, log)
        known = log.entries[id(mapping)]
    return known[2]


def all_entries(mapping: Mapping, path: str, log: Diagnostics) -> dict[str, Entry]:
    """Give a mapping's values by key; what a reset takes out is still there, tagged with it.

    The same dictionary is given each time a mapping is asked for: copy it before you change it.
    """
    known = log.entries.get(id(mapping))
    if known is not None:
        return known[1]
    found: dict[str, Entry] = {}
    merged: list[Node] = []
    for pair in mapping.pairs:
        key, value = pair
        if type(key) is Scalar and key.tag is None and (key.style or key.text[:1] in STARTS_OF_TEXT):
            found[key.text] = Entry(key, target(value), value)  # nearly all keys are so
            continue
        key = target(key)
        if not isinstance(key, Scalar) or (scalar_type(key) != "text" and key.tag != _MERGE_TAG):
            log.error(pair.key, f"a key {f'of {path}' if path else 'at the top'} must be a string: put it into quotes")
        elif is_merge(key):
            merged.append(pair.value)
        else:
            found[key.text] = Entry(key, target(pair.value), pair.value)
    for node in merged:
        for other in _to_merge(node, log):
            for name, entry in all_entries(other, path, log).items():
                found.setdefault(name, entry)
    resets = [name for name, entry in found.items() if entry.value.tag == RESET]
    left = {name: entry for name, entry in found.items() if name not in resets} if resets else found
    log.entries[id(mapping)] = (mapping, found, left)
    return found


def is_merge(key: Scalar) -> bool:
    """Whether a key is a `<<`, whose value is merged in."""
    return key.tag == _MERGE_TAG or (key.text == "<<" and not key.style)


def items(sequence: Sequence) -> list[Value]:
    """Give a list's values, aliases followed, without those that are tagged with a reset."""
    return [value for value in map(target, sequence.items) if value.tag != RESET]


def as_list(mapping: Mapping, path: str, log: Diagnostics, *, is_many: bool = False) -> Sequence:
    """Turn `key: value` into `key=value`, each where the two stand, as Compose does where it takes either form.

    With `is_many` a key may have a list of values, as hosts have addresses.
    """
    texts = []
    for name, entry in entries(mapping, path, log).items():
        values = items(entry.value) if is_many and isinstance(entry.value, Sequence) else [entry.value]
        for value in values:
            if not isinstance(value, Scalar) or scalar_type(value) == "date":
                log.error(value, f"{path}.{name} must be a string, a number, true, false or empty")
                continue
            text = name if scalar_type(value) == "nothing" else f"{name}={to_string(value)}"
            texts.append(Scalar(text, '"', None, entry.key.source, entry.span, value.unknown))
    return Sequence(tuple(texts), mapping.tag, mapping.source, mapping.span)


def _to_merge(node: Node, log: Diagnostics) -> list[Mapping]:
    """Give the mappings that a `<<` names, the strongest first."""
    value = target(node)
    mappings = []
    for one in items(value) if isinstance(value, Sequence) else [value]:
        if isinstance(one, Mapping):
            mappings.append(one)
        else:
            log.error(node, "<< must name a mapping, or a list of mappings")
    return mappings


def replaced(mapping: Mapping, name: str, value: Value, log: Diagnostics, key: Scalar | None = None) -> Mapping:
    """Give a mapping with another value for one key, which is added with `key` where it is not there."""
    found = all_entries(mapping, "", log)
    pairs = {other: Pair(entry.key, entry.value) for other, entry in found.items()}
    known = found[name].key if name in found else key
    if known is None:
        raise ValueError(f"a key is needed to add {name}")
    pairs[name] = Pair(known, value)
    return mapping._replace(pairs=tuple(pairs.values()))


def without(mapping: Mapping, name: str, log: Diagnostics) -> Mapping:
    """Give a mapping without one key."""
    found = all_entries(mapping, "", log)
    return mapping._replace(pairs=tuple(Pair(one.key, one.value) for other, one in found.items() if other != name))


def without_distant_resets(root: Mapping) -> Mapping:
    """Let a `!reset` count only where it is written: what an alias repeats of it is nothing at all.

    Docker Compose takes a reset out of the tree when it first comes by, which is at the anchor.
    """
    settled = _settled(root, {}, is_repeated=False)
    return settled if isinstance(settled, Mapping) else root


def _settled(node: Value, done: dict[int, Value], *, is_repeated: bool) -> Value:
    if isinstance(node, Mapping):
        pairs = [
            Pair(pair.key, _inside(pair.value, done, is_repeated=is_repeated))
            for pair in node.pairs
            if not (is_repeated and target(pair.value).tag == RESET)
        ]
        return node._replace(pairs=tuple(pairs))
    if isinstance(node, Sequence):
        return node._replace(items=tuple(_inside(item, done, is_repeated=is_repeated) for item in node.items))
    return node


def _inside(node: Node, done: dict[int, Value], *, is_repeated: bool) -> Node:
    if not isinstance(node, Alias):
        return _settled(node, done, is_repeated=is_repeated)
    if id(node.target) not in done:
        done[id(node.target)] = _settled(node.target, done, is_repeated=True)
    return node._replace(target=done[id(node.target)])
