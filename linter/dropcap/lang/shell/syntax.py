"""The syntax tree of a shell's script, and which place in its text is which one in the tree.

tree-sitter counts bytes of UTF-8, everything else here counts characters: the conversion is in one place.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import tree_sitter

from dropcap.fast_start import bash_binding
from dropcap.lang.shell.depth import MOST_ERRORS, MOST_READS, TOO_BROKEN
from dropcap.model import Failure, Level, UnreadableError
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.shell.fragments import Piece
    from dropcap.lang.shell.lexer import Raw
    from dropcap.source import Source

__all__ = ["INLINE_COMMENT", "Syntax", "nodes_of", "syntax_of"]

_EXPANSIONS = frozenset(
    {"arithmetic_expansion", "command_substitution", "expansion", "process_substitution", "simple_expansion"}
)
_LANGUAGE = tree_sitter.Language(bash_binding().language())
_COMMANDS = frozenset(
    _LANGUAGE.id_for_node_kind(kind, True)  # noqa: FBT003  # that is how it is asked for
    for kind in ("command", "command_substitution")
)
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_SUBSTITUTION = re.compile(rb"[$<>]\(|`")
INLINE_COMMENT = re.compile(rb"`[ \t]*#[^`\n]*`")
"""A way to put a comment between joined lines: what it runs is nothing."""
_LINE_IN_BACKSLASH = rb"(?m)(?<!\\\n)(?<!\\\r\n)^([ \t]*)\\(?=\w|\r?\n)"
_CHUNK = 1024
# No text of this size takes long, however broken it is. A parser that asks for blocks never gives them back
# (tree-sitter 0.26.1): a process that reads scripts for days would grow. So blocks are small, and made once.
_BLOCK = 1024
_SMALL = 2048
_MOST_KEPT = 64 * 1024
"""How many characters of scripts are kept parsed: a container's entrypoint is followed by each user in each phase."""


