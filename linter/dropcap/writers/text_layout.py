"""A block of findings in lines: what the containers hold, what is wrong, and the text that is."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from dropcap.model import Kind, Severity
from dropcap.printable import BOLD, painted, place, printable, shortened, title
from dropcap.writers.excerpt import excerpt
from dropcap.writers.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dropcap.model import Container, Finding
    from dropcap.writers.grouping import Block, Said

_COLOURS = {Severity.CRITICAL: "31;1", Severity.HIGH: "31", Severity.MEDIUM: "33", Severity.LOW: "36"}
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
    Kind.STAGE: "stages",
}
_GUTTER = 5
_WIDTH = 100
_NAME_SIZE = 40
_MOST_NAMES = 4
_MOST_PLACES = 60


def block_lines(block: Block, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a block, without line breaks."""
    yield painted(_heading(block), BOLD, on=colour)
    if len(block.containers) > 1:
        yield from _wrapped(_places(block.containers))
    for _, said in groupby(block.said, _shown_with):
        yield from _findings(tuple(said), colour=colour)
    for finding in block.again:
        yield f"{_start(finding, colour=colour)}: as above {_rule(finding, colour=colour)}"


def _heading(block: Block) -> str:
    first = block.containers[0]
    if len(block.containers) == 1:
        return f"{title(first)} {block.holding}"
    return f"{len(block.containers)} {_NOUNS[first.kind]} {plural(block.holding)}"


def _places(containers: Sequence[Container]) -> Iterator[str]:
    """Name containers with their lines: the excerpts show the first one only."""
    for index, container in enumerate(containers[:_MOST_PLACES]):
        line = container.source.region(container.span).line
        yield f"{shortened(container.name, _NAME_SIZE)} ({'line ' if index == 0 else ''}{line})"
    if len(containers) > _MOST_PLACES:
        yield f"and {len(containers) - _MOST_PLACES} more"


def _wrapped(words: Iterable[str]) -> Iterator[str]:
    line = ""
    for word in words:
        longer = f"{line}, {word}" if line else f"  {word}"
        if len(longer) >= _WIDTH:
            yield f"{line},"
            longer = f"  {word}"
        line = longer
    yield line


def _shown_with(said: Said) -> object:
    """Say which findings can stand above one excerpt: those of one place that speak of no other."""
    problem = said.finding.problem
    return id(said) if problem.related else problem.where.source.to_root(problem.where.span)


def _findings(said: Sequence[Said], *, colour: bool) -> Iterator[str]:
    for one in said:
        finding = one.finding
        whose = f" in {_names(one.containers)}" if one.containers else f" and {one.more} more" if one.more else ""
        message = f"{printable(finding.problem.message)} {_rule(finding, colour=colour)}{whose}"
        yield f"{_start(finding, colour=colour)}: {message}"
    finding = said[0].finding
    yield from _excerpt(finding, colour=colour)
    for related in finding.problem.related:
        where = related.where
        yield f"  see {place(where.source.region(where.span))}: {printable(related.message)}"


def _excerpt(finding: Finding, *, colour: bool) -> Iterator[str]:
    where = finding.problem.where
    shown = excerpt(where.source, where.span)
    number, bar = f"{shown.number:>{_GUTTER}} |", f"{'':{_GUTTER}} |"
    more = f" to line {shown.last}" if shown.last > shown.number else ""
    carets = painted("^" * shown.width + more, _COLOURS[finding.severity], on=colour)
    yield f"{painted(number, _FAINT, on=colour)} {shown.text}"
    yield f"{painted(bar, _FAINT, on=colour)} {' ' * shown.indent}{carets}"


def _names(containers: Sequence[Container]) -> str:
    is_mixed = len({container.kind for container in containers}) > 1
    names = [title(one) if is_mixed else shortened(one.name, _NAME_SIZE) for one in containers]
    if len(names) == 1:
        return names[0]
    if len(names) <= _MOST_NAMES:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[: _MOST_NAMES - 1])} and {len(names) - _MOST_NAMES + 1} more"


def _start(finding: Finding, *, colour: bool) -> str:
    where = finding.problem.where
    severity = painted(finding.severity.label, _COLOURS[finding.severity], on=colour)
    return f"{place(where.source.region(where.span))}: {severity}"


def _rule(finding: Finding, *, colour: bool) -> str:
    return painted(f"[{finding.rule}]", _FAINT, on=colour)
