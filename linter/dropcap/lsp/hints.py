"""What each container holds and needs, in a few words beside its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.effective import capability_sets
from dropcap.lsp.needs_kept import needs_of
from dropcap.lsp.sentences import named, needed, shown
from dropcap.lsp.values import containers_in, holds_its_own
from dropcap.namedtuple import NamedTuple
from dropcap.writers.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.model import Container
    from dropcap.source import Source, Span


MOST_CONTAINERS = 300
"""How many containers are followed at once to say what they need; of further ones nothing is said."""


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
    found: dict[tuple[Span, str], Hint] = {}
    looked = 0
    for checked, container, where in containers_in(checks, source):
        is_shown = span is None or (where.start <= span.end and span.start <= where.end)
        if is_shown and holds_its_own(container) and looked < MOST_CONTAINERS:
            looked += 1
            text = _text(checked, container)
            if (where, text) not in found:
                found[where, text] = Hint(where, text, _tooltip(checked, container))
    return tuple(found[key] for key in sorted(found, key=lambda one: one[0].start))


def _text(checked: Checked, container: Container) -> str:
    sets = capability_sets(container)
    if sets.errors:
        return "refused by the engine"
    needs = needs_of(checked, container)
    held, wanted = len(sets.bounding), len(needs.cap_add)
    if needs.is_complete:
        return f"holds {held}, needs {wanted}"
    return f"holds {held}, needs at least {wanted}; not all known" if wanted else f"holds {held}; needs not known"


def _tooltip(checked: Checked, container: Container) -> str:
    holds = f"{named(container)} {shown(container, summarise(container))}."
    return "\n".join((holds, "", *needed(checked, container)))
