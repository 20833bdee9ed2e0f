"""The comments of a JSON text, and which of its lines belong together: a key with its value, an item of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.comments import Block, Lines, placed
from dropcap.lang.jsonc.nodes import Array, Object
from dropcap.lang.jsonc.parser import parse

if TYPE_CHECKING:
    from dropcap.lang.comments import Comment
    from dropcap.lang.jsonc.nodes import Node
    from dropcap.source import Source


def comments(source: Source) -> list[Comment]:
    """Return the comments that speak to dropcap.

    Raises:
        UnreadableError: the text is not JSON.

    """
    text = parse(source)
    lines = Lines(source.text)
    blocks: dict[int, Block] = {}
    ending: dict[int, int] = {}
    waiting: list[Node] = [text.root]
    while waiting:
        node = waiting.pop()
        first, last = lines.of(node.span.start), lines.of(node.span.end - 1)
        ending[last] = min(first, ending.get(last, first))
        values = [(one.key.span.start, one.value) for one in node.members] if isinstance(node, Object) else []
        values += [(one.span.start, one) for one in node.items] if isinstance(node, Array) else []
        for start, value in values:
            first, last = lines.of(start), lines.of(value.span.end - 1)
            blocks[first] = Block(first, max(last, blocks.get(first, Block(first, first)).last), first)
            waiting.append(value)

    def block_of(line: int) -> Block:
        if line not in blocks and line in ending:
            line = ending[line]
        return blocks.get(line, Block(line, line))

    return placed(source, text.comments, block_of, text.root.span.start, lines)
