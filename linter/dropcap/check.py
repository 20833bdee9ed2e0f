"""Files and rules in, the findings of each file out.

    a target -> its source -> a document of containers -> findings

What becomes of the findings of many files is said in :mod:`dropcap.report`.

Each step is a function of its own; none of them prints, and a failure is data beside the findings.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers import registry
from dropcap.carriers.request import Request, Settings
from dropcap.masking import without_secrets
from dropcap.model import (
    Container,
    Document,
    Engine,
    Failure,
    FileResult,
    Finding,
    Kind,
    Level,
    UnreadableError,
)
from dropcap.namedtuple import NamedTuple
from dropcap.needs.allowance import Allowance
from dropcap.questions import Questions
from dropcap.real_paths import root_of
from dropcap.source import MARK, Source
from dropcap.subject import Subject
from dropcap.targeted import is_targeted, problems_of_target
from dropcap.targets import Target
from dropcap.workspace import NotReadError, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.model import Problem, Severity
    from dropcap.model.ignores import Ignore
    from dropcap.policy import Policy
    from dropcap.rule import Rule
    from dropcap.unchanged import Unchanged


MAX_NAME = 200
"""A container's name that is longer is cut: it stands in each of its findings."""


class Setup(NamedTuple):
    """How files are checked, the same for all of them.

    Attributes:
        engine: the engine for containers whose file names none.
        settings: how to resolve Compose projects.
        overlay: texts that stand in for files, by real path.
        engine_by_name: whether a file's name may say that it is for another engine.
        versions: the versions of engines; the current ones where none is named.
        severity: how severe the findings of rules are, by id; else the rules decide.
        unchanged: the containers of the file at its last check; None where it is checked once.

    """

    engine: Engine = Engine.DOCKER
    settings: Settings = Settings()
    overlay: Mapping[str, bytes] | None = None
    engine_by_name: bool = True
    versions: Mapping[Engine, str] = {}
    severity: Mapping[str, Severity] = {}
    unchanged: Unchanged | None = None

    def request(self, workspace: Workspace, over: tuple[str, ...] = ()) -> Request:
        """Return how a file is read."""
        return Request(
            workspace, over, self.engine, self.settings, engine_by_name=self.engine_by_name, versions=self.versions
        )

    def under(self, policy: Policy) -> Setup:
        """Return how a file is checked that has a policy of its own."""
        return self._replace(
            engine=policy.engine,
            settings=self.settings._replace(compose=policy.compose),
            engine_by_name=policy.engine_by_name,
            versions=policy.versions,
            severity=policy.severity,
        )


def check_text(
    path: str, carrier: str | None, text: str, rules: Sequence[Rule] | Questions, setup: Setup
) -> FileResult:
    """Ask the rules about a text that stands alone, without any other file."""
    return checked_text(Target(path, carrier, named=True), text, rules, setup)[1]


def checked_text(
    target: Target, text: str, rules: Sequence[Rule] | Questions, setup: Setup
) -> tuple[Request, FileResult]:
    """Do what :func:`check_text` does, and return the request too by which the text was read."""
    if target.policy is not None:
        setup = setup.under(target.policy)
    request = setup.request(Workspace.of_text(Source(target.path, text)))
    return request, as_configured(check_request(target, request, rules), setup, target.policy)


def check_file(target: Target, rules: Sequence[Rule] | Questions, setup: Setup) -> FileResult:
    """Read a file, with those that belong to it, and ask the rules about it.

    Where the first file of a Compose project cannot be read, that is an error, and the others are checked without it.
    """
    return checked_file(target, rules, setup)[1]


def checked_file(target: Target, rules: Sequence[Rule] | Questions, setup: Setup) -> tuple[Request, FileResult]:
    """Do what :func:`check_file` does, and return the request too by which the file was read."""
    request = request_of(target, setup)
    result = as_configured(check_request(target, request, rules, setup.unchanged), setup, target.policy)
    if result.read or not target.over:
        return request, result
    first, *over = target.over
    request, rest = checked_file(target._replace(path=first, over=tuple(over)), rules, setup)
    lost = tuple(
        failure if failure.level is Level.DEFECT else failure._replace(level=Level.ERROR) for failure in result.failures
    )
    return request, rest._replace(failures=(*lost, *rest.failures))


def request_of(target: Target, setup: Setup) -> Request:
    """Return what a carrier is asked about a file."""
    if target.policy is not None:
        setup = setup.under(target.policy)
    given = (*target.given, *(setup.settings.env_files or ()))
    root = target.root or root_of(os.path.dirname(target.path))
    return setup.request(Workspace(root, setup.overlay, given), target.over)


