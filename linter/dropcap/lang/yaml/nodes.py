"""The nodes of a YAML tree. Each knows its text and its place, so that a tree may be made of several files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from typing import TypeAlias

    from dropcap.source import Source


class UnknownText(NamedTuple):
    """Why a value is not known: a part of it as it is written (`${CAPS}`), and a reason to follow "because"."""

    text: str
    reason: str


class Scalar(NamedTuple):
    """A single value.

    Attributes:
        text: its text, without quotation marks, escapes and indentation.
        style: an empty string for a plain one, else the character that opens it: `'`, `"`, `|` or `>`.
        tag: its tag as the parser gives it (`!reset`, `tag:yaml.org,2002:str`), or None.
        source: the text it stands in.
        span: where it stands, quotation marks included, anchor and tag not; of a block, up to its last
            character that is not blank; empty where the value is.
        unknown: what hides a part of the text, which stands in it as it is written; None where all is known.

    """

    text: str
    style: str
    tag: str | None
    source: Source
    span: Span
    unknown: UnknownText | None = None


class Sequence(NamedTuple):
    """A list; its span ends with its last item or its bracket."""

    items: tuple[Node, ...]
    tag: str | None
    source: Source
    span: Span


class Pair(NamedTuple):
    """A key and its value."""

    key: Node
    value: Node

    @property
    def span(self) -> Span:
        """Where key and value are written; the key alone where they were merged of two texts."""
        key, value = self
        return Span(key.span.start, value.span.end) if key.source is value.source else key.span


class Mapping(NamedTuple):
    """Pairs in their order, keys that stand there twice included; its span ends with its last value or brace."""

    pairs: tuple[Pair, ...]
    tag: str | None
    source: Source
    span: Span


class Alias(NamedTuple):
    """A `*name`: where it stands itself, and the node that it stands for."""

    name: str
    target: Value
    source: Source
    span: Span


Value: TypeAlias = Scalar | Sequence | Mapping
Node: TypeAlias = Scalar | Sequence | Mapping | Alias


class Stream(NamedTuple):
    """What one text holds.

    Attributes:
        documents: the root of each document; an empty document's is an empty plain scalar.
        repeats: the keys that stand twice in one mapping, as pairs of the first and the later one.

    """

    documents: tuple[Node, ...]
    repeats: tuple[tuple[Scalar, Scalar], ...]


def target(node: Node) -> Value:
    """Give the node itself, or the one that an alias stands for."""
    return node.target if isinstance(node, Alias) else node
