"""The results of files become one report, in which a thing is said once.

results of files -> those that are reported by themselves -> a report, in an order of its own
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dropcap.model import SET_HERE, Finding, Kind, Level, Report
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Protocol

    from dropcap.model import Compared, Container, Failure, FileResult, Located
    from dropcap.model.ignores import Ignore
    from dropcap.rule import Rule
    from dropcap.source import Source, Span

    class Allowed(Protocol):
        """What accepts findings of any file."""

        def applied(self, result: FileResult) -> FileResult:
            """Give a result in which findings say why they are accepted."""

        def ignores(self) -> Sequence[Ignore]:
            """Give what accepts them, for the rules that judge it."""

    class KnownBefore(Protocol):
        """What was known before this run."""

        def applied(self, standing: Standing) -> tuple[Standing, Compared]:
            """Give findings that say which of them were known, and what the comparison comes to."""


class Accepting(NamedTuple):
    """What is accepted besides what comments in the files say, and what those may name.

    Attributes:
        known: the ids of all rules that there are, whether they run or not.
        allowance: asked about the result of each file, and then for what it holds; None where nothing else is accepted.
        before: asked about all findings; None where nothing is compared.

    """

    known: Collection[str]
    allowance: Allowed | None = None
    before: KnownBefore | None = None


class Standing(NamedTuple):
    """What is found, each finding of one container by itself, before what is the same is said once.

    Attributes:
        results: those of the files that are reported by themselves.
        about_files: what is found of files themselves, as of comments in them.
        covered: what is left out of each result since a graver finding says it.
        failures: what could not be found out of files themselves.

    """

    results: tuple[FileResult, ...]
    about_files: tuple[Finding, ...]
    covered: tuple[tuple[Finding, ...], ...]
    failures: tuple[Failure, ...] = ()

    def lists(self) -> list[tuple[Finding, ...]]:
        """Return the findings, those of each result by themselves, and then those of files."""
        return [*(result.findings for result in self.results), self.about_files]


MOST_RELATED = 100
"""How many places a finding gathers that several containers have; GitHub keeps as many of a result."""
MAX_MESSAGE = 1000
"""A message quotes what a file holds, which may be anything; a longer one is cut."""


def to_report(
    results: Iterable[FileResult],
    failures: Sequence[Failure] = (),
    rules: Sequence[Rule] = (),
    accepting: Accepting | None = None,
) -> Report:
    """Put the results of files together, in an order that depends on nothing but the files.

    What belongs to a project is reported as part of it, and not by itself as well.

    Args:
        results: what each file gave.
        failures: what else could not be looked at.
        rules: those that were asked, some of which cover what others find.
        accepting: what is accepted besides what comments in the files say.

    """
    containers: list[Container] = []
    problems = list(failures)
    files: set[str] = set()
    standing, compared = standing_of(results, rules, accepting), None
    if accepting is not None and accepting.before is not None:
        standing, compared = accepting.before.applied(standing)
    problems += standing.failures
    kept: Sequence[FileResult] = [
        result._replace(findings=tuple(_folded(result.findings))) for result in standing.results
    ]
    if any(container.kind is Kind.DEVCONTAINER for result in kept for container in result.containers):
        from dropcap.merge_devcontainer import merge_devcontainers  # few projects have one

        kept = merge_devcontainers(kept)
    for result in kept:
        problems += result.failures
        containers += result.containers
        if result.read:
            files.update((result.path, *result.parts, *(path for path, _ in result.bases)))
    findings = [*_folded_between(kept), *standing.about_files]
    findings.sort(key=_finding_order)
    # What is accepted counts in the numbers: accepting one gives no other a new identity.
    findings = [_clipped(finding) for finding in _numbered(findings)]
    suppressed = tuple(finding for finding in findings if finding.suppression)
    if suppressed:
        findings = [finding for finding in findings if finding.suppression is None]
    # What several read of the same file, each of them tells; an error stands before a note.
    problems.sort(key=lambda failure: (_failure_order(failure), failure.level is Level.NOTE))
    problems = list({_failure_order(failure): failure for failure in reversed(problems)}.values())[::-1]
    containers.sort(key=lambda container: (container.source.path, _root_start(container.source, container.span)))
    if problems:
        from dropcap.hidden import shown_message  # most files have no failures

        problems = [failure._replace(message=clipped(shown_message(failure))) for failure in problems]
    return Report(tuple(findings), tuple(problems), tuple(containers), len(files), suppressed, compared)


def standing_of(
    results: Iterable[FileResult], rules: Sequence[Rule] = (), accepting: Accepting | None = None
) -> Standing:
    """Say what is found of each container by itself, and what of it is accepted; the arguments are a report's."""
    covers = {rule.id: rule.covers for rule in rules if rule.covers}
    kept = list(drop_included(list(results)))
    ignores = [ignore for result in kept for ignore in result.ignores]
    if accepting is not None and accepting.allowance is not None:
        kept = list(map(accepting.allowance.applied, kept))
        ignores += accepting.allowance.ignores()
    about_files: list[Finding] = []
    failures: list[Failure] = []
    if ignores:
        from dropcap.suppress.judged import findings_of  # few files accept anything

        for one in findings_of(ignores, rules, accepting.known if accepting else None):
            if isinstance(one, Finding):
                about_files.append(one)
            else:
                failures.append(one)
    standing, covered = [], []
    for result in kept:
        found = uncovered(result.findings, covers)
        standing.append(result._replace(findings=tuple(found)))
        if len(found) < len(result.findings):
            own = set(map(id, found))
            covered.append(tuple(one for one in result.findings if id(one) not in own))
    return Standing(tuple(standing), tuple(about_files), tuple(covered), tuple(failures))


