"""The tree as Docker Compose sees it: aliases followed, `<<` merged in, each key once and a text.

A document is brought into this form once, when it is read; what comes after reads it without a second look. What a
`!reset` takes out is still in it, for the files below.
"""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING

from dropcap.carriers.compose.version import COMPOSE_5
from dropcap.carriers.compose.yaml_types import STARTS_OF_TEXT, scalar_type, to_string
from dropcap.lang.yaml import Alias, Mapping, Pair, Scalar, Sequence, target
from dropcap.lang.yaml.pieces import Piece, is_entry, once

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.version import Version
    from dropcap.lang.yaml import Node, Value

    Path: TypeAlias = "tuple[Path, str] | None"

RESET, OVERRIDE = "!reset", "!override"
"""Compose's own tags: take out what the files before say here; put this in its place."""

SMALL = 100_000
"""How many characters a text may have to be sure that it holds no more values than Docker Compose takes."""

_MERGE_TAG = "tag:yaml.org,2002:merge"


class Entry(Pair):
    """A pair of a mapping in this form; the value stands where its text does: behind an alias, at the anchor."""

    __slots__ = ()

    if TYPE_CHECKING:
        key: Scalar
        value: Value


def entries(value: Value | None) -> dict[str, Entry]:
    """Return a mapping's entries by key, without what a reset takes out; none for anything else."""
    pairs: tuple[Entry, ...] = value.pairs if isinstance(value, Mapping) else ()  # type: ignore[assignment]  # so they are
    return {one.key.text: one for one in pairs if one.value.tag != RESET}


def all_entries(mapping: Mapping) -> dict[str, Entry]:
    """Return a mapping's entries by key; what a reset takes out is still there, tagged with it."""
    pairs: tuple[Entry, ...] = mapping.pairs  # type: ignore[assignment]  # they are in this form
    return {one.key.text: one for one in pairs}


def child(value: Value | None, name: str) -> Value | None:
    """Return the value of a mapping's key; None where there is none, or no mapping."""
    pairs: tuple[tuple[Scalar, Value], ...] = value.pairs if isinstance(value, Mapping) else ()  # type: ignore[assignment]  # as above
    for key, inner in pairs:
        if key.text == name and inner.tag != RESET:
            return inner
    return None


def all_pairs(value: Value | None) -> tuple[tuple[Scalar, Value], ...]:
    """Return a mapping's keys and values, those that are tagged with a reset as well; none for anything else."""
    return value.pairs if isinstance(value, Mapping) else ()  # type: ignore[return-value]  # as above


def items(value: Value | None) -> list[Value]:
    """Return a list's values, without those that are tagged with a reset; none for anything else."""
    of_list: tuple[Value, ...] = value.items if isinstance(value, Sequence) else ()  # type: ignore[assignment]  # as above
    return [item for item in of_list if item.tag != RESET]


def all_items(sequence: Sequence) -> tuple[Value, ...]:
    """Return a list's values, those that are tagged with a reset as well."""
    return sequence.items  # type: ignore[return-value]  # as above


def is_nothing(value: Value | None) -> bool:
    """Whether a value is null, written or left out."""
    return isinstance(value, Scalar) and scalar_type(value) == "nothing"


def known_text(value: Value | None) -> str | None:
    """Return a text that is known; None for anything else."""
    is_known = isinstance(value, Scalar) and value.unknown is None and scalar_type(value) == "text"
    return value.text if is_known and isinstance(value, Scalar) else None


def known_scalar(value: Value | None) -> str | None:
    """Return the text of a scalar that is known, as Docker Compose prints it; None for anything else, and for null."""
    if not isinstance(value, Scalar) or value.unknown is not None:
        return None
    if is_plainly_text(value):
        return value.text
    return None if is_nothing(value) else to_string(value)


def with_entries(mapping: Mapping, found: Iterable[Entry]) -> Mapping:
    """Return a mapping with other entries."""
    return mapping._replace(pairs=tuple(found))


def with_value(mapping: Mapping, key: Scalar, value: Value) -> Mapping:
    """Return a mapping with another value for one key, which is added where it is not there."""
    found = all_entries(mapping)
    found[key.text] = Entry(found[key.text].key if key.text in found else key, value)
    return with_entries(mapping, found.values())


def without(mapping: Mapping, *names: str) -> Mapping:
    """Return a mapping without some keys."""
    return with_entries(mapping, (one for name, one in all_entries(mapping).items() if name not in names))


