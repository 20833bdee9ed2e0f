"""Files and rules in, the findings of each file out.

    a target -> its source -> a document of containers -> findings

What becomes of the findings of many files is said in :mod:`dropcap.report`.

Each step is a function of its own; none of them prints, and a failure is data beside the findings.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from dropcap.discover import cannot_be_read, read_bytes
from dropcap.model import (
    Container,
    Document,
    Engine,
    Failure,
    Finding,
    Kind,
    Level,
    UnreadableError,
)
from dropcap.project import Settings, is_started_alone, real_path
from dropcap.report import FileResult
from dropcap.source import Source, Span, UndecodableError
from dropcap.syntaxes import (
    COMPOSE,
    DEVCONTAINER,
    DOCKERFILE,
    is_yaml,
    may_start_containers,
    syntax_of_content,
    unsupported_kind,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from dropcap.discover import Target
    from dropcap.model import Problem
    from dropcap.rule import Rule

    _Asked = list[tuple[Rule, Callable[[Any], Iterable[Problem]]]]


_READERS = frozenset(
    {"action", "cron", "dockerfile", "gitlab", "inspect", "jenkins", "just", "make", "markdown", "package", "quadlet"}
    | {"script", "task", "unit", "workflow"}
)
"""The syntaxes that have a reader of their name; each is imported when its first file comes."""


def check_targets(
    targets: Sequence[Target],
    rules: Sequence[Rule],
    engine: Engine,
    jobs: int = 1,
    rule_folders: Sequence[str] = (),
    settings: Settings | None = None,
) -> Iterator[FileResult]:
    """Check files, in their order.

    Args:
        targets: the files, each read once.
        rules: what to ask about each container.
        engine: the engine for containers whose file names none.
        jobs: how many processes to spread the files over; the results are the same whatever the number.
        rule_folders: the folders that rules were loaded from besides the installed packages.
        settings: how to resolve Compose projects; the root of each is found out.

    """
    if jobs > 1 and len(targets) > 1:
        from dropcap.parallel import check_files

        return check_files(targets, rules, engine, jobs, rule_folders, settings)
    return (check_file(target, rules, engine, settings) for target in targets)


def check_file(target: Target, rules: Sequence[Rule], engine: Engine, settings: Settings | None = None) -> FileResult:
    """Read a file, with those that belong to it, and ask the rules about it."""
    try:
        data = read_bytes(target.path)
    except OSError as error:
        return _failed(Failure(target.path, cannot_be_read(error)))
    return check_bytes(target, data, rules, engine, settings)


def check_bytes(
    target: Target, data: bytes, rules: Sequence[Rule], engine: Engine, settings: Settings | None = None
) -> FileResult:
    """Ask the rules about a file whose bytes are at hand."""
    try:
        document = read_document(target, data, engine, settings)
    except UnreadableError as error:
        return _failed(error.failure)
    except Exception as error:  # noqa: BLE001  # a reader's fault is this file's: the others are still to be checked
        return _failed(_defect(target, error))
    findings: list[Finding] = []
    failures = list(document.failures)
    broken: dict[tuple[str, str], list[Container]] = {}
    # A Dockerfile's stage starts nothing, so other questions are asked about it.
    of_stages: _Asked = [(rule, rule.check_stage) for rule in rules if rule.check_stage]
    of_containers: _Asked = [(rule, rule.check) for rule in rules if rule.check]
    for container in document.containers:
        is_stage = container.kind is Kind.STAGE and container.stage is not None
        subject = container.stage if is_stage else container
        for rule, check in of_stages if is_stage else of_containers:
            try:
                findings += [
                    Finding(rule.id, rule.severity, container, _with_route(problem, container))
                    for problem in check(subject)
                ]
            except Exception as error:  # noqa: BLE001, PERF203  # a rule's fault is its own: the others still speak
                broken.setdefault((rule.id, _fault(rule, error)), []).append(container)
    failures += [_rule_failure(rule_id, what, on) for (rule_id, what), on in broken.items()]
    return FileResult(
        tuple(_distinct(_folded(_uncovered(findings, rules)))),
        tuple(failures),
        document.containers,
        read=True,
        path=real_path(target.path),
        parts=document.parts,
        bases=document.bases,
        is_base=not target.over and not is_started_alone(target.path),
    )


def read_document(target: Target, data: bytes, engine: Engine, settings: Settings | None = None) -> Document:
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
        other = unsupported_kind(target.path, data)
        if other is not None:
            message = f"{other}: what it starts is not checked here"
            raise UnreadableError(Failure(target.path, message, Level.NOTE))
        if not target.named or not is_yaml(target.path):
            raise UnreadableError(_of_no_syntax(target))
        syntax = COMPOSE  # whoever names a YAML file may mean a part of a project
    try:
        document = _read(syntax, source, target, settings or Settings())
        if syntax == DOCKERFILE:
            document = _with_build_steps(document)
    except UnreadableError as error:
        # Found in a folder, a file of another kind is left alone with a word; named, it is a mistake to tell.
        # So is a part of another kind that a file is made of: without it the file is not checked.
        is_own = error.failure.path == target.path
        if target.syntax is None and is_own and error.failure.level is Level.NOTE and target.named:
            raise UnreadableError(_of_no_syntax(target)) from None
        level = error.failure.level if is_own and not target.named else Level.ERROR
        raise UnreadableError(error.failure._replace(level=level)) from None
    containers = tuple(_named_apart(document.containers, engine))
    failures = document.failures
    if syntax == COMPOSE and engine is Engine.SWARM:
        from dropcap.carriers.compose.stack import ignored_by_stack

        failures = (*failures, *ignored_by_stack(containers))
    return document._replace(containers=containers, failures=failures)


def _of_no_syntax(target: Target) -> Failure:
    known = "a Compose file, Dockerfile, script, devcontainer.json, Quadlet unit or an engine's inspect output"
    advice = "leave it out, or give it a name that does (compose.yaml, Dockerfile, *.sh)"
    return Failure(target.path, f"neither name nor content says that this is {known}; {advice}")


def _read(syntax: str, source: Source, target: Target, settings: Settings) -> Document:
    """Read a source; each reader is imported when its first file comes."""
    if syntax == COMPOSE:
        from dropcap.carriers import compose

        return compose.read(source, target.over, settings._replace(root=target.root))
    if syntax == DEVCONTAINER:
        from dropcap.carriers import devcontainer

        return devcontainer.read(source, settings)
    if syntax in _READERS:
        return import_module(f"dropcap.carriers.{syntax}").read(source)  # type: ignore[no-any-return]  # a reader's contract
    raise ValueError(f"no reader for {syntax}")


def _with_build_steps(document: Document) -> Document:
    """Add the containers that the build steps of a Dockerfile start; few name a client at all."""
    if not may_start_containers(document.source.text):
        return document
    from dropcap.carriers.dockerfile import build_steps

    return build_steps.added(document)


def _defect(target: Target, error: Exception) -> Failure:
    """Report a reader that raised, which is our fault whatever the file holds."""
    from dropcap.crash import place, trace_of

    what = f"the {target.syntax or 'file'} reader failed: {type(error).__name__} at {place(error)}"
    message = f"{what}; this is a defect of dropcap, please report it; the other files were checked"
    return Failure(target.path, message, Level.DEFECT, trace=trace_of(error))


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


def _with_route(problem: Problem, container: Container) -> Problem:
    """Add how the value came to the container, where it stands elsewhere."""
    steps = container.route(problem.where)
    return problem._replace(related=(*problem.related, *steps)) if steps else problem


def _fault(rule: Rule, error: Exception) -> str:
    """Name what a rule raised, and the line of the rule that did."""
    trace = error.__traceback__
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == rule.origin:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{type(error).__name__} at {rule.origin}:{line}"


def _rule_failure(rule_id: str, what: str, containers: Sequence[Container]) -> Failure:
    """Report a rule that raised, once for all the containers of a file that it did so for."""
    first = containers[0]
    more = f" and {len(containers) - 1} more" if len(containers) > 1 else ""
    message = (
        f"the rule {rule_id} failed on {first.name}{more}: {what}; report it to its author; the other rules went on"
    )
    return Failure(first.source.path, message, Level.ERROR, first.source, first.span)


def _uncovered(findings: Sequence[Finding], rules: Sequence[Rule]) -> Sequence[Finding]:
    """Leave out what another rule says of the same container and evidence in a graver way."""
    covers = {rule.id: rule.covers for rule in rules if rule.covers}
    said = {
        (id(finding.container), milder, name)
        for finding in findings
        for milder in covers.get(finding.rule, ())
        for name in finding.problem.evidence
    }

    def is_covered(finding: Finding) -> bool:
        names = finding.problem.evidence
        return bool(names) and all((id(finding.container), finding.rule, name) in said for name in names)

    return [finding for finding in findings if not is_covered(finding)] if said else findings


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
            # How the text came to the other container is told as well.
            related = tuple(dict.fromkeys((*first.problem.related, *problem.related)))
            shared_by = (*first.shared_by, finding.container)
            folded[key] = first._replace(shared_by=shared_by, problem=first.problem._replace(related=related))
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
