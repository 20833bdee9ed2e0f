"""What the readers of YAML files that hold scripts share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.words import Word
from dropcap.lang.yaml import Mapping, Scalar, Sequence, parse, target
from dropcap.lang.yaml.text import text_piece
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.budget import Budget
    from dropcap.lang.yaml import Node, Value
    from dropcap.source import Source

__all__ = ["documents", "environment", "get", "pairs", "script_source", "strings", "variables"]

MAX_VARIABLES = 200
"""How many variables of a file are looked at."""
MAX_DEPTH = 20
"""How deeply lists of commands may stand in one another; GitLab refuses more than 10 levels."""


_NAME = r"[A-Za-z_]\w*"


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


def variables(node: Node | None, above: dict[str, Scalar] | None = None) -> dict[str, Scalar]:
    """Give the variables that a mapping sets, and those above that it does not; a value may stand under `value:`."""
    found = dict(above or {})
    for key, value in pairs(node):
        text = value if isinstance(value, Scalar) else get(value, "value")
        is_taken = key.text in found or len(found) < MAX_VARIABLES
        if isinstance(text, Scalar) and is_taken and re.fullmatch(_NAME, key.text):
            found[key.text] = text
    return found


def environment(given: dict[str, Scalar], used_in: str, budget: Budget) -> dict[str, Word]:
    """Give the variables of the file that a script names, with their values.

    A value in which something else fills something in is left out, and so is one that there is no budget for: then
    the variable is not known.
    """
    found = {}
    for name in sorted(set(re.findall(_NAME, used_in)) & given.keys()):
        piece = script_source(given[name])
        if "$" not in piece.text and budget.take(len(piece.text)):
            found[name] = Word(piece.text, piece, Span(0, len(piece.text)))
    return found


def script_source(scalar: Scalar) -> Source:
    """Make a source of a string's text, with the places of its characters."""
    return text_piece(scalar)
