"""The nodes of a file by their place, each with what holds it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.lang.yaml import Alias, Mapping, Pair, Scalar, Sequence, parse
from dropcap.model import UnreadableError
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.yaml import Node
    from dropcap.source import Source, Span

_RARE_BREAKS = "\x85\u2028\u2029"


class Place(NamedTuple):
    """Where a node or a pair stands.

    Attributes:
        node: the node, or the pair.
        holder: the place of the list or mapping that it is in; of a key or a value the place of its pair; None for
            a document.
        number: which item or pair of its list or mapping it is, from 0; of a key 0, of a value 1.

    """

    node: Node | Pair
    holder: Place | None
    number: int

    @property
    def span(self) -> Span:
        """Where it is written."""
        return self.node.span


class Tree:
    """The nodes of a text by their place."""

    __slots__ = ("_by_span", "source", "text")

    def __init__(self, source: Source) -> None:
        """Read a text.

        Raises:
            RefusedError: it cannot be read, or has line breaks that editors do not know.

        """
        self.source = source
        self.text = source.text
        if any(one in source.text for one in _RARE_BREAKS):
            raise RefusedError("the file has line breaks that few programs know (U+0085, U+2028 or U+2029)")
        self._by_span: dict[Span, list[Place]] = {}
        try:
            roots = parse(source, go_version=4, shares_anchors=True).documents
        except UnreadableError as error:
            raise RefusedError(f"the file cannot be read: {error.failure.message}") from None
        for number, root in enumerate(roots):
            self._add(root, None, number)

    def _add(self, node: Node, holder: Place | None, number: int) -> None:
        todo: list[tuple[Node | Pair, Place | None, int]] = [(node, holder, number)]
        while todo:
            at = Place(*todo.pop())
            self._by_span.setdefault(at.node.span, []).append(at)
            if isinstance(at.node, Pair):
                todo += [(at.node.key, at, 0), (at.node.value, at, 1)]
            elif isinstance(at.node, Sequence):
                todo += [(item, at, number) for number, item in enumerate(at.node.items)]
            elif isinstance(at.node, Mapping):
                todo += [(pair, at, number) for number, pair in enumerate(at.node.pairs)]

    def places(self) -> Iterator[Place]:
        """Give every node and pair, in no order that matters."""
        for found in self._by_span.values():
            yield from found

    def value(self, span: Span) -> Place:
        """Return the place of the value that stands at a span: of an item, or of the value of a pair.

        Raises:
            RefusedError: there is none, or no single one.

        """
        return self._single(span, lambda at: not isinstance(at.node, Pair) and not is_key(at))

    def key(self, span: Span) -> Place:
        """Return the place of the pair whose key stands at a span, and raise as :meth:`value` does."""
        holder = self._single(span, is_key).holder
        if holder is None:
            raise RefusedError("it stands nowhere in the file by itself")
        return holder

    def part(self, span: Span) -> Place:
        """Return the place of the value or the pair that stands at a span, and raise as :meth:`value` does."""
        return self._single(span, lambda at: not is_key(at))

    def _single(self, span: Span, fits: object) -> Place:
        found = [at for at in self._by_span.get(span, ()) if fits(at)]  # type: ignore[operator]  # a function
        if len(found) != 1:
            raise RefusedError("it stands nowhere in the file by itself")
        return found[0]


@lru_cache(maxsize=8)
def tree_of(source: Source) -> Tree:
    """Return the nodes of a text, and raise as :class:`Tree` does."""
    return Tree(source)


def is_key(at: Place) -> bool:
    """Whether a place is that of a pair's key."""
    return at.holder is not None and isinstance(at.holder.node, Pair) and at.number == 0


def is_flow(text: str, node: Node | Pair) -> bool:
    """Whether a list or a mapping is written in brackets."""
    return not isinstance(node, Pair) and text[node.span.start : node.span.start + 1] in ("[", "{")


def plain_scalar(node: Node | Pair, what: str) -> Scalar:
    """Return a node that is a single value on one line, without a tag, an alias or a variable.

    Args:
        node: the node.
        what: what it is called in a refusal: `the value`.

    Raises:
        RefusedError: it is anything else.

    """
    if isinstance(node, Alias):
        raise RefusedError(f"{what} is an alias (*{node.name})")
    if not isinstance(node, Scalar):
        raise RefusedError(f"{what} is no single value")
    if node.tag is not None:
        raise RefusedError(f"{what} has a tag")
    if "$" in node.text.replace("$$", ""):
        raise RefusedError(f"a variable decides {what}")
    start, end = node.span
    written = node.source.text[start:end]
    if node.style in ("|", ">") or "\n" in written or "\r" in written:
        raise RefusedError(f"{what} is written over several lines")
    return node
