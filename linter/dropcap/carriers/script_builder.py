"""Scripts inside a file: how their texts are put together, and how they are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.script import read_script, read_words
from dropcap.clients import named_client
from dropcap.lang.shell.template_holes import PLACEHOLDER, TemplateHole
from dropcap.model import MOST_CONTAINERS, Container, Document, Failure, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.source import MARK, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["Builder", "Command", "Script", "add_filled_in", "filled_in", "may_concern", "read_all"]

LONGEST_VALUE = 200
"""A longer text is not filled in: a file that names it often would grow beyond measure."""

_CLIENT = re.compile(named_client())


class Script(NamedTuple):
    """A script inside a file: its text, what is filled in there before a shell reads it, and its environment."""

    source: Source
    taken: tuple[TemplateHole, ...] = ()
    variables: Mapping[str, Word] = {}


class Command(NamedTuple):
    """A command inside a file that no shell reads: the file, and the words with their places in it."""

    source: Source
    words: tuple[Text, ...]


class Builder:
    """Puts a script together of parts of a source."""

    def __init__(self, source: Source) -> None:
        """Begin with nothing."""
        self._source = source
        self._parts: list[str] = []
        self._segments: list[tuple[int, int]] = []
        self._taken: list[TemplateHole] = []
        self._length = 0

    def add(self, text: str, at: int) -> None:
        """Add a text that stands at an offset of the source."""
        if not text:
            return
        last = self._segments[-1] if self._segments else None
        if last is None or at - last[1] != self._length - last[0]:
            self._segments.append((self._length, at))
        self._parts.append(text)
        self._length += len(text)

    def add_piece(self, piece: Source) -> None:
        """Add all of a piece of the source."""
        starts = [start for start, _ in piece.segments]
        for (start, there), end in zip(piece.segments, [*starts[1:], len(piece.text)], strict=True):
            self.add(piece.text[start:end], there)

    def add_script(self, script: Script) -> None:
        """Add a script of the same source, with what is filled in there."""
        self._taken += [one._replace(at=one.at + self._length) for one in script.taken]
        self.add_piece(script.source)

    def unknown(self, text: str, at: int, reason: str, quote: str = "") -> None:
        """Add a part that is filled in and not known; between quotation marks it is one word, or a part of one."""
        self.add(quote, at)
        self._taken.append(TemplateHole(self._length, text, reason))
        self.stand_in(PLACEHOLDER, Span(at, at + len(text)))
        self.add(quote, at + len(text) - 1)

    def stand_in(self, text: str, span: Span) -> None:
        """Add a text that the source does not have; it begins and ends where a part of the source does."""
        last = len(text) - 1
        self._segments += [(self._length, span.start), (self._length + last, span.end - 1)]
        self._parts.append(text)
        self._length += len(text)

    def build(self, variables: Mapping[str, Word] = {}) -> Script:
        """Give the script, with an environment."""
        text = self._source.piece("".join(self._parts), self._segments or [(0, 0)], is_scattered=True)
        return Script(text, tuple(self._taken), variables)


def filled_in(source: Source, pattern: re.Pattern[str], reason: str) -> Script:
    """Make a script of a text in which something else fills in what a pattern matches."""
    if not pattern.search(source.text):
        return Script(source)
    builder = Builder(source)
    add_filled_in(builder, source.slice(Span(0, len(source.text))), pattern, reason)
    return builder.build()


def add_filled_in(
    builder: Builder,
    piece: Source,
    pattern: re.Pattern[str],
    reason: str,
    known: Callable[[str], Source | None] = lambda _: None,
) -> None:
    """Add a piece of the builder's source, in which something else fills in what a pattern matches.

    Args:
        builder: the script in the making.
        piece: what is added to it.
        pattern: what is filled in.
        reason: why that is not known, to follow the word "because".
        known: gives the text that is filled in for a match, a piece of the builder's source, where the file fixes it.

    """
    starts = [start for start, _ in piece.segments]
    for (start, there), end in zip(piece.segments, [*starts[1:], len(piece.text)], strict=True):
        at = start
        for match in pattern.finditer(piece.text, start, end):
            builder.add(piece.text[at : match.start()], there + at - start)
            value = known(match[0])
            if value is not None and len(value.text) <= LONGEST_VALUE:
                builder.add_piece(value)
            else:
                builder.unknown(match[0], there + match.start() - start, reason)
            at = match.end()
        builder.add(piece.text[at:end], there + at - start)


def may_concern(source: Source) -> bool:
    """Whether a file names a container's client at all, or has a comment that may accept what one starts."""
    return _CLIENT.search(source.text) is not None or MARK in source.text


def read_all(
    source: Source, syntax: str, scripts: Iterable[Script | Command], others: Iterable[Container] = ()
) -> Document:
    """Read a file's scripts, each by itself, until there are more containers than are checked.

    Args:
        source: the file.
        syntax: its syntax.
        scripts: what a shell runs, and commands that none reads.
        others: the containers that the file itself describes.

    """
    containers = list(others)
    failures: list[Failure] = []
    embedded: list[tuple[str, Source]] = []
    for one in scripts:
        if isinstance(one, Script) and MARK in one.source.text:
            embedded.append(("script", one.source))
        try:
            found = read_script(*one) if isinstance(one, Script) else read_words(*one)
        except UnreadableError as error:  # one bad script leaves the others
            failures.append(error.failure)
        else:
            containers += found.containers
            failures += found.failures
        if len(containers) + len(failures) > MOST_CONTAINERS:
            break
    return Document(source, syntax, tuple(containers), tuple(failures), embedded=tuple(embedded))
