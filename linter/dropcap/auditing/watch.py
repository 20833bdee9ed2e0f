"""What changes at an engine: containers that start and stop, and what is found of them or no longer found.

Of each container a few short texts are kept, so that an engine may be watched for months.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dropcap.auditing.audit import audit
from dropcap.model import MOST_CONTAINERS, Level
from dropcap.printable import counted
from dropcap.report import to_report
from dropcap.writers.fingerprint import identity_hash
from dropcap.writers.live_table import held_sentence
from dropcap.writers.one_line import gravest_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dropcap.auditing.audit import Asking
    from dropcap.auditing.engine import AuditedEngine, Listed
    from dropcap.model import FileResult, Finding, Report

__all__ = ["Change", "Watch"]


class Change(NamedTuple):
    """What is other of a container than before.

    Attributes:
        name: the container's name.
        now: its state and what it holds; empty where that is as before.
        new: what is found now and was not.
        gone: what was found and is not any more.
        failures: what could not be found out.

    """

    name: str
    now: str = ""
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


class _Known(NamedTuple):
    name: str
    now: str
    found: Mapping[str, str]


class Watch:
    """What is known of the containers of an engine."""

    def __init__(self, asking: Asking, report: Callable[[FileResult], Report] = lambda one: to_report([one])) -> None:
        """Know nothing yet; `report` says what is accepted of what is found."""
        self._asking = asking
        self._report = report
        self._known: dict[str, _Known] = {}

    def all(self, engine: AuditedEngine, listed: Sequence[Listed]) -> Iterator[Change]:
        """Look at all containers that there are; those that are not there any more are gone."""
        there = {one.id for one in listed}
        for number in [one for one in self._known if one not in there]:
            yield self._gone(number)
        yield from self.some(engine, listed)

    def some(self, engine: AuditedEngine, listed: Sequence[Listed]) -> Iterator[Change]:
        """Look at some containers once more."""
        asking = self._asking._replace(projects=self._asking.projects.anew())
        for one, result in zip(listed, audit(engine, listed, asking, lambda _: None), strict=True):
            change = self._changed(one.id, result)
            if change is not None:
                yield change

    def _changed(self, number: str, result: FileResult) -> Change | None:
        report = self._report(result)
        failures = tuple(one.message for one in report.failures if one.level is not Level.NOTE)
        if not result.containers and not failures:
            return self._gone(number) if number in self._known else None
        if failures and not result.containers:
            return Change(result.failures[0].path, failures=failures)
        container = result.containers[0]
        before = self._known.get(number, _Known("", "", {}))
        found = {identity_hash(one): _said(one) for one in gravest_first(report.findings)}
        now = held_sentence(container)
        if number in self._known or len(self._known) < MOST_CONTAINERS:
            self._known[number] = _Known(container.name, now, found)
        new = tuple(text for key, text in found.items() if key not in before.found)
        gone = tuple(text for key, text in before.found.items() if key not in found)
        if now == before.now and not (new or gone or failures):
            return None
        return Change(container.name, now if now != before.now else "", new, gone, failures)

    def _gone(self, number: str) -> Change:
        before = self._known.pop(number)
        return Change(
            before.name, f"is gone, with {counted(len(before.found), 'finding')}" if before.found else "is gone"
        )


def _said(finding: Finding) -> str:
    return f"{finding.severity.label}: {finding.problem.message} [{finding.rule}]"
