"""What each field of a model is, by `fields.txt`, and the walk over a model that changes what the table names."""

from __future__ import annotations

from functools import cache, partial
from operator import is_
from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import RESET, Entry, all_entries, all_items, all_pairs, with_entries
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.lang.yaml.pieces import Piece, is_entry
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dropcap.carriers.compose.nodes import Path
    from dropcap.lang.yaml import Value

    Change = Callable[[Value, str, Path], Value]

LIST = "[]"
"""The step of a path that stands for any item of a list."""


class Field:
    """What one column of the table says of a place, if anything, and what stands below it by name."""

    __slots__ = ("below", "kind")

    def __init__(self) -> None:
        """Start with nothing."""
        self.below: dict[str, Field] = {}
        self.kind = ""

    def at(self, name: str) -> Field | None:
        """Return the field of a name, or of `LIST`; None where the column says nothing from there on."""
        return self.below.get(name) or self.below.get("*")


@cache
def rows(column: str) -> tuple[tuple[str, str], ...]:
    """Return the paths of which a column of the table says something, each with what it says."""
    found = []
    before, *rest = package_text("carriers", "compose", "fields.txt").split(f" {column}=")
    for after in rest:  # a row begins in one piece and says what its column is in the next
        row = before[before.rfind("\n") + 1 :]
        word = after.split(None, 1)[0]
        found += [(path, word) for path in _paths(row.partition(" ")[0])]
        before = after
    return tuple(found)


@cache
def column(*names: str, words: frozenset[str] | None = None) -> Field:
    """Return what a column of the table says of a whole model, or several columns together; with words no others."""
    root = Field()
    for path, word in (row for name in names for row in rows(name)):
        if words is not None and word not in words:
            continue
        field = root
        for step in path.split("."):
            field = field.below.get(step) or field.below.setdefault(step, Field())
        field.kind = word
    return root


@cache
def keys(*columns: str) -> tuple[tuple[str, ...], ...]:
    """Return the keys on the way to each place of which columns of the table say something, the last one first."""
    paths = (path for column in columns for path, _ in rows(column))
    return tuple(tuple(step for step in path.split(".")[::-1] if step not in (LIST, "*")) for path in paths)


def _paths(written: str) -> Iterator[str]:
    """Give the paths that `a.{b,c}.d` stands for."""
    head, brace, rest = written.partition("{")
    if not brace:
        yield head
        return
    choices, _, tail = rest.partition("}")
    for choice in choices.split(","):
        yield from (f"{head}{choice}{end}" for end in _paths(tail))


class Walk:
    """Walks a model by a column of the table, and changes what that names, the outer before the inner.

    What does not change is given back as it is, the very same node. What is shared is changed once a kind of place.
    """

    def __init__(
        self,
        change: Change,
        passes: Callable[[Value], bool] | None = None,
        keeps: Callable[[Value, Field | None, Callable[[], Value]], Value] | None = None,
    ) -> None:
        """Start a walk.

        Args:
            change: changes the value of a place.
            passes: says which values are left alone where no field is; without it only what the table says something
                of is changed.
            keeps: returns what the walk makes of an entry of a text that is being edited, where that is known.

        """
        self._change = change
        self._passes = passes
        self._keeps = keeps
        self._done: dict[tuple[int, int], Value] = {}

    def node(self, value: Value, field: Field | None, path: Path = None) -> Value:
        """Change what stands at a place, and below it."""
        if value.tag == RESET or (field is None and (self._passes is None or self._passes(value))):
            return value
        kind = field.kind if field is not None else ""
        if type(value) is Scalar:
            return self._change(value, kind, path) if kind or self._passes is not None else value
        known = (id(value), id(field))
        if known not in self._done:
            changed = self._change(value, kind, path) if kind else value
            self._done[known] = self.inside(changed, field, path)
        return self._done[known]

    def inside(self, value: Value, field: Field | None, path: Path = None) -> Value:
        """Change what is in a mapping or a list."""
        below = field.below if field is not None else {}
        if not below and self._passes is None:
            return value
        any_name = below.get("*")
        if isinstance(value, Mapping):
            changed: dict[str, Entry] = {}
            for key, old in all_pairs(value):
                name = key.text
                named = below.get(name, any_name)
                if named is not None or (self._passes is not None and not self._passes(old)):
                    if type(old.source) is Piece and self._keeps is not None and is_entry(old):
                        new = self._keeps(old, named, partial(self.node, old, named, (path, name)))
                    else:
                        new = self.node(old, named, (path, name))
                    if new is not old:
                        changed[name] = Entry(key, new)
            return with_entries(value, {**all_entries(value), **changed}.values()) if changed else value
        if isinstance(value, Sequence):
            item = below.get(LIST)
            items = [self.node(one, item, path) for one in all_items(value)]
            return value if all(map(is_, items, value.items)) else value._replace(items=tuple(items))
        return value
