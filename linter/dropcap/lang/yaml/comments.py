"""The comments of a YAML text: what begins with `#` where the parser has found no value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.comments import Block, Lines, placed
from dropcap.lang.yaml.composer import GO_VERSION_3, parse
from dropcap.lang.yaml.nodes import Alias, Mapping, Scalar, Sequence
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dropcap.lang.comments import Comment
    from dropcap.lang.yaml.nodes import Node
    from dropcap.source import Source

_BREAKS = "\r\n|[\n\r\x85\u2028\u2029]"
_COMMENT = re.compile("(?:(?<![^ \t\n\r\x85\u2028\u2029\ufeff]))#[^\n\r\x85\u2028\u2029]*")
_HEADER = re.compile("[|>][-+0-9]*[ \t]+(?=#)")
_MEANS_NOTHING = re.compile(
    "(?:[ \t]*(?:#[^\n\r\x85\u2028\u2029]*|%[^\n\r]*|---[ \t]*(?:#[^\n\r]*)?)?(?:\r\n|[\n\r]))*"
)


def comments(source: Source) -> list[Comment]:
    """Return the comments that speak to dropcap.

    Raises:
        UnreadableError: the text is not YAML.

    """
    values, block_of, lines = anatomy(source)
    first = _MEANS_NOTHING.match(source.text)
    content = first.end() if first else 0
    return placed(source, list(_between(source.text, [one.span for one in values])), block_of, content, lines)


def anatomy(source: Source) -> tuple[list[Scalar | Alias], Callable[[int], Block], Lines]:
    """Return the values that hold no others in their order, what gives the lines of a line's values, and the lines.

    Raises:
        UnreadableError: the text is not YAML.

    """
    lines = Lines(source.text, _BREAKS)
    blocks = _Blocks(lines)
    values: list[Scalar | Alias] = []
    for root in parse(source, shares_anchors=True, go_version=GO_VERSION_3).documents:
        values += _nodes(root, blocks)
    values.sort(key=lambda one: one.span)
    return values, blocks.of, lines


def _between(text: str, leaves: list[Span]) -> Iterator[Span]:
    """Give the comments between values; one behind the sign that opens a block is within what the block spans."""
    at = 0
    for start, end in (*leaves, Span(len(text), len(text))):
        yield from (Span(*found.span()) for found in _COMMENT.finditer(text, at, start))
        header = _HEADER.match(text, start, end)
        if header and (found := _COMMENT.match(text, header.end())):
            yield Span(*found.span())
        at = max(at, end)
        if header and found:
            at = max(at, found.end())


class _Blocks:
    """Which lines belong to a line: those of the values that start on it, or else of the one that ends there."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._starting: dict[int, tuple[int, int]] = {}  # the last line of all, and of what holds nothing else
        self._ending: dict[int, int] = {}

    def add(self, span: Span, end: int, *, is_wide: bool) -> None:
        """Take what starts at a span and ends elsewhere, and whether it holds things that may stand by themselves."""
        first, last = self._lines.of(span.start), self._lines.of(max(span.start, end - 1))
        known, own = self._starting.get(first, (first, first))
        self._starting[first] = (max(known, last), own if is_wide else max(own, last))

    def close(self, span: Span) -> None:
        """Take a value in quotation marks or brackets, whose last line has a comment of its own."""
        first, last = self._lines.of(span.start), self._lines.of(max(span.start, span.end - 1))
        if last > first:
            self._ending[last] = min(first, self._ending.get(last, first))

    def of(self, line: int) -> Block:
        """Return the lines that belong to a line."""
        if line not in self._starting and line in self._ending:
            line = self._ending[line]
        last, own = self._starting.get(line, (line, line))
        return Block(line, last, own if own < last else None)


def _nodes(root: Node, blocks: _Blocks) -> Iterator[Scalar | Alias]:
    """Give the values that hold no others, and tell where all begin and end."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (Scalar, Alias)):
            blocks.add(node.span, node.span.end, is_wide=False)
            if isinstance(node, Scalar):
                blocks.close(node.span)
            yield node
            continue
        if node.source.text[node.span.start : node.span.start + 1] in {"[", "{"}:
            blocks.close(node.span)
        if isinstance(node, Mapping):
            for key, value in node.pairs:
                blocks.add(key.span, value.span.end, is_wide=isinstance(value, (Mapping, Sequence)))
                waiting += (key, value)
        else:
            for item in node.items:
                blocks.add(item.span, item.span.end, is_wide=isinstance(item, (Mapping, Sequence)))
            waiting += node.items
