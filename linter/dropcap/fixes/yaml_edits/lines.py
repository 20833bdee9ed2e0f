"""Lines of a YAML text, their indentation and their comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.lang.yaml import Alias, Mapping, Pair, Scalar, Sequence
from dropcap.model.changes import Edit
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.yaml import Node
    from dropcap.source import Source

_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*", re.MULTILINE)
_BREAK = re.compile(r"\r\n|\n|\r")
_AFTER = re.compile(r"[ \t]*(#[^\r\n]*)?(?=[\r\n]|\Z)")
_PROPERTY = re.compile(r"(?:(?<=[\s\[{,])|^)[&!]", re.MULTILINE)


def line_start(text: str, at: int) -> int:
    """Return where the line of an offset starts."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def line_end(text: str, at: int) -> int:
    """Return where the line of an offset ends, before its line break."""
    found = _BREAK.search(text, at)
    return found.start() if found else len(text)


def next_line(text: str, at: int) -> int:
    """Return where the line after that of an offset starts; the text's end where there is none."""
    found = _BREAK.search(text, at)
    return found.end() if found else len(text)


def indentation(text: str, at: int) -> str:
    """Return the blanks before what stands first on its line.

    Raises:
        RefusedError: something else stands before it.

    """
    blanks = text[line_start(text, at) : at]
    if blanks.strip(" "):
        raise RefusedError("it does not stand first on its line")
    return blanks


def column(text: str, at: int) -> int:
    """Return how many characters stand before an offset on its line."""
    return at - line_start(text, at)


def scalars(node: Node | Pair) -> Iterator[Span]:
    """Give the spans of what is written in a node, in their order: single values and aliases."""
    todo: list[Node | Pair] = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, (Scalar, Alias)):
            yield one.span
        elif isinstance(one, Pair):
            todo += [one.value, one.key]
        elif isinstance(one, Sequence):
            todo += reversed(one.items)
        elif isinstance(one, Mapping):
            todo += reversed(one.pairs)


def gaps(node: Node | Pair, start: int, end: int) -> Iterator[Span]:
    """Give what stands between the values of a node in a stretch: indicators, blanks and comments."""
    at = start
    for span in scalars(node):
        if span.start > at:
            yield Span(at, span.start)
        at = max(at, span.end)
    if end > at:
        yield Span(at, end)


def comments(text: str, node: Node | Pair, start: int, end: int) -> list[str]:
    """Return the comments in a stretch that holds a node and nothing else."""
    return [
        found[0].rstrip() for gap in gaps(node, start, end) for found in _COMMENT.finditer(text, gap.start, gap.end)
    ]


def refuse_properties(text: str, node: Node | Pair, start: int, end: int) -> None:
    """Refuse to take out what others may name, or what has a tag.

    Raises:
        RefusedError: the stretch has an anchor or a tag.

    """
    for gap in gaps(node, start, end):
        code = _COMMENT.sub(lambda found: " " * len(found[0]), text[gap.start : gap.end])
        # The first character of a gap stands behind a value, or where the stretch starts.
        if _PROPERTY.search(code) or (gap.start == start and code[:1] in "&!"):
            raise RefusedError("it has an anchor or a tag")


def ends_line(text: str, at: int) -> bool:
    """Whether nothing but a comment follows on a line."""
    return _AFTER.match(text, at) is not None


def without_lines(source: Source, node: Node | Pair, start: int) -> Edit:
    """Return the edit that takes out the lines of an item or a pair; its comments stay, on lines of their own.

    Args:
        source: the file.
        node: the item or the pair.
        start: where it starts: its key, or the dash before it.

    Raises:
        RefusedError: something else stands on its lines, or others may name it.

    """
    text = source.text
    indent = indentation(text, start)
    if not ends_line(text, node.span.end):
        raise RefusedError("something else stands on its line")
    end = line_end(text, node.span.end)
    refuse_properties(text, node, start, end)
    kept = [f"{indent}{comment}" for comment in comments(text, node, start, end)]
    first = line_start(text, start)
    if end < len(text):
        return Edit(source, Span(first, next_line(text, end)), "".join(f"{line}\n" for line in kept))
    if kept:
        return Edit(source, Span(first, end), "\n".join(kept))
    return Edit(source, Span(_break_before(text, first), end), "")


def _break_before(text: str, first: int) -> int:
    """Return where the line break before a line starts; the line's start where there is none."""
    return first - (2 if text.endswith("\r\n", 0, first) else 1) if first else first
