"""Taking an item or a pair out of a YAML text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.fixes.yaml_edits.lines import column, line_start, refuse_properties, without_lines
from dropcap.fixes.yaml_edits.tree import is_flow
from dropcap.lang.yaml import Mapping, Pair, Scalar, Sequence
from dropcap.model.changes import Edit
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dropcap.fixes.yaml_edits.tree import Place, Tree

MOST_PARTS = 1000
"""How many items a list or keys a mapping may have that something is taken out of: each is looked at every time."""
_BLANK = re.compile(r"(?:\s|#[^\r\n]*)*")


def removals(tree: Tree, parts: Iterable[Place]) -> Iterator[Edit]:
    """Give the edits that take items and pairs out; a list whose last item goes takes its key along.

    Raises:
        RefusedError: nothing would be left of a mapping, or one of them cannot be taken out by itself.

    """
    of_holder: dict[int, tuple[Place, dict[int, Place]]] = {}
    for part in parts:
        holder = part.holder
        if holder is None:
            raise RefusedError("it is the whole document")
        of_holder.setdefault(id(holder.node), (holder, {}))[1][part.number] = part
    for holder, found in list(of_holder.values()):
        if isinstance(holder.node, Sequence) and len(found) == len(holder.node.items):
            pair = holder.holder
            if pair is None or not isinstance(pair.node, Pair) or pair.holder is None:
                raise RefusedError("nothing would be left of the list")
            del of_holder[id(holder.node)]
            of_holder.setdefault(id(pair.holder.node), (pair.holder, {}))[1][pair.number] = pair
    for holder, found in of_holder.values():
        yield from _of_one(tree, holder, found)


def _of_one(tree: Tree, holder: Place, found: dict[int, Place]) -> Iterator[Edit]:
    """Take parts out of one list or mapping."""
    node = holder.node
    elements: tuple[object, ...] = ()
    if isinstance(node, Sequence):
        elements = node.items
    elif isinstance(node, Mapping):
        elements = node.pairs
    if len(found) == len(elements):
        raise RefusedError("nothing would be left beside it")
    if len(elements) > MOST_PARTS:
        raise RefusedError(f"more than {MOST_PARTS} others stand beside it")
    if is_flow(tree.text, node):
        yield from _out_of_brackets(tree, holder, found)
        return
    for at in found.values():
        yield without_lines(tree.source, at.node, _start(tree, at))


def _start(tree: Tree, at: Place) -> int:
    """Return where a pair or an item of a block starts; an item starts with its dash."""
    if isinstance(at.node, Pair):
        return at.node.key.span.start
    return dash(tree, at)


def dash(tree: Tree, at: Place) -> int:
    """Return where the dash of an item stands.

    Raises:
        RefusedError: it is not found.

    """
    text, holder = tree.text, at.holder
    if holder is None or not isinstance(holder.node, Sequence):
        raise RefusedError("it is no item of a list")
    start = holder.node.span.start
    if at.number:
        end = holder.node.items[at.number - 1].span.end
        found = _BLANK.match(text, end)
        start = found.end() if found else end
    if text[start : start + 1] != "-" or column(text, start) != column(text, holder.node.span.start):
        raise RefusedError("its dash is not found")
    return start


def _out_of_brackets(tree: Tree, holder: Place, found: dict[int, Place]) -> Iterator[Edit]:
    """Take parts out of a list or a mapping in brackets, each with the comma that goes with it."""
    text, source = tree.text, tree.source
    node = holder.node
    parts = node.items if isinstance(node, Sequence) else node.pairs if isinstance(node, Mapping) else ()
    spans = [part.span for part in parts]
    for index, at in sorted(found.items()):
        if isinstance(at.node, Pair) and not isinstance(at.node.key, Scalar):
            raise RefusedError("its key is no single value")
        before = spans[index - 1].end if index else node.span.start + 1
        after = spans[index + 1].start if index + 1 < len(spans) else node.span.end - 1
        refuse_properties(text, at.node, before, after)
    last = max(index for index in range(len(spans)) if index not in found)
    if last + 1 < len(spans) and _comma(text, spans[-1].end, node.span.end) is None:
        # Nothing stays behind them, and no comma stands there: that of what stays last goes with them.
        comma = _comma(text, spans[last].end, node.span.end)
        if comma is None:
            raise RefusedError("its comma is not found")
        end = spans[-1].end
        if not re.search(r"[#\r\n]", text[comma:end]):
            yield Edit(source, Span(comma, end), "")
            spans = spans[: last + 1]
        else:
            yield Edit(source, Span(comma, comma + 1), "")
    for index in sorted(found):
        if index < len(spans):
            behind = _comma(text, spans[index].end, node.span.end)
            if behind is None and index + 1 < len(spans):
                raise RefusedError("its comma is not found")
            yield _whole_lines(tree, spans[index].start, spans[index].end if behind is None else behind + 1)


def _comma(text: str, start: int, end: int) -> int | None:
    """Return where the comma stands that follows a part, behind blanks and comments."""
    found = _BLANK.match(text, start, end)
    at = found.end() if found else start
    return at if at < end and text[at] == "," else None


def _whole_lines(tree: Tree, start: int, end: int) -> Edit:
    """Take out a stretch, with the blanks behind it, or with its lines where nothing else stands on them."""
    text = tree.text
    if "#" in text[start:end]:
        raise RefusedError("a comment stands within it")
    first = line_start(text, start)
    blanks = re.compile(r"[ \t]*").match(text, end)
    behind = blanks.end() if blanks else end
    is_end = behind == len(text) or text[behind] in "\r\n"
    if not text[first:start].strip(" \t") and is_end:
        found = re.compile(r"\r\n|\n|\r").match(text, behind)
        return Edit(tree.source, Span(first, found.end() if found else behind), "")
    if is_end:
        while start > first and text[start - 1] in " \t":
            start -= 1
        return Edit(tree.source, Span(start, end), "")
    if text[behind] in "]}" or text[behind] == "#":
        return Edit(tree.source, Span(start, end), "")
    return Edit(tree.source, Span(start, behind), "")