def check_request(
    target: Target, request: Request, rules: Sequence[Rule] | Questions, unchanged: Unchanged | None = None
) -> FileResult:
    """Read a file as :func:`check_file` does, by a request of its own, and ask the rules about it."""
    document = read_target(target, request)
    return check_document(document, target, request, rules, unchanged) if isinstance(document, Document) else document


def read_target(target: Target, request: Request) -> Document | FileResult:
    """Read a file; gives the result where that is not possible."""
    try:
        return read_document(target, request)
    except NotReadError as error:
        return _failed(error.failure(Level.ERROR))
    except UnreadableError as error:
        return _failed(error.failure)
    except MemoryError:
        return _failed(Failure(target.path, "not checked: it takes more memory than there is; exclude it"))
    except Exception as error:  # noqa: BLE001  # a reader's fault is this file's: the others are still to be checked
        return _failed(_defect(target, error))


def check_document(
    document: Document,
    target: Target,
    request: Request,
    rules: Sequence[Rule] | Questions,
    unchanged: Unchanged | None = None,
) -> FileResult:
    """Ask the rules about the containers of a file that was read."""
    findings: list[Finding] = []
    failures = list(document.failures)
    broken: dict[tuple[str, str], list[Container]] = {}
    paths: dict[str, str] = {}  # to name a file asks the disk
    root = request.workspace.root
    questions = _questions(rules, target.policy)
    allowance = Allowance()
    if unchanged is not None:
        unchanged.begin(request.workspace.real(target.path), request.workspace, questions)
    containers: list[Container] = []
    for container in document.containers:
        known = unchanged.of(container, allowance) if unchanged is not None else None
        containers.append(container if known is None else known.container)
        if known is not None:
            findings += known.findings
            continue
        left, count, is_whole = allowance.left, len(findings), True
        is_stage = container.kind is Kind.STAGE and container.stage is not None
        subject = container.stage if is_stage else Subject.of(container, request.workspace, allowance)
        own = container.source.to_root(container.span)[0].path
        path = paths.get(own) or paths.setdefault(own, request.workspace.name(own))
        for rule, check in questions.of_stages if is_stage else questions.of(container):
            try:
                problems = list(check(subject))  # mostly none
                if problems:
                    findings += [_finding(rule, problem, container, (path, root)) for problem in problems]
            except Exception as error:  # noqa: BLE001, PERF203  # a rule's fault is its own: the others still speak
                broken.setdefault((rule.id, _fault(rule, error)), []).append(container)
                is_whole = False
        if unchanged is not None and is_whole:
            unchanged.keep(container, findings[count:], left - allowance.left)
    document = document._replace(containers=tuple(containers))
    for container in filter(is_targeted, document.containers):
        path = request.workspace.name(container.source.to_root(container.span)[0].path)
        findings += _of_target(container, questions, (path, root), broken)
    failures += [_rule_failure(rule_id, what, on) for (rule_id, what), on in broken.items()]
    found, ignores = _accepted(document._replace(failures=tuple(failures)), findings, request, questions.ids)
    return FileResult(
        found,
        tuple(failures),
        document.containers,
        read=True,
        path=request.workspace.real(target.path),
        parts=document.parts,
        bases=document.bases,
        is_base=document.is_base,
        ignores=ignores,
    )


def _questions(rules: Sequence[Rule] | Questions, policy: Policy | None) -> Questions:
    """Return what is asked of a file."""
    questions = rules if isinstance(rules, Questions) else Questions(rules)
    return questions if policy is None else questions.chosen(*policy.choice)


def as_configured(result: FileResult, setup: Setup, policy: Policy | None = None) -> FileResult:
    """Return findings as severe as the configuration has them, with the threshold of their file."""
    severity = policy.severity if policy is not None else setup.severity
    fail_on = policy.fail_on if policy is not None else None
    if not (severity or policy) or not result.findings:
        return result
    findings = (one._replace(severity=severity.get(one.rule, one.severity), fail_on=fail_on) for one in result.findings)
    return result._replace(findings=tuple(findings))


def _of_target(
    container: Container, questions: Questions, file: tuple[str, str], broken: dict[tuple[str, str], list[Container]]
) -> Iterator[Finding]:
    """Ask the rules about stages of the one that a container's image is built from."""
    for rule, check in questions.of_stages:
        try:
            problems = list(problems_of_target(container, check))
        except Exception as error:  # noqa: BLE001, PERF203  # as above
            broken.setdefault((rule.id, _fault(rule, error)), []).append(container)
        else:
            yield from (_finding(rule, problem, container, file) for problem in problems)


