"""Findings, and what could not be checked, as the protocol's diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.hidden import shown_message
from dropcap.model import Level, Severity
from dropcap.namedtuple import NamedTuple
from dropcap.printable import counted, printable, shortened, title
from dropcap.report import MAX_MESSAGE, clipped
from dropcap.source import Shipped, Span
from dropcap.writers.failures import folded
from dropcap.writers.one_line import sentence
from dropcap.writers.partly import partly_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.lsp.positions import Places
    from dropcap.model import Failure, Finding, Unknown
    from dropcap.source import Source

ERROR, WARNING, INFORMATION, HINT = 1, 2, 3, 4
SEVERITIES = {
    Severity.CRITICAL: ERROR,
    Severity.HIGH: ERROR,
    Severity.MEDIUM: WARNING,
    Severity.LOW: INFORMATION,
}
_LEVELS = {Level.DEFECT: ERROR, Level.ERROR: ERROR, Level.NOTE: INFORMATION}
_UNNECESSARY = 1
_UNNECESSARY_RULES = frozenset({"unused-ignore", "useless-add", "useless-drop"})
"""The rules whose findings stand for a text that does nothing."""
MOST_RELATED = 100
"""How many further places a diagnostic names at most."""
MOST_HIDDEN = 100
"""How many hidden values of a project are told of."""
_NAME_SIZE = 60
NOT_CHECKED = "not-checked"
CONFIGURATION = "configuration"
PARTLY_KNOWN = "partly-known"


class Client(NamedTuple):
    """What the editor understands.

    Attributes:
        encoding: the units of columns: `utf-8`, `utf-16` or `utf-32`.
        takes_related: whether it shows further places of a diagnostic.
        takes_pages: whether it links the code of a diagnostic to a page.
        takes_tags: whether it shows what is unnecessary in a way of its own.

    """

    encoding: str = "utf-16"
    takes_related: bool = False
    takes_pages: bool = False
    takes_tags: bool = False


class Found(NamedTuple):
    """What there is to say of one file.

    Attributes:
        findings: what rules found that stands in it.
        failures: what could not be checked.
        unknowns: what hides a part of containers, its text, and of how many.
        elsewhere: what could not be checked in files that are not open, told here since it is told nowhere else.

    """

    findings: list[Finding]
    failures: list[Failure]
    unknowns: list[tuple[Unknown, str, int]]
    elsewhere: list[Failure]

    @classmethod
    def nothing(cls) -> Found:
        """Return a record that can be filled."""
        return cls([], [], [], [])


class Scene(NamedTuple):
    """What is known of the files that diagnostics point at.

    Attributes:
        client: what the editor understands.
        uri: gives the URI of a file by its path as it is printed.
        places: gives the places of a text by its source.
        pages: the pages of rules, by their ids.

    """

    client: Client
    uri: Callable[[str], str]
    places: Callable[[Source], Places]
    pages: dict[str, str]


def by_file(checked: Checked) -> dict[str, Found]:
    """Return what a report says, by the path of the file that it stands in, as it is printed."""
    files: dict[str, Found] = {}

    def of(path: str) -> Found:
        return files.setdefault(path, Found.nothing())

    for finding in checked.report.findings:
        where = finding.problem.where
        of(where.source.to_root(where.span)[0].path).findings.append(finding)
    for failure in folded(checked.report.failures):
        source = failure.source
        of(source.to_root(failure.span or Span(0, 0))[0].path if source else failure.path).failures.append(failure)
    for one in partly_known(checked.report).hidden[:MOST_HIDDEN]:
        root = one.unknown.source.to_root(one.unknown.span)[0]
        of(root.path).unknowns.append((one.unknown, one.text, one.containers))
    return files


def diagnostics(found: Found, scene: Scene) -> Iterator[dict[str, Any]]:
    """Yield what there is to say of an open file."""
    yield from (_of_finding(one, scene) for one in found.findings)
    yield from (_of_failure(one, scene) for one in found.failures)
    yield from (_of_unknown(*one, scene) for one in found.unknowns)
    yield from (_of_place_elsewhere(one, scene) for one in found.elsewhere)


def once(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return diagnostics in the order of their text, each once."""
    different = {(_order(one), one["code"], one["message"]): one for one in found}
    return sorted(different.values(), key=lambda one: (_order(one), one["severity"], one["code"], one["message"]))


