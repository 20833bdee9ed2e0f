"""Containers that the commands of other containers start: `command: sh -c "docker run …"`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.clients import client_names
from dropcap.model import Document, Kind
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.shell.fragments import Text
    from dropcap.model import Container, Located
    from dropcap.source import Source

_HAVE_COMMANDS = frozenset({Kind.SERVICE, Kind.QUADLET, Kind.EXEC})


def with_started(document: Document) -> Document:
    """Return a document with the containers that the commands in it start, behind its own.

    Of a container without an entrypoint of its own the command is taken for what the image's entrypoint runs.
    """
    wanted = list(_commands(document.containers))
    if not wanted:
        return document
    from dropcap.carriers.script_builder import Command, read_all  # few commands start a container

    found = [
        read_all(source, document.syntax, [Command(source, tuple(_text(word) for word in words))])
        for source, words in wanted
    ]
    return document._replace(
        containers=(*document.containers, *(one for each in found for one in each.containers)),
        failures=(*document.failures, *(one for each in found for one in each.failures)),
    )


def _commands(containers: Sequence[Container]) -> Iterator[tuple[Source, list[Located[str]]]]:
    """Give the commands that name a client, each once, with the file that they stand in."""
    seen: set[tuple[int, int]] = set()
    for container in containers:
        words = [*(container.entrypoint or ()), *(container.command or ())]
        if container.kind not in _HAVE_COMMANDS or not any(re.search(client_names(), word.value) for word in words):
            continue
        source, span = words[0].source.to_root(words[0].span)
        place = (id(source), span.start)
        # What another file adds to the words has no place in this one.
        if place not in seen and all(word.source.to_root(word.span)[0] is source for word in words):
            seen.add(place)
            yield source, words


def _text(word: Located[str]) -> Text:
    """Make a value of a word; each of its lines has its own place."""
    from dropcap.lang.shell.fragments import Piece

    inside = word.source.text.find(word.value, word.span.start, word.span.end)  # behind a quotation mark
    if inside < 0:  # escapes are written in another way
        return (Piece(word.value, at=word.source.to_root(word.span)[1].start),)
    pieces = []
    for line in word.value.splitlines(keepends=True):
        pieces.append(Piece(line, at=word.source.to_root(Span(inside, inside))[1].start))
        inside += len(line)
    return tuple(pieces)
