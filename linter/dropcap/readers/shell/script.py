"""Where the commands of a script stand, by its syntax tree.

tree-sitter counts bytes of UTF-8, everything else here counts characters: the conversion is in one place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

import tree_sitter
import tree_sitter_bash

from dropcap.readers.shell.words import read_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.readers.flags import Word
    from dropcap.source import Source

_EXPANSIONS = frozenset(
    {"arithmetic_expansion", "command_substitution", "expansion", "process_substitution", "simple_expansion"}
)
_LANGUAGE = tree_sitter.Language(tree_sitter_bash.language())
# Compiling it takes longer than parsing a short script.
_COMMANDS = tree_sitter.Query(_LANGUAGE, "[(command) (command_substitution)] @node")
_COMMENT = re.compile(rb"`[ \t]*#[^`\n]*`")
_CHUNK = 1024


class Script:
    """A script's text and its tree."""

    def __init__(self, source: Source) -> None:
        """Parse a script; one that is broken gives as much of a tree as can be made out."""
        self._source = source
        self._text = source.text
        data = source.text.encode("utf-8", "surrogatepass")
        # The parser takes the rest of the line for the comment, and all that follows for something else.
        self._data = _COMMENT.sub(lambda match: b" " * len(match[0]), data)
        self._root = tree_sitter.Parser(_LANGUAGE).parse(self._data).root_node
        self._is_ascii = len(self._data) == len(self._text)
        self._chunks: list[int] = []  # where each chunk of characters starts in the bytes
        if not self._is_ascii:
            size = 0
            for start in range(0, len(self._text), _CHUNK):
                self._chunks.append(size)
                size += len(self._text[start : start + _CHUNK].encode("utf-8", "surrogatepass"))

    def commands(self) -> Iterator[tuple[Word, ...]]:
        """Give the words of every simple command."""
        nodes = tree_sitter.QueryCursor(_COMMANDS).captures(self._root).get("node", [])
        limit = 0
        for node in sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte)):
            if node.type == "command":
                yield self._words(node.start_byte, limit if node.start_byte < limit else len(self._data))
            elif self._is_backquoted(node) and node.start_byte >= limit:
                limit = node.end_byte - 1

    def commands_at(self, places: Sequence[int]) -> Iterator[tuple[Word, ...]]:
        """Give the words of the innermost simple commands around some places, each command once."""
        seen = set()
        cursor = self._root.walk()
        for place in places:
            cursor.reset(self._root)
            at, start, limit = self._to_byte(place), None, len(self._data)
            while cursor.goto_first_child_for_byte(at) is not None:
                node = cursor.node
                if node is None or node.start_byte > at:
                    break
                if node.type == "command":
                    start = node.start_byte
                elif self._is_backquoted(node):
                    limit = min(limit, node.end_byte - 1)
            if start is not None and start not in seen:
                seen.add(start)
                yield self._words(start, limit)

    def _is_backquoted(self, node: tree_sitter.Node) -> bool:
        return node.type == "command_substitution" and self._data.startswith(b"`", node.start_byte)

    def _words(self, start: int, limit: int) -> tuple[Word, ...]:
        end = self._to_offset(limit)
        return tuple(read_words(self._source, self._to_offset(start), end, self._expansion_end))

    def _expansion_end(self, offset: int) -> int | None:
        """Give the end of the expansion that starts at an offset, or None where the tree has none there."""
        at = self._to_byte(offset)
        node = self._root.descendant_for_byte_range(at, at + 1)
        while node is not None and node.start_byte == at:
            if node.type in _EXPANSIONS:
                return self._to_offset(node.end_byte)
            node = node.parent
        return None

    def _to_byte(self, offset: int) -> int:
        if self._is_ascii:
            return offset
        chunk = min(offset // _CHUNK, len(self._chunks) - 1)
        before = self._text[chunk * _CHUNK : offset]
        return self._chunks[chunk] + len(before.encode("utf-8", "surrogatepass"))

    def _to_offset(self, byte: int) -> int:
        if self._is_ascii:
            return byte
        chunk = bisect_right(self._chunks, byte) - 1
        before = self._data[self._chunks[chunk] : byte]
        return chunk * _CHUNK + len(before.decode("utf-8", "surrogatepass"))
