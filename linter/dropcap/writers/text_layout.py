"""Findings in lines for a person: the gravest of a file first, each with the text that is wrong and whose it is."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from dropcap.model import Kind, Severity
from dropcap.namedtuple import NamedTuple
from dropcap.printable import painted, place, printable, shortened, title
from dropcap.source import Answer
from dropcap.writers.excerpt import excerpt
from dropcap.writers.grouping import key_of, owners
from dropcap.writers.summary import plural, summarise
from dropcap.writers.wrapping import lines_of, text_lines, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Container, Finding
    from dropcap.writers.grouping import Key
    from dropcap.writers.wrapping import Word

COLOURS = {Severity.CRITICAL: "31;1", Severity.HIGH: "31", Severity.MEDIUM: "33", Severity.LOW: "36"}
_FAINT = "2"
_NOUNS = {
    Kind.SERVICE: "services",
    Kind.RUN: "run commands",
    Kind.CREATE: "create commands",
    Kind.EXEC: "exec commands",
    Kind.UPDATE: "updates",
    Kind.POD: "pods",
    Kind.BUILD: "builds",
    Kind.DEVCONTAINER: "development containers",
    Kind.QUADLET: "units",
    Kind.INSPECT: "containers",
    Kind.STAGE: "build stages",
    Kind.FILE: "files",
}
_GUTTER = 5
_BAR = " | "
_MARGIN = "  "
_LATER = "    "
_NAME_SIZE = 40
_MOST_PLACES = 60
_OF_ABSENCES = "Name"  # where an engine's answer says whose it is


class Style(NamedTuple):
    """How lines are written: no wider than `width` columns, 0 for as wide as they are."""

    width: int
    colour: bool


def file_blocks(findings: Sequence[Finding], style: Style) -> Iterator[list[str]]:
    """Yield the lines of a report's findings without line breaks, those that stand together as one list.

    The files keep their order; within one, what is grave stands before what is not.
    """
    told: set[Key] = set()
    for _, of_file in groupby(findings, _file):
        ordered = sorted(of_file, key=lambda finding: -finding.severity)
        for _, together in groupby(ordered, _shown_with):
            yield list(_block(tuple(together), told, style))


def _file(finding: Finding) -> str:
    """Return the file that a finding is about; all that an engine says is one."""
    root, _ = finding.problem.where.source.to_root(finding.problem.where.span)
    return "" if isinstance(root, Answer) else root.path


def _shown_with(finding: Finding) -> object:
    """Say which findings can stand above one excerpt: those of one place and owner that speak of no other place."""
    problem = finding.problem
    if problem.related:
        return id(finding)
    whose = tuple(map(key_of, owners(finding)))
    return (problem.where.source.to_root(problem.where.span), whose)


def _block(findings: Sequence[Finding], told: set[Key], style: Style) -> Iterator[str]:
    for finding in findings:
        yield from _sentence(finding, style)
    first = findings[0]
    yield from _excerpt(first, style)
    yield from _whose(owners(first), first.problem.where.source.path, told, style)
    root, span = first.problem.where.source.to_root(first.problem.where.span)
    if isinstance(root, Answer):
        from dropcap.writers.pointer import pointer  # an engine is seldom asked

        names = printable(pointer(root, span))
        if names != _OF_ABSENCES:
            yield from text_lines(f"at {names}", style.width, _MARGIN, _LATER)
    places: dict[str, list[str]] = {}
    for related in first.problem.related:
        places.setdefault(related.message, []).append(place(related.where.source.region(related.where.span)))
    for message, at in places.items():
        words = [*(f"{one}," for one in at[:-1]), f"{at[-1]}:"]
        see = [*words_of("see"), *zip(words, words, strict=True), *words_of(printable(message))]
        yield from lines_of(see, style.width, _MARGIN, _LATER)


def _sentence(finding: Finding, style: Style) -> Iterator[str]:
    where = finding.problem.where
    at = f"{place(where.source.region(where.span))}:"
    if style.colour or " " in at:
        return lines_of(_words(finding, at, style), style.width, "", _LATER)
    text = f"{at} {finding.severity.label}: {printable(finding.problem.message)} [{finding.rule}]"
    return text_lines(text, style.width, "", _LATER)


def _words(finding: Finding, at: str, style: Style) -> Iterator[Word]:
    yield at, at
    label = finding.severity.label
    yield f"{label}:", f"{painted(label, COLOURS[finding.severity], on=style.colour)}:"
    yield from words_of(printable(finding.problem.message))
    rule = f"[{finding.rule}]"
    yield rule, painted(rule, _FAINT, on=style.colour)


def _excerpt(finding: Finding, style: Style) -> Iterator[str]:
    where = finding.problem.where
    before = _GUTTER + len(_BAR)
    room = max(style.width - before, 1) if style.width else 0
    shown = excerpt(where.source, where.span, room) if room else excerpt(where.source, where.span)
    number, bar = f"{shown.number:>{_GUTTER}}{_BAR[:-1]}", f"{'':{_GUTTER}}{_BAR[:-1]}"
    more = f" to line {shown.last}" if shown.last > shown.number else ""
    if room and shown.indent + shown.width + len(more) > room:
        more = ""
    carets = painted("^" * shown.width + more, COLOURS[finding.severity], on=style.colour)
    yield f"{painted(number, _FAINT, on=style.colour)} {shown.text}"
    yield f"{painted(bar, _FAINT, on=style.colour)} {' ' * shown.indent}{carets}"


def _whose(containers: Sequence[Container], path: str, told: set[Key], style: Style) -> Iterator[str]:
    """Name the containers that a finding is about; where they are named first, what they hold is said too."""
    keys = [key_of(container) for container in containers]
    is_new = not told.issuperset(keys)
    told.update(keys)
    holdings = {_holding(container) for container in containers} if is_new else set()
    holding = holdings.pop() if len(holdings) == 1 else ""
    first = containers[0]
    if len(containers) == 1:
        away = "" if first.source.path == path else f" ({_place(first, '')})"
        text = f"{title(first)}{away} {holding}" if holding else f"in {title(first)}{away}"
        yield from text_lines(text, style.width, _MARGIN, _LATER)
        return
    is_mixed = len({container.kind for container in containers}) > 1
    noun = "containers" if is_mixed else _NOUNS[first.kind]
    what = f"{len(containers)} {noun} {plural(holding)}:" if holding else f"in {len(containers)} {noun}:"
    names = _names(containers, path, is_mixed=is_mixed)
    yield from lines_of([*words_of(what), *names], style.width, _MARGIN, _LATER)


def _holding(container: Container) -> str:
    """Say what a container holds; nothing of what is built and not started, and of what is no container."""
    return "" if container.kind in {Kind.STAGE, Kind.FILE} else summarise(container)


def _names(containers: Sequence[Container], path: str, *, is_mixed: bool) -> Iterator[Word]:
    """Yield containers with their lines, and with the file where that is another one: the excerpt shows one place."""
    last = min(len(containers), _MOST_PLACES) - 1
    for index, container in enumerate(containers[:_MOST_PLACES]):
        name = title(container) if is_mixed else shortened(container.name, _NAME_SIZE)
        end = "," if index < last or len(containers) > _MOST_PLACES else ""
        if isinstance(container.source, Answer):
            yield f"{name}{end}", f"{name}{end}"  # its place is the one that it has at its name
            continue
        at = f"({_place(container, path, is_first=index == 0)}){end}"
        yield name, name
        yield at, at
    if len(containers) > _MOST_PLACES:
        yield from words_of(f"and {len(containers) - _MOST_PLACES} more")


def _place(container: Container, path: str, *, is_first: bool = False) -> str:
    region = container.source.region(container.span)
    if region.path == path:
        return f"{'line ' if is_first else ''}{region.line}"
    return f"{printable(region.path)}:{region.line}"
