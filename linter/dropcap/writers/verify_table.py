"""What was measured of a service, as a table for people: what is needed, what is not, and what was not told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Row", "verified_lines"]

_MARGIN = "  "


Row = tuple[str, str, str]
"""What a capability is, its name, and what is said of it."""


def verified_lines(
    title: str, rows: Sequence[Row], notes: Sequence[str], cap_add: Sequence[str] | None
) -> Iterator[str]:
    """Yield the lines of a service, without line breaks.

    Args:
        title: the service, and how it was measured.
        rows: what is told of each capability.
        notes: what is told besides.
        cap_add: what to add; None where that is not known.

    """
    yield printable(title)
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    for kind, name, said in rows:
        yield f"{_MARGIN}{kind:<{widths[0]}}  {name:<{widths[1]}}  {printable(said)}".rstrip()
    yield from (f"{_MARGIN}{printable(note)}" for note in notes)
    if cap_add is None:
        return
    added = f", cap_add: [{', '.join(cap_add)}]" if cap_add else "; it needs no capability"
    yield f"{_MARGIN}write cap_drop: [ALL]{added}"
