"""What the readers of YAML files that hold scripts share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.readers.yaml import Mapping, Scalar, Sequence, parse, target
from dropcap.readers.yaml.text import text_piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.readers.yaml import Node, Value
    from dropcap.source import Source

__all__ = ["documents", "get", "pairs", "script_source", "strings"]

MAX_DEPTH = 8
"""How deeply lists of commands may stand in one another."""


def documents(source: Source) -> Iterator[Value]:
    """Give the roots of a file's documents.

    Raises:
        UnreadableError: it is not YAML.

    """
    for root in parse(source).documents:
        yield target(root)


def pairs(node: Node | None) -> Iterator[tuple[Scalar, Value]]:
    """Give a mapping's keys and values; nothing for what is no mapping."""
    value = None if node is None else target(node)
    if isinstance(value, Mapping):
        for pair in value.pairs:
            key = target(pair.key)
            if isinstance(key, Scalar):
                yield key, target(pair.value)


def get(node: Node | None, *names: str) -> Value | None:
    """Follow keys into mappings; None where one is missing."""
    found = None if node is None else target(node)
    for name in names:
        found = next((value for key, value in pairs(found) if key.text == name), None)
    return found


def strings(node: Node | None, depth: int = 0) -> Iterator[Scalar]:
    """Give a string, or the strings of a list that may hold lists; what a tag stands for (`!reference`) is left out."""
    value = None if node is None else target(node)
    if isinstance(value, Scalar):
        yield value
    elif isinstance(value, Sequence) and value.tag is None and depth < MAX_DEPTH:
        for item in value.items:
            yield from strings(item, depth + 1)


def script_source(scalar: Scalar) -> Source:
    """Make a source of a string's text, with the places of its characters."""
    return text_piece(scalar)
