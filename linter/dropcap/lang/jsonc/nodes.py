"""The nodes of a JSON text, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from dropcap.model import Failure
    from dropcap.source import Source, Span


class Scalar(NamedTuple):
    """A single value; the span of a text holds its quotation marks."""

    value: str | int | float | bool | None
    source: Source
    span: Span


class Array(NamedTuple):
    """A list, from bracket to bracket."""

    items: tuple[Node, ...]
    source: Source
    span: Span


class Member(NamedTuple):
    """A key, always a text, and its value."""

    key: Scalar
    value: Node


class Object(NamedTuple):
    """Members in their order, keys that stand there twice included; from brace to brace."""

    members: tuple[Member, ...]
    source: Source
    span: Span


Node: TypeAlias = Scalar | Array | Object


class Text(NamedTuple):
    """What a text holds: its one value, what had to be repaired, and where comments stand."""

    root: Node
    problems: tuple[Failure, ...]
    comments: tuple[Span, ...] = ()


def members(node: Object) -> dict[str, Member]:
    """Give the members by key; of a key that stands there twice the last one counts, as for all programs."""
    return {str(member.key.value): member for member in node.members}


def plain(node: Node) -> Any:  # noqa: ANN401  # any value that JSON can hold
    """Give a node as Python's `json` would."""
    if isinstance(node, Object):
        return {member.key.value: plain(member.value) for member in node.members}
    if isinstance(node, Array):
        return [plain(item) for item in node.items]
    return node.value


def strings(node: Node) -> Iterator[Scalar]:
    """Give the string that a node is, or the strings of the list that it is; other items are left out."""
    for item in node.items if isinstance(node, Array) else (node,):
        if isinstance(item, Scalar) and isinstance(item.value, str):
            yield item