def uncovered(findings: Sequence[Finding], covers: Mapping[str, Sequence[str]]) -> Sequence[Finding]:
    """Leave out what another rule says of the same container and evidence in a graver way.

    What is accepted says nothing for others: whoever accepts the graver has not accepted its parts by that.
    """
    said = {
        (id(finding.container), milder, name)
        for finding in findings
        if finding.suppression is None
        for milder in covers.get(finding.rule, ())
        for name in finding.problem.evidence
    }

    milder_rules = {rule for _, rule, _ in said}

    def is_covered(finding: Finding) -> bool:
        if finding.rule not in milder_rules:
            return False
        names = finding.problem.evidence
        return bool(names) and all((id(finding.container), finding.rule, name) in said for name in names)

    return [finding for finding in findings if not is_covered(finding)] if said else findings


def _folded(findings: Sequence[Finding]) -> Iterable[Finding]:
    """Say once what several containers have by the very same text, as by a YAML anchor."""
    if len({id(finding.container) for finding in findings}) < 2:  # noqa: PLR2004  # several may have the same
        return findings
    folded: dict[object, list[Finding]] = {}
    for finding in findings:
        problem = finding.problem
        source, span = problem.where.source.to_root(problem.where.span)
        what = (finding.rule, finding.severity, id(source), span, problem.evidence, problem.message)
        key: object = (*what, finding.suppression)
        if key in folded and folded[key][0].container is finding.container:
            key = (key, len(folded))
        folded.setdefault(key, []).append(finding)
    return map(_joined, folded.values())


def _folded_between(results: Iterable[FileResult]) -> Iterable[Finding]:
    """Say once what several projects have by the very same text: a file that all of them include or extend.

    What one line of a file of variables gives to several lines is one thing as well, to be mended there.
    """
    ordered = sorted(results, key=lambda result: result.path)
    speaking = Counter(path for result in ordered for path in set(map(_path, result.findings)))
    folded: dict[object, list[Finding]] = {}
    for result in ordered:
        own: dict[object, int] = {}
        for finding in result.findings:
            problem = finding.problem
            cause = _variable(finding)
            if cause is None and speaking[_path(finding)] == 1:
                folded[id(finding)] = [finding]  # no other project speaks of that file, as of most
                continue
            source, span = (cause or problem.where).source.to_root((cause or problem.where).span)
            place = (finding.rule, finding.severity, source.path, span)
            what = (*place, problem.evidence, problem.message, finding.suppression, finding.fail_on)
            key: object = what
            if cause is None:
                own[what] = own.get(what, 0) + 1  # what one file says twice stays two
                key = (what, own[what])
            folded.setdefault(key, []).append(finding)
    return map(_joined, folded.values())


