"""A resolved Compose project as YAML, for people: each value with the place that it comes from behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.canonical.tree import Leaf, doubled, is_unknown
from dropcap.carriers.compose.yaml_types import truth
from dropcap.lang.yaml import Scalar
from dropcap.masking import without_secrets
from dropcap.printable import printable, printable_character

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.interpolate import Use
    from dropcap.lang.yaml import Value

_PLAIN = r"(?:\.{0,2}/|[A-Za-z_$])[A-Za-z0-9_./@+=:${}?-]*(?<!:)"
_NULLS = frozenset({"null", "Null", "NULL"})
_ESCAPES = {'"': '\\"', "\\": "\\\\"}


def resolved_lines(project: dict[str, Tree], uses: Iterable[Use]) -> Iterator[str]:
    """Yield the lines of a project.

    Secrets are hidden, and dollar signs doubled, as they have to be in a Compose file.

    Args:
        project: the project in the canonical form.
        uses: which variables decide which values.

    """
    by_place: dict[object, list[Use]] = {}
    for use in uses:
        by_place.setdefault((id(use.source), use.span), []).append(use)
    yield from _Lines(by_place).mapping(project, "")


class _Lines:
    """Writes trees, with what is said of the values of each place."""

    def __init__(self, uses: dict[object, list[Use]]) -> None:
        self._uses = uses

    def mapping(self, tree: dict[str, Tree], indent: str) -> Iterator[str]:
        """Write a mapping's lines."""
        for name, value in _shown(tree).items():
            key = _scalar(doubled(name))
            if isinstance(value, Leaf):
                yield f"{indent}{key}: {self._leaf(value, f'{name}: ')}\n"
            elif not _shown(value):
                yield f"{indent}{key}: {_nothing(value)}\n"
            else:
                yield f"{indent}{key}:\n"
                yield from self._below(value, f"{indent}  ")

    def _below(self, tree: Tree, indent: str) -> Iterator[str]:
        if isinstance(tree, dict):
            yield from self.mapping(tree, indent)
        elif isinstance(tree, list):
            yield from self._list(tree, indent)

    def _list(self, tree: list[Tree], indent: str) -> Iterator[str]:
        before = ""
        for item in tree:
            if isinstance(item, Leaf):
                yield f"{indent}- {self._leaf(item, before)}\n"
                # What follows an option such as --password is its value.
                before = f"{item.value} "
                continue
            if not _shown(item):
                yield f"{indent}- {_nothing(item)}\n"
                continue
            lines = self._below(item, f"{indent}  ")
            yield f"{indent}- {next(lines)[len(indent) + 2 :]}"
            yield from lines

    def _leaf(self, leaf: Leaf, before: str) -> str:
        """Write a value and its comment; what stands before it says whether it is a secret."""
        value = leaf.value
        if isinstance(value, str):
            text = without_secrets(before + value)[len(before) :] if value else value
            written = _scalar(text if is_unknown(leaf) else doubled(text))
        else:
            written = "null" if value is None else str(value).lower()
        return f"{written}  # {printable('; '.join(self._said(leaf.at)))}"

    def _said(self, at: Value | None) -> Iterator[str]:
        """Say where a value stands, and what else decides it."""
        if at is None:
            yield "default"
            return
        region = at.source.region(at.span)
        yield f"{region.path}:{region.line}" if at.source.text else at.source.path
        for use in self._uses.get((id(at.source), at.span), ()):
            yield _decision(use)
        if isinstance(at, Scalar) and at.unknown:
            yield f"unknown: {at.unknown.reason}"


def _decision(use: Use) -> str:
    if use.variable is None:
        return f"{use.name} is empty"
    source = use.variable.source
    if not source.text:
        where = f"in {source.path}"
    else:
        region = source.region(use.variable.span)
        where = f"at {region.path}:{region.line}"
    return f"{use.name} is {'empty' if use.is_empty else 'set'} {where}"


def _shown(tree: Tree) -> dict[str, Tree]:
    """Give what of a mapping is for people; of a list a token that it has items."""
    if isinstance(tree, dict):
        return {name: one for name, one in tree.items() if not (isinstance(one, Leaf) and one.only == "json")}
    return {"": tree} if tree else {}


def _nothing(tree: Tree) -> str:
    return "{}" if isinstance(tree, dict) else "[]"


def _scalar(text: str) -> str:
    """Write a text as a YAML scalar of one line: plain where nobody takes it for anything else."""
    if re.fullmatch(_PLAIN, text) and truth(text) is None and text not in _NULLS:
        return text
    return f'"{"".join(_ESCAPES.get(one) or printable_character(one) for one in text)}"'
