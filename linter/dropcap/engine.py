"""Files and rules in, one report out.

    a target -> its source -> a document of containers -> findings

Each step is a function of its own; none of them prints, and a failure is data beside the findings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.discover import COMPOSE, DOCKERFILE, SHELL, left_alone, read_bytes, syntax_of_content
from dropcap.model import (
    Container,
    Document,
    Engine,
    Failure,
    Finding,
    Kind,
    Level,
    Report,
    UnreadableError,
)
from dropcap.record import NamedTuple
from dropcap.source import Source, Span, UndecodableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dropcap.discover import Target
    from dropcap.model import Problem
    from dropcap.rule import Rule


_STARTS_CONTAINER = r"\b(?:docker|podman|nerdctl)\s[^\n]*\b(?:run|create|exec)\b"


class FileResult(NamedTuple):
    """What one file gave.

    Attributes:
        findings: in the order of the rules; the report sorts.
        failures: what could not be read or checked.
        containers: its containers, stages included.
        read: whether the file was read at all.

    """

    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    containers: tuple[Container, ...]
    read: bool


def check_targets(
    targets: Sequence[Target],
    rules: Sequence[Rule],
    engine: Engine,
    jobs: int = 1,
    rule_folders: Sequence[str] = (),
) -> Iterator[FileResult]:
    """Check files, in their order.

    Args:
        targets: the files, each read once.
        rules: what to ask about each container.
        engine: the engine for containers whose file names none.
        jobs: how many processes to spread the files over; the results are the same whatever the number.
        rule_folders: the folders that rules were loaded from besides the installed packages.

    """
    if jobs > 1 and len(targets) > 1:
        from dropcap.parallel import check_files

        return check_files(targets, rules, engine, jobs, rule_folders)
    return (check_file(target, rules, engine) for target in targets)


def to_report(results: Iterable[FileResult], failures: Sequence[Failure] = ()) -> Report:
    """Put the results of files together, in an order that depends on nothing but the files."""
    findings: list[Finding] = []
    containers: list[Container] = []
    problems = list(failures)
    files = 0
    for result in results:
        findings += result.findings
        problems += result.failures
        containers += result.containers
        files += result.read
    findings.sort(key=_finding_order)
    problems.sort(key=_failure_order)
    containers.sort(key=lambda container: (container.source.path, _root_start(container.source, container.span)))
    return Report(tuple(findings), tuple(problems), tuple(containers), files)


def check_file(target: Target, rules: Sequence[Rule], engine: Engine) -> FileResult:
    """Read a file and ask the rules about it."""
    try:
        data = read_bytes(target.path)
    except OSError as error:
        return _failed(Failure(target.path, f"cannot be read: {error.strerror or error}"))
    return check_bytes(target, data, rules, engine)


def check_bytes(target: Target, data: bytes, rules: Sequence[Rule], engine: Engine) -> FileResult:
    """Ask the rules about a file whose bytes are at hand."""
    try:
        document = read_document(target, data, engine)
    except UnreadableError as error:
        return _failed(error.failure)
    findings: list[Finding] = []
    failures = list(document.failures)
    # A Dockerfile's stage starts nothing, so other questions are asked about it.
    of_stages = [rule for rule in rules if rule.check_stage]
    of_containers = [rule for rule in rules if rule.check]
    for container in document.containers:
        for rule in of_stages if container.kind is Kind.STAGE else of_containers:
            found = _ask(rule, container)
            if isinstance(found, Failure):
                failures.append(found)
            else:
                findings += found
    return FileResult(tuple(_distinct(_folded(findings))), tuple(failures), document.containers, read=True)


def read_document(target: Target, data: bytes, engine: Engine) -> Document:
    """Turn a file's bytes into containers, each with a name of its own and an engine.

    Raises:
        UnreadableError: the file is not text, or not of a syntax that is read here.

    """
    try:
        source = Source.decode(target.path, data)
    except UndecodableError as error:
        raise UnreadableError(_undecodable(target.path, data, error)) from None
    syntax = target.syntax or syntax_of_content(target.path, data)
    if syntax is None:
        other = left_alone(target.path, data)
        if other is not None:
            message = f"{other}: what it starts is not checked here"
            raise UnreadableError(Failure(target.path, message, Level.NOTE))
        message = "neither name nor content says that this is a Compose file, a Dockerfile or a shell script"
        raise UnreadableError(Failure(target.path, message))
    try:
        document = _read(syntax, source)
    except UnreadableError as error:
        # Found in a folder, a file of another kind is left alone with a word; named, it is a mistake to tell.
        level = Level.ERROR if target.named else error.failure.level
        raise UnreadableError(error.failure._replace(level=level)) from None
    containers = tuple(_named_apart(document.containers, engine))
    return document._replace(containers=containers)


def _read(syntax: str, source: Source) -> Document:
    """Read a source; each reader is imported when its first file comes."""
    if syntax == COMPOSE:
        from dropcap.readers import compose

        return compose.read(source)
    if syntax == DOCKERFILE:
        from dropcap.readers import dockerfile

        return _with_build_steps(dockerfile.read(source))
    if syntax == SHELL:
        from dropcap.readers import shell

        return shell.read(source)
    from dropcap.readers import embedded

    if syntax in embedded.SYNTAXES:
        return embedded.read(source, syntax)
    raise ValueError(f"no reader for {syntax}")


def _with_build_steps(document: Document) -> Document:
    """Add the containers that the build steps of a Dockerfile start; few name a client at all."""
    if not re.search(_STARTS_CONTAINER, document.source.text):
        return document
    from dropcap.readers.embedded import build_steps

    return build_steps.added(document)


def _undecodable(path: str, data: bytes, error: UndecodableError) -> Failure:
    """Point at the first byte that is no text, as far as the text before it can be had."""
    before = Source(path, data.decode("utf-8", "replace"))
    offset = before.offset(error.position) if error.position.line <= before.line_count else 0
    return Failure(path, f"{error.reason}; save the file as UTF-8", Level.ERROR, before, Span(offset, offset))


def _named_apart(containers: Iterable[Container], engine: Engine) -> Iterator[Container]:
    """Give containers that share a name in a file numbers: findings are known by their container's name."""
    seen: dict[tuple[Kind, str], int] = {}
    for container in containers:
        count = seen[container.kind, container.name] = seen.get((container.kind, container.name), 0) + 1
        name = container.name if count == 1 else f"{container.name} ({count})"
        if count > 1 or container.engine is None:
            yield container._replace(name=name, engine=container.engine or engine)
        else:
            yield container