def _path(finding: Finding) -> str:
    """Return the path of the file that a finding points at."""
    where = finding.problem.where
    return where.source.to_root(where.span)[0].path


def _variable(finding: Finding) -> Located[Any] | None:
    """Return the line of another file that sets the variable by which a container has what a finding speaks of."""
    problem = finding.problem
    if not problem.related or not any(related.message.endswith(SET_HERE) for related in problem.related):
        return None
    steps = [step.where for step in finding.container.route(problem.where) if step.message.endswith(SET_HERE)]
    return steps[0] if len(steps) == 1 else None


def _joined(findings: Sequence[Finding]) -> Finding:
    """Let the first of several findings name the containers of the others too, and how the text came to them."""
    first, *others = findings
    if not others:
        return first
    related = dict.fromkeys(first.problem.related)
    for other in others:
        for step in other.problem.related if len(related) < MOST_RELATED else ():
            related.setdefault(step)
    shared_by = (*first.shared_by, *(one for other in others for one in (other.container, *other.shared_by)))
    return first._replace(shared_by=shared_by, problem=first.problem._replace(related=tuple(related)))


def _numbered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Give findings of a project that are equal in all of their identity numbers: no two in it are the same.

    Each project counts by itself: what a finding is called does not depend on which others are looked at with it.
    """
    seen: dict[object, int] = {}
    for finding in findings:
        identity = (finding.root, finding.identity)
        ordinal = seen[identity] = seen.get(identity, 0) + 1
        yield finding if ordinal == 1 else finding._replace(ordinal=ordinal)


def _clipped(finding: Finding) -> Finding:
    problem = finding.problem
    if len(problem.message) <= MAX_MESSAGE:
        return finding
    return finding._replace(problem=problem._replace(message=clipped(problem.message)))


def clipped(message: str) -> str:
    """Return a message that is not as long as the file it quotes."""
    return message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE - 3]}..."


def drop_included(results: Sequence[FileResult]) -> Iterator[FileResult]:
    """Leave out what is reported as part of a project: files that one includes, and services that one extends.

    A service that a development container runs is left out as well.

    Files that include each other are parts of the first of them.
    """
    included = {path for result in results for path in result.parts}
    kept = [result for result in results if result.path not in included]
    parts = {path for result in kept for path in result.parts}
    for result in results:
        if result.path in included and result.path not in parts:
            kept.append(result)
            parts.update(result.parts)
    bases = {base for result in kept for base in result.bases}
    for result in kept:
        names = {name for path, name in bases if path == result.path} if result.is_base else set()
        yield _without(result, names) if names else result


def _without(result: FileResult, names: Collection[str]) -> FileResult:
    """Leave out the containers with some names, and what is said of them."""
    findings = tuple(one for one in result.findings if one.container.name not in names)
    containers = tuple(one for one in result.containers if one.name not in names)
    return result._replace(findings=findings, containers=containers)


def _root_start(source: Source, span: Span) -> int:
    return source.to_root(span)[1].start


def _finding_order(finding: Finding) -> tuple[str, int, int, str, tuple[str, ...]]:
    where = finding.problem.where
    source, span = where.source.to_root(where.span)
    return (source.path, span.start, -finding.severity, finding.rule, finding.problem.evidence)


def _failure_order(failure: Failure) -> tuple[str, int, str]:
    at = _root_start(failure.source, failure.span) if failure.source and failure.span else 0
    return (failure.path, at, failure.message)
