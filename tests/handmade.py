"""Reports made by hand, so that tests of what prints them depend on nothing that reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.model import (
    Container,
    Failure,
    Finding,
    Kind,
    Located,
    Problem,
    Report,
    Severity,
)
from dropcap.rule import Rule
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dropcap.model import Related


def place(source: Source, needle: str, after: str = "") -> Located[str]:
    """Find a text in a source, or the first one behind another text."""
    begin = source.text.index(after) + len(after)
    start = source.text.index(needle, begin)
    return Located(needle, source, Span(start, start + len(needle)))


def service(source: Source, name: str, **fields: Any) -> Container:  # noqa: ANN401  # whatever a container has
    """Make a service whose anchor is its name, at the start of a line."""
    start = source.text.index(f" {name}:") + 1
    return Container(Kind.SERVICE, name, source, Span(start, start + len(name)), **fields)


def finding(  # noqa: PLR0913  # as many words as a finding has
    container: Container,
    where: Located[Any] | None = None,
    message: str = "it is so",
    rule: str = "some-rule",
    severity: Severity = Severity.MEDIUM,
    *,
    evidence: tuple[str, ...] = (),
    related: tuple[Related, ...] = (),
    shared_by: tuple[Container, ...] = (),
) -> Finding:
    """Make a finding, at the container's anchor where no place is given."""
    problem = Problem(where or container.anchor, message, evidence, related)
    return Finding(rule, severity, container, problem, shared_by)


def report(
    findings: Iterable[Finding] = (),
    containers: Sequence[Container] = (),
    failures: Sequence[Failure] = (),
    files: int = 1,
) -> Report:
    """Make a report; the containers are those of the findings where none are given."""
    found = tuple(findings)
    seen = {id(one.container): one.container for one in found}
    return Report(found, tuple(failures), tuple(containers) or tuple(seen.values()), files)


def rule(rule_id: str, severity: Severity = Severity.MEDIUM, page: str = "") -> Rule:
    """Make a rule that only has words."""
    page = page or f"A container does {rule_id}.\n\nThis is why it matters."
    summary = " ".join(page.split("\n\n", 1)[0].split())
    return Rule(rule_id, severity, summary, page, None, None, f"{rule_id}.py")
