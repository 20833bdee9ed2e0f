"""What is said of needs without the places in dropcap's own catalogue, which no person can open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.needs.model import Evidence
from dropcap.source import Shipped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dropcap.lang.words import Word
    from dropcap.model import Located
    from dropcap.needs.model import Needs

__all__ = ["is_shipped", "without_shipped"]


def is_shipped(word: Word) -> bool:
    """Return whether a word stands in the catalogue."""
    return isinstance(word.source.to_root(word.span)[0], Shipped)


def without_shipped(needs: Needs) -> Needs:
    """Return needs whose evidence names no place where it lies in the catalogue."""
    return needs._replace(
        needs=tuple(one._replace(evidence=_evidence(one.evidence)) for one in needs.needs),
        unknown=tuple(one._replace(where=_place(one.where)) for one in needs.unknown),
        today=_evidence(needs.today),
        gains=_evidence(needs.gains),
        smaller=tuple(one._replace(where=_place(one.where)) for one in needs.smaller),
    )


def _evidence(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(Evidence(one.reason, _place(one.where)) for one in evidence))


def _place(where: Located[Any] | None) -> Located[Any] | None:
    return None if where is None or isinstance(where.source.to_root(where.span)[0], Shipped) else where
