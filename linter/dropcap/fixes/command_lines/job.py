"""The `options` of a container in a workflow: one value that has the words of a command line, and no command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.fixes.yaml_edits.adding import after_pair
from dropcap.fixes.yaml_edits.lines import line_start
from dropcap.fixes.yaml_edits.removing import removals
from dropcap.fixes.yaml_edits.style import style_of
from dropcap.fixes.yaml_edits.tree import Place, tree_of
from dropcap.lang.yaml import Mapping, Pair, Scalar, target
from dropcap.model.changes import Edit
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dropcap.fixes.yaml_edits.tree import Tree
    from dropcap.model import Container
    from dropcap.source import Source

_NOTHING: frozenset[str] = frozenset()
_MOST_KEYS = 100


def add(container: Container, words: Sequence[str]) -> Edit:
    """Return the edit that adds words to the options of a container, or such a key behind its image.

    Raises:
        RefusedError: it is written in a way that is not known.

    """
    source, span = container.source.to_root(container.span)
    tree, pairs, at = _pairs(source, span)
    options = next((pair for pair in pairs if _name(pair) == "options"), None)
    if options is None:
        image = next(((index, pair) for index, pair in enumerate(pairs) if _name(pair) == "image"), None)
        if image is None:
            raise RefusedError("the container has no key for options")
        style = style_of(tree, _NOTHING)
        return after_pair(tree, Place(image[1], at, image[0]), [("options", " ".join(words))], style)
    value = options.value
    if not isinstance(value, Scalar) or not value.text.strip():
        raise RefusedError("its options are no single value")
    text, end = source.text, value.span.end
    gap = " "
    if value.style in ("|", ">"):
        end = value.span.start + len(text[value.span.start : end].rstrip())
        first = line_start(text, end)
        start = first + len(text[first:end]) - len(text[first:end].lstrip(" "))
        if value.style == ">":
            gap = f"\n{text[first:start]}"
    elif "\n" in text[value.span.start : end]:
        raise RefusedError("its options are written over several lines")
    else:
        end -= len(value.style)
    return Edit(source, Span(end, end), "".join(f"{gap}{word}" for word in words))


def without_options(container: Container, gone: Iterable[Span]) -> list[Edit] | None:
    """Return the edits that take the key out, where nothing of its value would be left; None where something is."""
    source, span = container.source.to_root(container.span)
    tree, pairs, at = _pairs(source, span)
    for index, pair in enumerate(pairs):
        value = pair.value
        if _name(pair) != "options" or not isinstance(value, Scalar):
            continue
        start, end = value.span
        text = source.text
        if value.style in ("|", ">"):
            start = text.find("\n", start, end) + 1
        else:
            start, end = start + len(value.style), end - len(value.style)
        left = list(text[start:end])
        for one in gone:
            first, last = max(one.start, start), min(one.end, end)
            left[first - start : max(last, first) - start] = " " * max(0, last - first)
        return None if "".join(left).strip() else list(removals(tree, [Place(pair, at, index)]))
    return None


def _pairs(source: Source, span: Span) -> tuple[Tree, tuple[Pair, ...], Place]:
    """Return the pairs of a container's mapping, and where that stands."""
    tree = tree_of(source)
    key = tree.key(span).node
    node = target(key.value) if isinstance(key, Pair) else None
    # A job is known by its own name.
    for pair in node.pairs[:_MOST_KEYS] if isinstance(node, Mapping) else ():
        if _name(pair) == "container":
            node = target(pair.value)
            break
    if isinstance(node, Scalar):
        raise RefusedError("the container is an image by itself, without a key for options")
    if not isinstance(node, Mapping) or not node.pairs or len(node.pairs) > _MOST_KEYS:
        raise RefusedError("the container has no keys of its own")
    return tree, node.pairs, tree.value(node.span)


def _name(pair: Pair) -> str:
    return pair.key.text if isinstance(pair.key, Scalar) else ""
