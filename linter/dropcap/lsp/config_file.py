"""What is wrong with a configuration, as its text is in the editor."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.config import Config
from dropcap.configuration.named_rules import unknown_names
from dropcap.configuration.reading import NoTableError, read
from dropcap.model import Failure, Level
from dropcap.source import Position, Source, Span
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PLACE = re.compile(r"(.+?):(\d+): (.*)", re.DOTALL)
_WORD = "dropcap"


def faults(path: str, text: str, overlay: Mapping[str, bytes], root: str, known: Sequence[str]) -> tuple[Failure, ...]:
    """Return what is wrong with a configuration that is open.

    Args:
        path: where it is.
        text: its text.
        overlay: the open texts by real path.
        root: the folder that nothing is read outside of.
        known: the ids of all rules.

    """
    if _WORD not in text and os.path.basename(path) == "pyproject.toml":
        return ()
    try:
        found = read(path, Workspace(root, overlay), is_named=False)
    except NoTableError:
        return ()
    messages: Sequence[str] = found.faults
    if found.values is not None:
        messages = unknown_names(Config(**found.values, words=found.words), known)
    source = Source(path, text.removeprefix("\ufeff"))
    return tuple(_faults(messages, source, os.path.relpath(path)))


def _faults(messages: Sequence[str], source: Source, shown: str) -> Iterator[Failure]:
    for message in messages:
        place = _PLACE.fullmatch(message)
        if place is None or place[1] != shown or not 1 <= int(place[2]) <= source.line_count:
            yield Failure(source.path, message.removeprefix(f"{shown}: "), Level.ERROR, source, Span(0, 0))
            continue
        start = source.offset(Position(int(place[2]), 1))
        line = source.line(int(place[2]))
        span = Span(start + len(line) - len(line.lstrip()), start + len(line.rstrip()))
        yield Failure(source.path, place[3], Level.ERROR, source, span)
