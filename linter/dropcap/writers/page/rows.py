"""Which containers the page draws, and what each capability is to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.effective import capability_sets, starts_nothing
from dropcap.capabilities.names import NAMES
from dropcap.namedtuple import NamedTuple
from dropcap.needs.model import Needs, UnknownNeed
from dropcap.writers.caps_table import Row, Sign, sign_of
from dropcap.writers.grouping import key_of, owners

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.model import Container, Finding, Report
    from dropcap.writers import Context
    from dropcap.writers.grouping import Key

MOST_ROWS = 400
"""How many containers are drawn: those with the gravest findings, where there are more."""
_GROWING = frozenset({"privileged", "cap_add"})
_NOT_ASKED = Needs(unknown=(UnknownNeed("nobody asked"),))


class Drawn(NamedTuple):
    """A container that the page draws.

    Attributes:
        id: of its evidence on the page.
        row: the container, what it holds, and what it needs.
        signs: what each capability is to it.
        may_hold_more: whether what the file leaves open may add capabilities, so that none is known to be absent.
        findings: the numbers of its findings on the page.
        severity: the gravest of its findings; None without any.

    """

    id: str
    row: Row
    signs: dict[str, Sign]
    may_hold_more: bool
    findings: tuple[int, ...] = ()
    severity: int | None = None


def drawn(report: Report, findings: Sequence[Finding], context: Context) -> tuple[list[Drawn], int]:
    """Return the containers to draw, in the order of the report, and how many are left out.

    Args:
        report: the report.
        findings: the findings that the page lists, in the order in which it does.
        context: says what containers need.

    """
    started = [container for container in report.containers if not starts_nothing(container)]
    own: dict[Key, list[int]] = {}
    for number, finding in enumerate(findings):
        for container in owners(finding):
            own.setdefault(key_of(container), []).append(number)
    kept = _gravest(started, findings, own)
    ask = context.needs or (lambda _: _NOT_ASKED)
    rows = []
    for number, container in enumerate(kept):
        sets, needs = capability_sets(container), ask(container)
        numbers = own.get(key_of(container), [])
        rows.append(
            Drawn(
                f"c{number}",
                Row(container, sets, needs),
                {name: sign_of(name, sets, needs) for name in NAMES},
                any(not one.fields or _GROWING.intersection(one.fields) for one in container.unknowns),
                tuple(numbers),
                max((findings[one].severity for one in numbers), default=None),
            )
        )
    return rows, len(started) - len(kept)


def _gravest(
    started: Sequence[Container], findings: Sequence[Finding], own: dict[Key, list[int]]
) -> Sequence[Container]:
    if len(started) <= MOST_ROWS:
        return started

    def weight(index: int) -> int:
        return -max((findings[one].severity for one in own.get(key_of(started[index]), ())), default=0)

    return [started[index] for index in sorted(sorted(range(len(started)), key=weight)[:MOST_ROWS])]
