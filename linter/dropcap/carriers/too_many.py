"""What is said of a file that has more containers than are checked: the rest is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import MOST_CONTAINERS, Failure

if TYPE_CHECKING:
    from dropcap.model import Document
    from dropcap.source import Source, Span

_MESSAGE = (
    f"the file has more than {MOST_CONTAINERS:,} containers: dropcap checks nothing from here on; split it, or "
    "exclude it if a program wrote it"
)


def too_many(source: Source, span: Span | None) -> Failure:
    """Return the error, at the first container that is not checked."""
    return Failure(source.path, _MESSAGE, source=source, span=span)


def first_ones(document: Document) -> Document:
    """Return a document with as many of its containers and failures as are kept, and the error about the rest."""
    rest = document.containers[MOST_CONTAINERS:] or document.failures[MOST_CONTAINERS:] or document.failures[-1:]
    error = too_many(rest[0].source or document.source, rest[0].span)
    kept = document.failures[:MOST_CONTAINERS]
    is_said = any(failure.message == _MESSAGE for failure in kept)
    failures = kept if is_said else (*kept, error)
    return document._replace(containers=document.containers[:MOST_CONTAINERS], failures=failures)
