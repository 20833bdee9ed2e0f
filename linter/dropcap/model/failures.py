"""What could not be checked, or a word about how it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model.kinds import Level
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dropcap.source import Source, Span


class Failure(NamedTuple):
    """Something that could not be checked, or a word about how it was.

    Attributes:
        path: the file, as it is to be printed.
        message: what is wrong and what to do, in one line.
        level: whether it means that something was left unchecked.
        source: the text, where it could be read.
        span: the place in that text.
        trace: of a defect, the exception with the calls that led to it, to be reported.

    """

    path: str
    message: str
    level: Level = Level.ERROR
    source: Source | None = None
    span: Span | None = None
    trace: str = ""


def worst(failures: Iterable[Failure]) -> Level | None:
    """Give the gravest level of failures: a defect, then an error, then a note; None where there are none."""
    levels = {failure.level for failure in failures}
    return next((level for level in (Level.DEFECT, Level.ERROR, Level.NOTE) if level in levels), None)


class UnreadableError(Exception):
    """A reader cannot make sense of a file; carries the failure to report."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure."""
        super().__init__(failure.message)
        self.failure = failure
