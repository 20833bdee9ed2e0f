"""Containers of which a part could not be seen: that nothing was found there says little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.masking import without_secrets
from dropcap.model import Kind
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.model import Report, Unknown

_NOT_ASKED = frozenset({"image", "entrypoint", "command", "labels", "ports"})
"""What these hide says what is started; what the container may do, which rules judge, it leaves as it is."""


class Hidden(NamedTuple):
    """Something that could not be seen, and of how many containers it hides a part.

    Attributes:
        unknown: the first place where it stands.
        text: the expression, without secrets.
        containers: how many containers it is about.

    """

    unknown: Unknown
    text: str
    containers: int


class PartlyKnown(NamedTuple):
    """How many containers are only partly known, and why."""

    containers: int
    hidden: tuple[Hidden, ...]


def _hides_rights(unknown: Unknown) -> bool:
    """Whether it may decide what a container may do; without fields it may decide all."""
    return not unknown.fields or not _NOT_ASKED.issuperset(unknown.fields)


def partly_known(report: Report) -> PartlyKnown:
    """Return how many containers of a report are only partly known, what hides the most of them first."""
    count = 0
    first: dict[tuple[str, str], Unknown] = {}
    counts: dict[tuple[str, str], int] = {}
    for container in report.containers:
        if not container.unknowns or container.kind is Kind.STAGE:
            continue
        why = {(one.text, one.reason): one for one in container.unknowns if _hides_rights(one)}
        count += bool(why)
        for key, unknown in why.items():
            first.setdefault(key, unknown)
            counts[key] = counts.get(key, 0) + 1
    hidden = [Hidden(unknown, without_secrets(unknown.text), counts[key]) for key, unknown in first.items()]
    hidden.sort(key=lambda one: -one.containers)
    return PartlyKnown(count, tuple(hidden))
