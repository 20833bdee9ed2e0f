"""What a devcontainer.json has an editor run: on the host before the container is there, and in it afterwards.

A text is read by a shell, a list is a program with its arguments, and an object has several of them by name, which
run beside each other (containers.dev, JSON reference, Lifecycle scripts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Command, Script, filled_in, read_all
from dropcap.lang.jsonc import Array, Object, Scalar, text_of
from dropcap.lang.shell.fragments import Piece, PieceKind

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from dropcap.carriers.devcontainer.properties import Properties
    from dropcap.lang.jsonc import Node
    from dropcap.lang.shell.fragments import Text
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["with_commands"]

_NAMES = (
    *("initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand"),
    "postAttachCommand",
)
_REASON = "the editor fills it in"


def with_commands(document: Document, properties: Properties, variable: re.Pattern[str]) -> Document:
    """Return a document with the containers that its commands start, behind its own."""
    members = filter(None, map(properties.member, _NAMES))
    scripts = (script for member in members for script in _scripts(member.value, variable))
    found = read_all(document.source, document.syntax, scripts)
    return document._replace(
        containers=(*document.containers, *found.containers), failures=(*document.failures, *found.failures)
    )


def _scripts(node: Node, variable: re.Pattern[str]) -> Iterator[Script | Command]:
    if isinstance(node, Object):
        for member in node.members:
            if not isinstance(member.value, Object):
                yield from _scripts(member.value, variable)
    elif isinstance(node, Scalar) and isinstance(node.value, str):
        yield filled_in(text_of(node), variable, _REASON)
    elif isinstance(node, Array) and node.items:
        words = [
            _word(item, variable) for item in node.items if isinstance(item, Scalar) and isinstance(item.value, str)
        ]
        yield Command(_root(node), tuple(words))


def _root(node: Node) -> Source:
    return node.source.to_root(node.span)[0]


def _word(node: Scalar, variable: re.Pattern[str]) -> Text:
    """Make a value of a word, in which the editor fills in what a pattern matches."""
    text, start = str(node.value), node.source.to_root(node.span)[1].start + 1
    found: list[Piece] = []
    at = 0
    for match in variable.finditer(text):
        if match.start() > at:
            found.append(Piece(text[at : match.start()], at=start + at))
        found.append(Piece(match[0], PieceKind.UNKNOWN, at=start + match.start(), reason=_REASON))
        at = match.end()
    return (*found, Piece(text[at:], at=start + at)) if at < len(text) or not found else tuple(found)
