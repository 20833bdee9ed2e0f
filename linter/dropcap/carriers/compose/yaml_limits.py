"""How much one YAML document may hold and repeat for Docker Compose 5.

Sources: compose-go 2.14.0, `loader/reset.go` (`defaultMaxNodeVisits`: values, each once wherever aliases repeat it);
go-yaml 4.0.0-rc.4, `internal/libyaml/constructor.go` (`allowedAliasRatio`, and what is counted). From 5.3.0
on, with 4.0.0-rc.6, no aliases are counted any more; a project that this refuses is one that nobody waits for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.yaml import Alias, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.lang.yaml import Node

MAX_VALUES = 100_000
_FEWEST_REPEATED, _FEWEST = 100, 1000
_LOW, _HIGH = 400_000, 4_000_000
_SHARE_LOW, _SHARE_HIGH = 0.99, 0.10


def refuse_excess(root: Node, log: Diagnostics) -> None:
    """Refuse a document that holds too many values, or is little else than what its aliases repeat."""
    text, (start, end) = root.source.text, root.span
    # A value takes a character, and what parts it from the next one another.
    if end - start > MAX_VALUES and sum(1 for _ in _values(root)) > MAX_VALUES:
        message = f"has more than {MAX_VALUES:,} values, which Docker Compose refuses: split the file"
        log.error_at(root.source, root.span, message)
    if text.count("*", start, end) > 1:
        _refuse_repetition(root, log)


def _values(root: Node) -> Iterator[Node]:
    """Yield what Docker Compose visits: each value, no key, and nothing inside what it resets or overrides."""
    todo = [root]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, Alias) or node.tag in ("!reset", "!override"):
            continue
        if isinstance(node, Mapping):
            todo += [pair.value for pair in node.pairs]
        elif isinstance(node, Sequence):
            todo += node.items


def _refuse_repetition(root: Node, log: Diagnostics) -> None:
    written = repeated = 0
    known: dict[int, tuple[int, int]] = {}
    todo: list[tuple[Node, bool]] = [(root, False)]
    while todo:
        node, is_merged = todo.pop()
        if isinstance(node, Alias):
            more = _measured(node, known, is_merged=is_merged)
            written, repeated = written + more[0], repeated + more[1]
            if _is_excess(repeated, written + repeated):
                log.error(node, f"*{node.name} repeats more than Docker Compose takes: use fewer aliases")
                return
            continue
        written += 1
        todo += reversed(list(_parts(node)))


def _parts(node: Node) -> Iterator[tuple[Node, bool]]:
    """Yield the keys, values and items of a node; what is merged in is known as such."""
    if isinstance(node, Mapping):
        merges = [isinstance(key, Scalar) and key.text == "<<" for key, _ in node.pairs]
        for (key, value), is_merged in zip(node.pairs, merges, strict=True):
            yield key, False
            yield value, is_merged
        # Before it merges it takes all keys once more.
        yield from ((key, False) for key, _ in (node.pairs if any(merges) else ()))
    elif isinstance(node, Sequence):
        for item in node.items:
            yield item, False


def _measured(node: Node, known: dict[int, tuple[int, int]], *, is_merged: bool) -> tuple[int, int]:
    """Return how many nodes there are that are written where they are, and that aliases repeat."""
    if isinstance(node, Alias):
        written, repeated = _measured(node.target, known, is_merged=False)
        # An alias behind `<<` is put in as if it were written out.
        return (written, repeated) if is_merged else (1, written + repeated)
    if id(node) not in known:
        parts = [_measured(part, known, is_merged=merged) for part, merged in _parts(node)]
        known[id(node)] = (1 + sum(one for one, _ in parts), sum(many for _, many in parts))
    return known[id(node)]


def _is_excess(repeated: int, count: int) -> bool:
    if repeated <= _FEWEST_REPEATED or count <= _FEWEST:
        return False
    share = min(max(count - _LOW, 0) / (_HIGH - _LOW), 1)
    return repeated / count > _SHARE_LOW - (_SHARE_LOW - _SHARE_HIGH) * share