def of_fault(failure: Failure, scene: Scene) -> dict[str, Any]:
    """Return what is wrong with a configuration."""
    found = _of_failure(failure, scene)
    return {**found, "code": CONFIGURATION, "message": clipped(printable(failure.message))}


def _of_place_elsewhere(failure: Failure, scene: Scene) -> dict[str, Any]:
    found = _of_failure(failure._replace(source=None, span=None), scene)
    found["message"] = f"{printable(failure.path)}: {found['message']}"
    if failure.path and scene.client.takes_related:
        where = _location(failure.source, failure.span, scene) if failure.source and failure.span else None
        place = where or {"uri": scene.uri(failure.path), "range": _TOP}
        found["relatedInformation"] = [{"location": place, "message": "it is about this file"}]
    return found


_TOP = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


def _order(diagnostic: dict[str, Any]) -> tuple[int, int, int, int]:
    start, end = diagnostic["range"]["start"], diagnostic["range"]["end"]
    return start["line"], start["character"], end["line"], end["character"]


def _of_finding(finding: Finding, scene: Scene) -> dict[str, Any]:
    where = finding.problem.where
    root, span = where.source.to_root(where.span)
    client = scene.client
    message = f"{title(finding.container)}: {printable(finding.problem.message)}"
    diagnostic: dict[str, Any] = {
        "range": scene.places(root).range(span),
        "severity": SEVERITIES[finding.severity],
        "code": finding.rule,
        "source": "dropcap",
        "message": message if client.takes_related else sentence(finding),
    }
    page = scene.pages.get(finding.rule)
    if page and client.takes_pages:
        diagnostic["codeDescription"] = {"href": page}
    if client.takes_tags and finding.rule in _UNNECESSARY_RULES:
        diagnostic["tags"] = [_UNNECESSARY]
    related = list(_related(finding, scene)) if client.takes_related else []
    if related:
        diagnostic["relatedInformation"] = related
    return diagnostic


def _related(finding: Finding, scene: Scene) -> Iterator[dict[str, Any]]:
    places = [(one.where.source, one.where.span, one.message) for one in finding.problem.related]
    places += [(one.source, one.span, f"also holds for {title(one)}") for one in finding.shared_by]
    for source, span, message in places[:MOST_RELATED]:
        location = _location(source, span, scene)
        if location is not None:
            yield {"location": location, "message": printable(message)}


def _location(source: Source, span: Span, scene: Scene) -> dict[str, Any] | None:
    """Return a place; None of what comes with dropcap, which nobody can open."""
    root, at = source.to_root(span)
    return None if isinstance(root, Shipped) else {"uri": scene.uri(root.path), "range": scene.places(root).range(at)}


def _of_failure(failure: Failure, scene: Scene) -> dict[str, Any]:
    place = _TOP
    if failure.source is not None and failure.span is not None:
        root, span = failure.source.to_root(failure.span)
        place = scene.places(root).range(span)
    message = clipped(printable(failure.message))
    is_note = failure.level is Level.NOTE
    return {
        "range": place,
        "severity": _LEVELS[failure.level],
        "code": "note" if is_note else NOT_CHECKED,
        "source": "dropcap",
        "message": message if is_note or message.startswith("not checked") else f"not checked: {message}",
    }


def _of_unknown(unknown: Unknown, text: str, count: int, scene: Scene) -> dict[str, Any]:
    root, span = unknown.source.to_root(unknown.span)
    said = f"{counted(count, 'container')} only partly known: {shortened(text, _NAME_SIZE)}, because {unknown.reason}"
    return {
        "range": scene.places(root).range(span),
        "severity": HINT,
        "code": PARTLY_KNOWN,
        "source": "dropcap",
        "message": shortened(said, MAX_MESSAGE),
    }


def shown_failures(failures: Iterable[Failure]) -> Sequence[Failure]:
    """Return failures that no report has, without what is nobody's to read."""
    return [one._replace(message=clipped(shown_message(one))) for one in failures]
