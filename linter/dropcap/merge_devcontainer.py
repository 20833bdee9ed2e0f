"""What a development container has because its Compose service has it: said once, of the service.

A service that is also started without the editor is a container of its own. What is wrong with it is mended in the
Compose file, for both; so the development container is named there, and only what it adds is reported of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Kind
from dropcap.real_paths import real_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from dropcap.model import Container, FileResult, Finding

    # A file's real path and a service's name.
    Base: TypeAlias = tuple[str, str]
    Place: TypeAlias = tuple[str, int, int] | None


def merge_devcontainers(results: Sequence[FileResult]) -> Sequence[FileResult]:
    """Let findings of services name the development containers that have them by the same text, or lack the same.

    Of several development containers that run one service, what they have by the same text is said of the first.
    """
    joined = {base for result in results if _is_joined(result) for base in result.bases}
    findings = [list(result.findings) for result in results]
    said: dict[tuple[Base, object], tuple[int, int]] = {}
    for number, result in enumerate(results):
        for index, finding in enumerate(result.findings):
            for base in _services(result, finding) & joined:
                said.setdefault((base, _what(finding)), (number, index))
    for number, result in enumerate(results):
        if not _is_joined(result):
            continue
        findings[number] = []
        for finding in result.findings:
            what = _what(finding)
            at = next((said[base, what] for base in result.bases if (base, what) in said), None)
            if at is not None:
                first = findings[at[0]][at[1]]
                shared = (*first.shared_by, finding.container, *finding.shared_by)
                findings[at[0]][at[1]] = first._replace(shared_by=shared)
                continue
            if _place(finding, finding.container) is not None:
                said.update(dict.fromkeys(((base, what) for base in result.bases), (number, len(findings[number]))))
            findings[number].append(finding)
    return [result._replace(findings=tuple(own)) for result, own in zip(results, findings, strict=True)]


def _is_joined(result: FileResult) -> bool:
    return any(container.kind is Kind.DEVCONTAINER for container in result.containers)


def _services(result: FileResult, finding: Finding) -> set[Base]:
    """Give the services that have a finding."""
    owners: Iterator[Container] = iter((finding.container, *finding.shared_by))
    return {(result.path, owner.name) for owner in owners if owner.kind is Kind.SERVICE}


def _what(finding: Finding) -> tuple[object, ...]:
    """Say what a finding is, whoever has it.

    What a comment accepts of a service it accepts of both: it stands in the file that both are made of.
    """
    problem, why = finding.problem, finding.suppression
    accepted = why if why is not None and why.kind != "comment" else None
    return (finding.rule, problem.evidence, problem.message, _place(finding, finding.container), accepted)


def _place(finding: Finding, container: Container) -> Place:
    """Give the place that a finding points at; None for the container's own anchor, which is another for each."""
    where = finding.problem.where
    source, span = where.source.to_root(where.span)
    if (source, span) == container.source.to_root(container.span):
        return None
    return (real_path(source.path), span.start, span.end)