def without_tags(mapping: Mapping) -> Mapping:
    """Return a mapping without `!reset` and `!override`: they speak of the files under it, not of those over it."""
    return with_entries(mapping, (one._replace(value=_untagged(one.value)) for one in entries(mapping).values()))


def _untagged(value: Value) -> Value:
    if isinstance(value, Mapping):
        value = without_tags(value)
    elif isinstance(value, Sequence):
        value = value._replace(items=tuple(map(_untagged, items(value))))
    if value.tag not in (RESET, OVERRIDE):
        return value
    # A single value behind a tag of its own is a text, whatever it looks like.
    return value._replace(tag=None, style=value.style or '"') if isinstance(value, Scalar) else value._replace(tag=None)


def as_list(mapping: Mapping, path: str, log: Diagnostics, *, is_many: bool = False) -> Sequence:
    """Turn `key: value` into `key=value`, each where the two stand, as Compose does where it takes either form.

    With `is_many` a key may have a list of values, as hosts have addresses.
    """
    texts = []
    for name, entry in entries(mapping).items():
        for value in items(entry.value) if is_many and isinstance(entry.value, Sequence) else [entry.value]:
            if not isinstance(value, Scalar) or scalar_type(value) == "date":
                log.error(value, f"{path}.{name} must be a string, a number, true, false or empty")
                continue
            text = name if scalar_type(value) == "nothing" else f"{name}={to_string(value)}"
            texts.append(Scalar(text, '"', None, entry.key.source, entry.span, value.unknown))
    return Sequence(tuple(texts), mapping.tag, mapping.source, mapping.span)


def path_text(path: Path) -> str:
    """Write a path for people: `services.web.privileged`."""
    names: list[str] = []
    while path is not None:
        path, name = path
        names.append(name)
    return ".".join(reversed(names))


def normalised(root: Node, log: Diagnostics, version: Version = COMPOSE_5) -> Value:
    """Bring a document into the form of this module.

    Of a key that stands there twice the last one counts. A `!reset` takes out what the files before say, and not what
    is merged in beside it. Docker Compose 2 takes it out of the tree when it first comes by, at the anchor: what an
    alias repeats of it is nothing at all there.

    Args:
        root: the root of a document, as it is parsed.
        version: the version of Docker Compose.
        log: told about keys that are no strings, about a `<<` with anything but mappings, and about aliases that
            Docker Compose takes for circles or finds too many.

    """
    text, (start, end) = root.source.text, root.span  # of many documents each is looked at by itself
    has_slash = text.find("\\/", start, end) >= 0
    aliases = text.count("*", start, end)
    if aliases > 1:
        from dropcap.carriers.compose.circles import refuse_seeming_circles

        refuse_seeming_circles(root, log, keeps_dots=version.keeps_dots)
    if version.limits_yaml and (end - start > SMALL or aliases):
        from dropcap.carriers.compose.yaml_limits import refuse_excess

        refuse_excess(root, log)
    return _Normaliser(log, repeats_resets=version.repeats_resets, has_slash=has_slash).node(root, None)


