"""What becomes of a file: its containers, what could not be checked, what was found, and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from dropcap.model.containers import Container
    from dropcap.model.failures import Failure
    from dropcap.model.ignores import Ignore
    from dropcap.model.kinds import Severity
    from dropcap.model.located import Located
    from dropcap.model.routes import Related
    from dropcap.source import Source


class Document(NamedTuple):
    """What a reader makes of one source.

    Attributes:
        source: the text that was read.
        syntax: `compose`, `dockerfile`, `shell`, `devcontainer`, `quadlet` or `inspect`.
        containers: in the order of the file.
        failures: what could not be read, while the rest was.
        parts: the real paths of further files that belong to it and are not to be read by themselves.
        bases: real path and name of the services of other files that it is made of.
        is_base: whether nobody starts the file by itself, so that its services may be there for others to be made of.
        embedded: texts of other languages in it with comments that may speak to dropcap, each with its syntax.

    """

    source: Source
    syntax: str
    containers: tuple[Container, ...]
    failures: tuple[Failure, ...] = ()
    parts: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    is_base: bool = False
    embedded: tuple[tuple[str, Source], ...] = ()


class Problem(NamedTuple):
    """What a rule has to say.

    Attributes:
        where: the smallest thing that is wrong; for an absence, the container's anchor.
        message: one sentence without the container's name, lower case, no full stop.
        evidence: what makes it this problem and not another of the same rule, normalised
            (`SYS_ADMIN`, whatever was typed); part of the finding's identity.
        related: other places that it speaks of.
        severity: how severe it is, where that is not the rule's own severity.

    """

    where: Located[Any]
    message: str
    evidence: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    severity: Severity | None = None


class Suppression(NamedTuple):
    """Why a finding is accepted, and so not reported.

    Attributes:
        kind: how it was accepted: `comment` in the file, an `allow` entry of the configuration, the `baseline`, or
            `unchanged` where only what changed is asked for.
        reason: what whoever accepted it says; empty where nothing is said.
        place: where that stands, as it is printed: `compose.yaml:12`; empty where it stands nowhere.
        expires: the last day on which it counts, as `2027-01-31`; empty where it counts for good.

    """

    kind: str
    reason: str = ""
    place: str = ""
    expires: str = ""


class Finding(NamedTuple):
    """A problem, and whose it is.

    Attributes:
        rule: the rule's id.
        severity: the problem's severity, or else the rule's.
        container: the container that it was found in.
        problem: what the rule said.
        shared_by: further containers that have it by the very same text (a YAML anchor, a loop, a service that a
            development container runs).
        path: the container's file from its project's root, with forward slashes.
        ordinal: which of the findings of its project it is, from 1, that are equal in all else of the identity.
        suppression: why it is not reported; None for most.
        fail_on: the severity from which on it makes the exit code 1, where the configuration of its file says so;
            None where that of the run does.
        root: the real path of the folder that its project ends in; empty where the text stands alone.

    """

    rule: str
    severity: Severity
    container: Container
    problem: Problem
    shared_by: tuple[Container, ...] = ()
    path: str = ""
    ordinal: int = 1
    suppression: Suppression | None = None
    fail_on: int | None = None
    root: str = ""

    def fails(self, threshold: int) -> bool:
        """Whether it makes the exit code 1, by the run's threshold or one of its own."""
        return self.severity >= (threshold if self.fail_on is None else self.fail_on)

    @property
    def identity(self) -> tuple[str, str, str, str, tuple[str, ...], int]:
        """What stays the same when prose, lines and the order of containers change, from whichever folder it runs.

        Of several containers of its file that have it, it has the first name by the alphabet.
        """
        kind, name = self.container.kind.value, self.container.name
        if self.shared_by:
            path = self.container.source.path
            own = ((one.kind.value, one.name) for one in self.shared_by if one.source.path == path)
            kind, name = min([(kind, name), *own])
        return (self.path, kind, name, self.rule, self.problem.evidence, self.ordinal)


class FileResult(NamedTuple):
    """What one file gave.

    Attributes:
        findings: in the order of the rules; the report sorts.
        failures: what could not be read or checked.
        containers: its containers, stages included.
        read: whether the file was read at all.
        path: the file's real path.
        parts: the real paths of further files that were read as parts of the same project.
        bases: real path and name of the services of other files that it is made of.
        is_base: whether it is a file that nobody starts by itself, so that its services may be there for others to
            be made of.
        ignores: the comments that accept findings, or mean to.

    """

    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    containers: tuple[Container, ...]
    read: bool
    path: str = ""
    parts: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    is_base: bool = False
    ignores: tuple[Ignore, ...] = ()


class KnownFinding(NamedTuple):
    """A finding of one container that was known before, without its text and its lines.

    Attributes:
        path: the container's file from its project's root, with forward slashes.
        kind: the container's kind.
        name: the container's name.
        rule: the rule's id.
        evidence: what tells it from others of the rule in the container.
        severity: how severe it was.
        fingerprint: the hash of its identity, but for the number.
        number: which of several it is, from 1, that are equal in all else.

    """

    path: str
    kind: str
    name: str
    rule: str
    evidence: tuple[str, ...]
    severity: Severity
    fingerprint: str
    number: int = 1


class Compared(NamedTuple):
    """What a comparison with what was known before has come to.

    Attributes:
        kind: what it is compared with: `baseline`, a file, or `unchanged`, a revision.
        name: the file or the revision, as it is to be printed.
        known: how many that were known are still there.
        fixed: those that are gone.
        unsure: how many more are not found, in what could not be looked at as a whole.

    """

    kind: str
    name: str
    known: int
    fixed: tuple[KnownFinding, ...] = ()
    unsure: int = 0


class Report(NamedTuple):
    """All that a run has to say.

    Attributes:
        findings: by path, place, rule.
        failures: by path and place.
        containers: every container that was checked, by path and place.
        files: how many files were checked.
        suppressed: what was found and is accepted, in the order of the findings; each says why.
        compared: what a comparison with what was known before has come to; None where there was none.

    """

    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    containers: tuple[Container, ...]
    files: int
    suppressed: tuple[Finding, ...] = ()
    compared: Compared | None = None
