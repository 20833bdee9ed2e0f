"""What Docker Compose takes for a circle of aliases and is none, which it refuses.

It notes at which places it met an alias, and refuses one that it meets below a place of the same anchor; but what is
merged in by `<<` is noted at the place of the mapping, and version 2 takes a dot in a name for one between names.

Source: compose-go 2.9.1 and 2.13.0, `loader/reset.go` (`resolveReset`, `checkForCycle`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dropcap.lang.yaml import Alias, Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.lang.yaml import Node

_Link: TypeAlias = "tuple[_Link, str] | None"
_Place: TypeAlias = tuple[str, ...]

_MERGE = "<<"
MAX_NAME = 300
"""Of how many characters a name is looked at for dots: no service has a longer one."""


def refuse_seeming_circles(root: Node, log: Diagnostics, *, keeps_dots: bool) -> None:
    """Refuse the aliases that seem to stand in what they name.

    Args:
        root: the root of a document, as it is parsed.
        log: who is told.
        keeps_dots: whether a dot in a name is a part of it.

    """
    met: dict[int, dict[_Place, _Place]] = {}
    for alias, link in _aliases(root):
        place = _place(link, keeps_dots=keeps_dots)
        if any(_MERGE in part for part in place):
            continue
        # Each place that an alias was met at, and each that leads to one of them.
        known = met.setdefault(id(alias.target), {})
        above = next(
            (place[:count] for count in range(1, len(place)) if known.get(place[:count]) == place[:count]), None
        )
        other = above or (known.get(place) if known.get(place) != place else None)
        if other is not None:
            here, there = ".".join(place), ".".join(other)
            log.error(
                alias,
                f"Docker Compose sees a circle in *{alias.name}, used at {here} and {there}: write out one of them",
            )
        for count in range(1, len(place)):
            known.setdefault(place[:count], place)
        known[place] = place


def _aliases(root: Node) -> Iterator[tuple[Alias, _Link]]:
    """Yield the aliases of a document in their order, each with the names that lead to it."""
    todo: list[tuple[Node, _Link]] = [(root, None)]
    while todo:
        node, link = todo.pop()
        if isinstance(node, Alias):
            yield node, link
        elif node.tag in ("!reset", "!override"):
            continue
        elif isinstance(node, Mapping):
            for key, value in reversed(node.pairs):
                name = key.name if isinstance(key, Alias) else getattr(key, "text", "")
                todo.append((value, (link, name)))
        elif isinstance(node, Sequence):
            todo += [(item, (link, str(number))) for number, item in reversed(list(enumerate(node.items)))]


def _place(link: _Link, *, keeps_dots: bool) -> _Place:
    names: list[str] = []
    while link is not None:
        link, name = link
        names.append(name)
    names.reverse()
    # A name at the top keeps no dots; where a `<<` was taken out, none before it does.
    last_merge = max((index for index, name in enumerate(names) if name == _MERGE and index), default=0)
    return tuple(
        part
        for index, name in enumerate(names)
        if name != _MERGE or not index
        for part in ([name] if (keeps_dots and index > last_merge) or len(name) > MAX_NAME else name.split("."))
    )