class _Normaliser:
    """Normalises the nodes of one document; what several aliases name only once.

    What is in the form already, as most is, is given back as it is, the very same node.
    """

    def __init__(self, log: Diagnostics, *, repeats_resets: bool, has_slash: bool) -> None:
        self._log = log
        self._repeats_resets = repeats_resets
        self._has_slash = has_slash  # the one escape that is looked at
        self._done: dict[int, Value] = {}

    def node(self, node: Node, path: Path, *, is_repeated: bool = False) -> Value:
        """Normalise a node; one that an alias repeats has no resets."""
        if isinstance(node, Scalar):
            return self._scalar(node, path)
        if isinstance(node, Mapping):
            for key in [pair.key for pair in node.pairs if isinstance(pair.key, Scalar)] if self._has_slash else ():
                self._scalar(key, path)
            return self.mapping(node, path, is_repeated=is_repeated)
        if isinstance(node, Sequence):
            items = [
                item if self._is_single(item) else self.node(item, path, is_repeated=is_repeated) for item in node.items
            ]
            return node if all(map(is_, items, node.items)) else node._replace(items=tuple(items))
        if id(node.target) not in self._done:
            self._done[id(node.target)] = self.node(node.target, path, is_repeated=not self._repeats_resets)
        return self._done[id(node.target)]

    def _entry(self, node: Node, path: Path, *, is_repeated: bool) -> Value:
        """Normalise a value of a mapping; that of an entry that is as it was only once."""
        if isinstance(node, Alias) or not is_entry(node):
            return self.node(node, path, is_repeated=is_repeated)
        question = ("normalised", is_repeated, self._repeats_resets, self._has_slash)
        return once(node, question, lambda: self.node(node, path, is_repeated=is_repeated), self._log.told)

    def _is_single(self, node: Node) -> bool:
        """Whether a node is a scalar without a tag or an escape to look at, as most are."""
        return type(node) is Scalar and not node.tag and not self._has_slash

    def _scalar(self, scalar: Scalar, path: Path) -> Scalar:
        if self._is_single(scalar):
            return scalar
        from dropcap.carriers.compose.tagged_scalars import untagged, wrong_scalar

        wrong = wrong_scalar(scalar)
        if wrong is not None:
            self._log.error(scalar, f"{path_text(path) or 'the document'} {wrong}")
            return scalar
        return untagged(scalar)

    def mapping(self, mapping: Mapping, path: Path, *, is_repeated: bool = False) -> Mapping:
        """Normalise a mapping."""
        found: dict[str, Entry] = {}
        merged: list[Node] = []
        has_slash = self._has_slash
        for pair in mapping.pairs:
            written, value = pair
            key = written if type(written) is Scalar else target(written)
            if isinstance(key, Scalar) and (is_plainly_text(key) or (scalar_type(key) == "text" and not is_merge(key))):
                name = key.text
                if type(value) is Scalar and not value.tag and not has_slash and key is written:
                    found[name] = pair  # type: ignore[assignment]  # alike in all else; most are so
                elif not (is_repeated and target(value).tag == RESET):
                    find = self._entry if type(value.source) is Piece else self.node
                    inner = find(value, (path, name), is_repeated=is_repeated)
                    is_same = inner is value and key is written
                    found[name] = pair if is_same else Entry(key, inner)  # type: ignore[assignment]  # as above
            elif isinstance(key, Scalar) and is_merge(key):
                merged.append(value)
            else:
                refuse_key(written, path_text(path), self._log, value)
        if merged:
            self._merge(merged, found, path, is_repeated=is_repeated)
        is_normal = len(found) == len(mapping.pairs) and all(map(is_, found.values(), mapping.pairs))
        return mapping if is_normal else with_entries(mapping, found.values())

    def _merge(self, merged: Iterable[Node], found: dict[str, Entry], path: Path, *, is_repeated: bool) -> None:
        """Put what is merged into a mapping beside its own entries."""
        for node in merged:
            value = self.node(node, path, is_repeated=is_repeated)
            for other in items(value) if isinstance(value, Sequence) else [value]:
                if not isinstance(other, Mapping):
                    self._log.error(
                        node, "<< must name a mapping or a list of mappings: write << with an alias such as *name"
                    )
                    continue
                for name, entry in all_entries(other).items():
                    # Docker Compose finds no place for a reset that comes by a list of mappings.
                    if not (isinstance(value, Sequence) and entry.value.tag == RESET):
                        found[name] = _beside(found[name], entry) if name in found else entry


def _beside(own: Entry, merged: Entry) -> Entry:
    """Return what counts of a key that stands in a mapping and in one that is merged into it."""
    if own.value.tag == RESET and merged.value.tag != RESET:
        return merged._replace(value=merged.value._replace(tag=OVERRIDE))
    if merged.value.tag == RESET and own.value.tag is None:
        return own._replace(value=own.value._replace(tag=OVERRIDE))
    return own


def refuse_key(key: Node, path: str, log: Diagnostics, value: Node | None = None) -> None:
    """Tell that a key is no string; its value says whether it is a key by mistake."""
    remedy = "put it into quotes"
    if path.endswith(".ports") and isinstance(key, Scalar) and isinstance(value, Scalar):
        remedy = f'write "{key.text}:{value.text}" after a dash'
    log.error(key, f"a key {f'of {path}' if path else 'at the top'} must be a string: {remedy}")


def is_plainly_text(scalar: Scalar) -> bool:
    """Whether a scalar is a text at the first look, as nearly all are."""
    return scalar.tag is None and bool(scalar.style or scalar.text[:1] in STARTS_OF_TEXT)


def is_merge(key: Scalar) -> bool:
    """Whether a key is a `<<`, whose value is merged in."""
    return key.tag == _MERGE_TAG or (key.text == "<<" and not key.style)
