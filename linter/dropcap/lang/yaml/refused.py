"""Whether Go's library refuses what libyaml refuses, found out from a small part of the text.

The parser that reads as Go's library does is slow, and an editor shows a text that is broken with every second key.
Where libyaml stops inside nested block mappings, all before the last key that it has read is good for both. So the
slow parser starts at that key, below as many keys of the same indentations: it then is in the state in which it would
have come there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.lang.yaml.events import event_getter, go_event_getter

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_refused_too", "part_of"]


class _Level:
    """A collection that is open: of a block mapping also where its last key begins, and how often a node came."""

    __slots__ = ("column", "is_block_mapping", "key", "nodes")

    def __init__(self, *, is_block_mapping: bool) -> None:
        self.is_block_mapping = is_block_mapping
        self.nodes = 0
        self.key = -1
        self.column = -1


def is_refused_too(text: str, version: int) -> bool:
    """Return whether a version of Go's library is sure to refuse a text that libyaml refuses.

    False says nothing: the library may take it or not.
    """
    from ruamel.yaml.error import YAMLError

    part = part_of(text)
    if part is None:
        return False
    get_event = go_event_getter(part, version)
    try:
        for _ in _events(get_event):
            pass
    except YAMLError:
        return True
    return False


def _events(get_event: Any) -> Iterator[Any]:  # noqa: ANN401  # a function of the parser's
    from ruamel.yaml.events import StreamEndEvent

    while not isinstance(event := get_event(), StreamEndEvent):
        yield event


def part_of(text: str) -> str | None:
    """Return the end of a text, from the last key on that libyaml has read, below keys of the same indentations.

    None where there is no such key, or where it saves nothing.
    """
    if text.startswith("%") or "\n%" in text or "\r%" in text or "\ufeff" in text:
        return None  # what such a line says is forgotten without it
    chain = []
    for level in _levels(text):
        if not level.is_block_mapping or level.key < 0:
            break
        chain.append(level)
    if not chain:
        return None
    last = chain[-1]
    start = last.key - last.column
    if start == 0 or text[start : last.key].strip(" "):
        return None  # it saves nothing, or the key is not the first of its line
    above = "".join(f"{' ' * level.column}k:\n" for level in chain[:-1])
    return f"{above}{text[start:]}"


def _levels(text: str) -> list[_Level]:
    """Return the collections that are open where libyaml stops, the outermost first."""
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.events import (
        AliasEvent,
        DocumentStartEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
    )

    levels: list[_Level] = []
    try:
        for event in _events(event_getter(text)):
            if isinstance(event, DocumentStartEvent):
                levels = []
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                levels.pop()
            elif isinstance(event, (AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent)):
                if levels:
                    level = levels[-1]
                    if level.nodes % 2 == 0 and isinstance(event, ScalarEvent):
                        level.key, level.column = event.start_mark.index, event.start_mark.column
                    elif level.nodes % 2 == 0:
                        level.key = -1
                    level.nodes += 1
                if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
                    is_block_mapping = isinstance(event, MappingStartEvent) and not event.flow_style
                    levels.append(_Level(is_block_mapping=is_block_mapping))
    except (YAMLError, UnicodeEncodeError):
        return levels
    return []
