"""Containers that the commands of other containers start: `command: sh -c "docker run …"`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.clients import client_names
from dropcap.model import Document, Kind
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.lang.shell.fragments import Text
    from dropcap.model import Container, Located, Unknown
    from dropcap.source import Source

_DEEPEST = 4  # how many containers may have started one another
_HAVE_COMMANDS = frozenset({Kind.SERVICE, Kind.QUADLET, Kind.EXEC, Kind.RUN, Kind.CREATE})


def with_started(document: Document) -> Document:
    """Return a document with the containers that the commands in it start, behind its own.

    Of a container without an entrypoint of its own the command is taken for what the image's entrypoint runs.
    """
    seen: set[tuple[int, int]] = set()
    containers, failures = document.containers, document.failures
    new: Sequence[Container] = containers
    for _ in range(_DEEPEST):
        wanted = list(_commands(new, seen))
        if not wanted:
            break
        from dropcap.carriers.script_builder import Command, read_all  # few commands start a container

        found = [
            read_all(source, document.syntax, [Command(source, tuple(_text(word, unknown) for word in words))])
            for source, words, unknown in wanted
        ]
        known = {_place(one) for one in containers}  # what a script's reader has followed already
        new = [one for each in found for one in each.containers if _place(one) not in known]
        containers = (*containers, *new)
        failures = (*failures, *(one for each in found for one in each.failures))
    return document._replace(containers=containers, failures=failures)


def _place(container: Container) -> tuple[int, int]:
    source, span = container.source.to_root(container.span)
    return id(source), span.start


def _commands(
    containers: Sequence[Container], seen: set[tuple[int, int]]
) -> Iterator[tuple[Source, list[Located[str]], Mapping[Span, Unknown]]]:
    """Give the commands that name a client, each once, with the file that they stand in and what of them is unknown."""
    for container in containers:
        words = [*(container.entrypoint or ()), *(container.command or ())]
        if container.kind not in _HAVE_COMMANDS or not any(re.search(client_names(), word.value) for word in words):
            continue
        source, span = words[0].source.to_root(words[0].span)
        place = (id(source), span.start)
        # What another file adds to the words has no place in this one.
        if place not in seen and all(word.source.to_root(word.span)[0] is source for word in words):
            seen.add(place)
            yield source, words, {one.span: one for one in container.unknowns if one.fields == ("command",)}


def _text(word: Located[str], unknown: Mapping[Span, Unknown]) -> Text:
    """Make a value of a word; each of its lines has its own place."""
    from dropcap.lang.shell.fragments import Piece, PieceKind

    hidden = unknown.get(word.span)
    if hidden is not None:
        at = word.source.to_root(word.span)[1].start
        before, text, after = word.value.partition(hidden.text)
        part = Piece(text or word.value, PieceKind.UNKNOWN, splits=True, at=at, reason=hidden.reason)
        known = (before, after) if text else ("", "")
        first, last = (tuple(Piece(one, at=at) for one in (side,) if one) for side in known)
        return (*first, part, *last)
    inside = word.source.text.find(word.value, word.span.start, word.span.end)  # behind a quotation mark
    if inside < 0:  # escapes are written in another way
        return (Piece(word.value, at=word.source.to_root(word.span)[1].start),)
    pieces = []
    for line in word.value.splitlines(keepends=True):
        pieces.append(Piece(line, at=word.source.to_root(Span(inside, inside))[1].start))
        inside += len(line)
    return tuple(pieces)