def _ask(rule: Rule, container: Container) -> list[Finding] | Failure:
    try:
        return [Finding(rule.id, rule.severity, container, problem) for problem in _problems(rule, container)]
    except Exception as error:  # noqa: BLE001  # a rule's fault is its own: the other rules still speak
        return _rule_failure(rule, container, error)


def _problems(rule: Rule, container: Container) -> Iterable[Problem]:
    if container.stage is not None and container.kind is Kind.STAGE:
        return rule.check_stage(container.stage) if rule.check_stage else ()
    return rule.check(container) if rule.check else ()


def _rule_failure(rule: Rule, container: Container, error: Exception) -> Failure:
    """Report a rule that raised, with the line of the rule that did."""
    trace = error.__traceback__
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == rule.origin:
            line = trace.tb_lineno
        trace = trace.tb_next
    what = f"the rule {rule.id} failed on {container.name}: {type(error).__name__} at {rule.origin}:{line}"
    return Failure(
        container.source.path,
        f"{what}; the other rules went on",
        Level.ERROR,
        container.source,
        container.span,
    )


def _folded(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Say once what several containers have by the very same text, as by a YAML anchor."""
    folded: dict[object, Finding] = {}
    for finding in findings:
        problem = finding.problem
        source, span = problem.where.source.to_root(problem.where.span)
        key = (finding.rule, id(source), span, problem.evidence, problem.message)
        first = folded.get(key)
        if first is None or first.container is finding.container:
            folded[key if first is None else (key, len(folded))] = finding
        else:
            folded[key] = first._replace(shared_by=(*first.shared_by, finding.container))
    yield from folded.values()


def _distinct(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Give findings that share an identity a number as evidence: no two in a report are the same."""
    seen: dict[object, int] = {}
    for finding in findings:
        count = seen[finding.identity] = seen.get(finding.identity, 0) + 1
        if count == 1:
            yield finding
        else:
            problem: Problem = finding.problem
            yield finding._replace(problem=problem._replace(evidence=(*problem.evidence, f"#{count}")))


def _failed(failure: Failure) -> FileResult:
    return FileResult((), (failure,), (), read=False)


def _root_start(source: Source, span: Span) -> int:
    return source.to_root(span)[1].start


def _finding_order(finding: Finding) -> tuple[str, int, int, str, tuple[str, ...]]:
    where = finding.problem.where
    source, span = where.source.to_root(where.span)
    return (source.path, span.start, -finding.severity, finding.rule, finding.problem.evidence)


def _failure_order(failure: Failure) -> tuple[str, int, str]:
    at = _root_start(failure.source, failure.span) if failure.source and failure.span else 0
    return (failure.path, at, failure.message)