def _accepted(
    document: Document, findings: list[Finding], request: Request, asked: frozenset[str]
) -> tuple[tuple[Finding, ...], tuple[Ignore, ...]]:
    """Say of findings why comments accept them, and give these comments."""
    if MARK in document.source.text or any(MARK in source.text for source in request.workspace.texts()):
        from dropcap.suppress.comments import applied  # few files have such a comment

        return applied(document, findings, request, asked)
    return tuple(findings), ()


def _finding(rule: Rule, problem: Problem, container: Container, file: tuple[str, str]) -> Finding:
    """Make a finding of a problem in a file, by its path from its project's root and that root."""
    path, root = file
    told = _with_route(problem, container)
    return Finding(rule.id, problem.severity or rule.severity, container, told, path=path, root=root)


def read_document(target: Target, request: Request) -> Document:
    """Turn a file into containers, each with an engine.

    Raises:
        NotReadError: the file is not there, or must not be read.
        UnreadableError: the file is not text, or of no carrier that is read here.

    """
    source = request.workspace.source(target.path)
    carrier = target.carrier
    if carrier is None:
        data = source.text.encode("utf-8", "surrogatepass")
        carrier = registry.carrier_of_content(target.path, data)
        if carrier is None:
            other = registry.unsupported_kind(target.path, data)
            if other is not None:
                message = f"dropcap does not check {other}"
                raise UnreadableError(Failure(target.path, message, Level.NOTE))
            if not target.named or not registry.is_yaml(target.path):
                raise UnreadableError(_of_no_carrier(target))
            carrier = "compose"  # whoever names a YAML file may mean a part of a project
    if request.engine_by_name:
        request = request._replace(engine=registry.engine_of_name(carrier, target.path, request.engine))
    try:
        document = registry.read(carrier, source, request)
    except UnreadableError as error:
        # Found in a folder, a file of another kind is left alone with a word; named, it is a mistake to tell.
        # So is a part of another kind that a file is made of: without it the file is not checked.
        is_own = error.failure.path == target.path
        if target.carrier is None and is_own and error.failure.level is Level.NOTE and target.named:
            raise UnreadableError(_of_no_carrier(target)) from None
        level = error.failure.level if is_own and not target.named else Level.ERROR
        raise UnreadableError(error.failure._replace(level=level)) from None
    return document._replace(containers=tuple(_complete(one, request) for one in document.containers))


def _of_no_carrier(target: Target) -> Failure:
    if os.path.basename(target.path) == ".env":
        return Failure(target.path, "no Compose project lies beside it; name the project's file")
    known = "a Compose file, Dockerfile, script, devcontainer.json, Quadlet unit or an engine's inspect output"
    advice = "leave it out, or name it so (compose.yaml, Dockerfile, *.sh)"
    return Failure(target.path, f"neither its name nor its content shows that this is {known}; {advice}")


def _defect(target: Target, error: Exception) -> Failure:
    """Report a reader that raised, which is our fault whatever the file holds."""
    from dropcap.crash import place, trace_of

    what = f"the {target.carrier or 'file'} reader failed: {type(error).__name__} at {place(error)}"
    message = f"{what}; this is a defect of dropcap, please report it; dropcap checked the other files"
    return Failure(target.path, message, Level.DEFECT, trace=trace_of(error))


def _complete(container: Container, request: Request) -> Container:
    """Give a container an engine with its version, and a name that can be printed with each of its findings."""
    name = without_secrets(container.name[: MAX_NAME + 1])
    if container.kind not in {Kind.SERVICE, Kind.STAGE}:
        from dropcap.hidden import shown_of  # those have names of their own

        name = shown_of(container, name)
    if len(name) > MAX_NAME:
        name = f"{name[: MAX_NAME - 3]}..."
    engine = container.engine or request.engine
    if request.versions:
        container = container._replace(engine_version=request.versions.get(engine, ""))
    return container._replace(name=name, engine=engine)


def _with_route(problem: Problem, container: Container) -> Problem:
    """Add how what it speaks of came to the container, where that stands elsewhere."""
    if not container.routes and container.shared_routes is None:
        return problem
    places = (problem.where, *(one.where for one in problem.related))
    steps = tuple(dict.fromkeys(step for place in places for step in container.route(place)))
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


def _failed(failure: Failure) -> FileResult:
    return FileResult((), (failure,), (), read=False)
