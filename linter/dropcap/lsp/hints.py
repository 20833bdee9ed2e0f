"""What each container holds and needs, in a few words beside its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.source import Source, Span


class Hint(NamedTuple):
    """A few words about a container.

    Attributes:
        span: the container's name in the open text; the words follow its end, or stand above its line.
        text: the words: `holds 14, needs 3`.
        tooltip: the names, as Markdown.

    """

    span: Span
    text: str
    tooltip: str


def hints(checks: Sequence[Checked], source: Source, span: Span | None = None) -> tuple[Hint, ...]:
    """Return what the containers hold and need that stand in the open text, in its order.

    Args:
        checks: what is known of the targets that the open text is part of; one of an earlier text is left out.
        source: the open text as it is now, as a whole file.
        span: the stretch that is shown; None for all of it.

    """
    del checks, source, span
    return ()
