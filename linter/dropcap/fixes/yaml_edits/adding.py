"""Adding items to a list and pairs to a mapping, in the manner of their neighbours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.fixes.yaml_edits.lines import column, ends_line, indentation, line_end, line_start, next_line
from dropcap.fixes.yaml_edits.removing import dash
from dropcap.fixes.yaml_edits.style import quoted
from dropcap.fixes.yaml_edits.tree import is_flow
from dropcap.lang.yaml import Mapping, Pair, Scalar, Sequence
from dropcap.model.changes import Edit
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence as List

    from dropcap.fixes.yaml_edits.style import Style
    from dropcap.fixes.yaml_edits.tree import Place, Tree

_BLANKS = re.compile(r"[ \t]*")


def after_item(tree: Tree, at: Place, values: List[str]) -> Edit:
    """Return the edit that adds texts to a list, behind one of its items and written as that one is.

    Raises:
        RefusedError: something else stands on its line.

    """
    item, holder = at.node, at.holder
    if holder is None or not isinstance(holder.node, Sequence):
        raise RefusedError("it is no item of a list")
    quote = item.style if isinstance(item, Scalar) and item.style in ("'", '"') else ""
    written = [quoted(value, quote) for value in values]
    text, end = tree.text, item.span.end
    if is_flow(text, holder.node):
        first = line_start(text, item.span.start)
        blanks = text[first : item.span.start]
        between = f",\n{blanks}" if not blanks.strip(" \t") else ", "
        return Edit(tree.source, Span(end, end), "".join(f"{between}{value}" for value in written))
    start = dash(tree, at)
    if not ends_line(text, end):
        raise RefusedError("something else stands on its line")
    before = indentation(text, start)
    gap = _BLANKS.match(text, start + 1)
    space = gap[0] if gap and gap[0] else " "
    return _new_lines(tree, end, [f"{before}-{space}{value}" for value in written])


def after_pair(tree: Tree, at: Place, pairs: List[tuple[str, str | List[str]]], style: Style) -> Edit:
    """Return the edit that adds pairs to a mapping, behind one of its own.

    Args:
        tree: the file.
        at: the place of the pair to stand behind.
        pairs: keys, each with a value as it is written or the texts of a list.
        style: how lists are written.

    Raises:
        RefusedError: the mapping is written in a way that is not known.

    """
    pair, holder = at.node, at.holder
    if holder is None or not isinstance(holder.node, Mapping) or not isinstance(pair, Pair):
        raise RefusedError("it is no part of a mapping")
    key = pair.key
    if not isinstance(key, Scalar) or key.style in ("|", ">"):
        raise RefusedError("a key beside it is no single value")
    text, end = tree.text, pair.span.end
    if is_flow(text, holder.node):
        return _in_braces(tree, pair, key, pairs, style)
    margin = " " * column(text, key.span.start)
    if text[line_start(text, key.span.start) : key.span.start].strip(" ") not in ("", "-"):
        raise RefusedError("its key does not stand first on its line")
    if not ends_line(text, end):
        raise RefusedError("something else stands on its line")
    lines = []
    for name, value in pairs:
        head = f"{margin}{quoted(name, key.style)}:"
        if isinstance(value, str):
            lines.append(f"{head} {value}")
        elif style.is_flow:
            lines.append(f"{head} {in_brackets(value, style)}")
        else:
            lines.append(head)
            inner = " " * style.offset
            lines += [f"{margin}{inner}- {quoted(item, style.quote)}" for item in value]
    return _new_lines(tree, end, lines)


def in_brackets(values: List[str], style: Style) -> str:
    """Write a list in brackets."""
    return f"[{', '.join(quoted(value, style.quote) for value in values)}]"


def _in_braces(tree: Tree, pair: Pair, key: Scalar, pairs: List[tuple[str, str | List[str]]], style: Style) -> Edit:
    text, end = tree.text, pair.span.end
    blanks = text[line_start(text, key.span.start) : key.span.start]
    between = f",\n{blanks}" if not blanks.strip(" \t") else ", "
    written = []
    for name, value in pairs:
        # Where keys are quoted, all is, as in JSON.
        own = style._replace(quote=key.style) if key.style else style
        shown = value if isinstance(value, str) else in_brackets(value, own)
        written.append(f"{between}{quoted(name, key.style)}: {shown}")
    return Edit(tree.source, Span(end, end), "".join(written))


def _new_lines(tree: Tree, at: int, lines: List[str]) -> Edit:
    """Write lines behind the line of an offset."""
    text = tree.text
    end = line_end(text, at)
    if end == len(text):
        return Edit(tree.source, Span(end, end), "".join(f"\n{line}" for line in lines))
    behind = next_line(text, at)
    return Edit(tree.source, Span(behind, behind), "".join(f"{line}\n" for line in lines))