class Syntax:
    """A script's text and its tree, and what has been read of it.

    Attributes:
        text: the script.
        data: its bytes, as the parser gets them.
        root: the root of its tree.
        raws: the words that stand between two places in the bytes, as a function reads them.
        pieces: the value that stands between two offsets.
        parts: the children of a node that may be followed.

    """

    def __init__(self, source: Source) -> None:
        """Parse a script; one that is broken gives as much of a tree as can be made out.

        Raises:
            UnreadableError: it is too broken to be parsed in bearable time.

        """
        self.text = source.text
        data = source.text.encode("utf-8", "surrogatepass")
        # The parser takes the rest of the line for the comment, and all that follows for something else; and a line
        # that begins with a backslash it takes for a part of the one above.
        masked = INLINE_COMMENT.sub(lambda match: b" " * len(match[0]), data)
        self.data = re.sub(_LINE_IN_BACKSLASH, rb"\1 ", masked) if b"\\" in masked else masked
        self._unmasked = data
        # A node does not keep its tree, nor does a walk through one.
        self._tree = self._parse(source)
        self.root = self._tree.root_node
        self.raws: dict[tuple[int, int, object], list[Raw]] = {}
        self.pieces: dict[tuple[int, int], list[Piece]] = {}
        self.parts: dict[int, list[tree_sitter.Node]] = {}
        self._children: dict[int, list[tree_sitter.Node]] = {}
        self._substitutions: list[tree_sitter.Node] | None = None
        self._substituted_at: list[int] = []
        self._is_ascii = len(self.data) == len(self.text)
        self._chunks: list[int] = []  # where each chunk of characters starts in the bytes
        if not self._is_ascii:
            size = 0
            for start in range(0, len(self.text), _CHUNK):
                self._chunks.append(size)
                size += len(self.text[start : start + _CHUNK].encode("utf-8", "surrogatepass"))

    def _parse(self, source: Source) -> tree_sitter.Tree:
        errors = reads = 0
        most_reads = len(self.data) + MOST_READS

        def is_enough(_: int, has_error: bool) -> bool:  # noqa: FBT001  # the parser calls it so
            nonlocal errors
            errors += has_error
            return errors > MOST_ERRORS or reads > most_reads

        # The parser never lets go of a function that it reads from: what that one holds is cleared, and not self.
        data = [self.data]
        blocks: dict[int, bytes] = {}

        def read(start: int, _: object) -> bytes:
            nonlocal reads
            reads += 1
            block = blocks.get(start)
            if block is None:  # the parser comes back to where a broken text may go on, again and again
                block = blocks[start] = data[0][start : (start // _BLOCK + 1) * _BLOCK]
            return block

        parser = tree_sitter.Parser(_LANGUAGE)
        if len(self.data) <= _SMALL:
            return parser.parse(self.data)
        try:
            return parser.parse(read, progress_callback=is_enough)
        except ValueError:
            raise UnreadableError(Failure(source.path, TOO_BROKEN, Level.ERROR, source, Span(0, 1))) from None
        finally:
            data.clear()
            blocks.clear()

    def commands(self) -> Iterator[tuple[int, int]]:
        """Give every simple command: where it starts in the bytes, and what ends it."""
        limit = 0
        for node in sorted(_of_kinds(self.root, _COMMANDS), key=lambda node: (node.start_byte, -node.end_byte)):
            if node.type == "command":
                yield node.start_byte, limit if node.start_byte < limit else len(self.data)
            elif self.is_backquoted(node) and node.start_byte >= limit:
                limit = node.end_byte - 1

    def commands_at(self, places: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Give the innermost simple commands around some bytes, each once: where they start and what ends them."""
        seen = set()
        cursor = self.root.walk()
        for place in places:
            cursor.reset(self.root)
            at, start, limit = place, None, len(self.data)
            while cursor.goto_first_child_for_byte(at) is not None:
                node = cursor.node
                if node is None or node.start_byte > at:
                    break
                if node.type == "command":
                    start = node.start_byte
                elif self.is_backquoted(node):
                    limit = min(limit, node.end_byte - 1)
            if start is not None and start not in seen:
                seen.add(start)
                yield start, limit

    def children(self, node: tree_sitter.Node) -> list[tree_sitter.Node]:
        """Return the children of a node, which a loop or a function comes to again and again."""
        found = self._children.get(node.id)
        if found is None:
            found = self._children[node.id] = node.children
        return found

    def is_backquoted(self, node: tree_sitter.Node) -> bool:
        """Whether a node is a command between backquotes."""
        return node.type == "command_substitution" and self.data.startswith(b"`", node.start_byte)

    def substitutions(self, node: tree_sitter.Node) -> Sequence[tree_sitter.Node]:
        """Give the commands that are substituted in a part of the script, in order, without those inside of them."""
        if self._substitutions is None:
            found = [self._node_at(match.start(), _SUBSTITUTIONS) for match in _SUBSTITUTION.finditer(self.data)]
            self._substitutions = [one for one in found if one is not None]
            self._substituted_at = [one.start_byte for one in self._substitutions]
        if not self._substituted_at:
            return ()
        at = bisect_left(self._substituted_at, node.start_byte)
        inside: list[tree_sitter.Node] = []
        end = node.start_byte
        while at < len(self._substitutions) and self._substituted_at[at] < node.end_byte:
            one = self._substitutions[at]
            at += 1
            if one.start_byte >= end and one.end_byte <= node.end_byte:
                inside.append(one)
                end = one.end_byte
        return inside

    def expansion_end(self, offset: int) -> int | None:
        """Give the end of the expansion that starts at an offset, or None where the tree has none there."""
        node = self._node_at(self.to_byte(offset), _EXPANSIONS)
        return None if node is None else self.to_offset(node.end_byte)

    def _node_at(self, byte: int, types: frozenset[str]) -> tree_sitter.Node | None:
        """Return the innermost node of some types that starts at a place in the bytes.

        In a string, the parser counts the blanks before `$(` as a part of it.
        """
        node = self.root.descendant_for_byte_range(byte, byte + 1)
        while node is not None and (node.start_byte == byte or self.data[node.start_byte : byte].isspace()):
            if node.type in types:
                return node
            node = node.parent
        return None

    def to_byte(self, offset: int) -> int:
        """Give the place in the bytes of an offset in the text."""
        if self._is_ascii:
            return offset
        chunk = min(offset // _CHUNK, len(self._chunks) - 1)
        before = self.text[chunk * _CHUNK : offset]
        return self._chunks[chunk] + len(before.encode("utf-8", "surrogatepass"))

    def to_offset(self, byte: int) -> int:
        """Give the offset in the text of a place in the bytes; of one inside of a character, the next one's.

        The parser ends a broken node anywhere.
        """
        if self._is_ascii:
            return byte
        while byte < len(self._unmasked) and self._unmasked[byte] & 0xC0 == 0x80:  # noqa: PLR2004  # 10xxxxxx: inside
            byte += 1
        chunk = bisect_right(self._chunks, byte) - 1
        before = self._unmasked[self._chunks[chunk] : byte]
        return chunk * _CHUNK + len(before.decode("utf-8", "surrogatepass"))


_KEPT: dict[str, Syntax] = {}


def syntax_of(source: Source) -> Syntax:
    """Return the syntax of a script; those of the last ones are kept.

    Raises:
        UnreadableError: it is too broken to be parsed in bearable time.

    """
    found = _KEPT.pop(source.text, None)
    if found is not None:
        _KEPT[source.text] = found
        return found
    found = _KEPT[source.text] = Syntax(source)
    left = sum([len(text) + _LEAST for text in _KEPT])
    while left > _MOST_KEPT and _KEPT:
        oldest = next(iter(_KEPT))
        left -= len(oldest) + _LEAST
        del _KEPT[oldest]
    return found


_LEAST = 512
"""What a script counts besides its characters."""


def _of_kinds(root: tree_sitter.Node, kinds: frozenset[int | None]) -> list[tree_sitter.Node]:
    """Return the nodes of some kinds; to compile a query for them takes longer than to read a script of 100 KB."""
    found: list[tree_sitter.Node] = []
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None and node.kind_id in kinds:
            found.append(node)
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found


def nodes_of(root: tree_sitter.Node, *names: str) -> list[tuple[str, int, int]]:
    """Return the nodes with some names, in the order of the text: name, and where they start and end in the bytes."""
    kinds = frozenset(_LANGUAGE.id_for_node_kind(name, True) for name in names)  # noqa: FBT003  # as above
    return [(node.type, node.start_byte, node.end_byte) for node in _of_kinds(root, kinds)]
