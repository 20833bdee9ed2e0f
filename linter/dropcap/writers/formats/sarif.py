"""SARIF 2.1.0 as GitHub's code scanning reads it.

What GitHub asks for, ignores and limits stands in its documentation, "SARIF support for code scanning".
Fixes are left out, since it ignores them. So is what is accepted, for which it would open alerts; whoever asks for it
gets it with `suppressions`, as other consumers read them.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dropcap import HOME, __version__
from dropcap.model import Level
from dropcap.printable import counted, printable, shortened, title
from dropcap.writers.ascii_json import dumps, listed
from dropcap.writers.failures import folded
from dropcap.writers.fingerprint import identity_hash, line_hashes
from dropcap.writers.grouping import grouped
from dropcap.writers.partly import partly_known
from dropcap.writers.places import from_top
from dropcap.writers.sarif_rules import LEVELS, descriptor, taxonomies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dropcap.model import Container, Failure, Finding, Report
    from dropcap.rule import Rule
    from dropcap.source import Region, Source
    from dropcap.writers import Context

FROM_TOP = True
"""GitHub takes paths to be relative to the top of the repository, wherever in it this runs."""
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_MOST_RESULTS = 25_000
"""GitHub refuses a run with more."""
_MOST_RELATED = 999
"""GitHub refuses a result with more than 1,000 locations."""
_MOST_LINKS = 6
_MOST_HIDDEN = 100
_NOTIFICATION_LEVELS = {Level.DEFECT: "error", Level.ERROR: "error", Level.NOTE: "note"}
_NAME_SIZE = 60
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def write(report: Report, context: Context) -> Iterator[str]:
    """Yield one log with one run, a result a line."""
    every = grouped((*report.findings, *report.suppressed) if context.shows_suppressed else report.findings)
    findings = _most_severe(every)
    catalogues = taxonomies(context.rules)
    run = {
        "tool": {"driver": _driver(context.rules, catalogues)},
        **({"taxonomies": catalogues} if catalogues else {}),
        "automationDetails": {"id": f"{context.category}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder that the paths are relative to."}}},
        "invocations": [_invocation(report, context.root, every=len(every), kept=len(findings))],
    }
    yield f'{{"$schema": {dumps(SCHEMA)}, "version": "2.1.0", "runs": [{dumps(run)[:-1]}, "results": ['
    yield from listed(_results(findings, context))
    yield "]}]}\n"


def _most_severe(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Keep as many findings as an upload may have, in their order."""
    if len(findings) <= _MOST_RESULTS:
        return findings
    ranked = sorted(range(len(findings)), key=lambda index: -findings[index].severity)
    return [findings[index] for index in sorted(ranked[:_MOST_RESULTS])]


def _driver(rules: Iterable[Rule], catalogues: Iterable[dict[str, Any]]) -> dict[str, Any]:
    supported = [{"name": one["name"], "index": index} for index, one in enumerate(catalogues)]
    return {
        "name": "dropcap",
        "semanticVersion": __version__,
        "informationUri": HOME,
        **({"supportedTaxonomies": supported} if supported else {}),
        "rules": [descriptor(rule) for rule in rules],
    }


def _invocation(report: Report, root: str | None, every: int, kept: int) -> dict[str, Any]:
    notifications = [_notification(failure, root) for failure in folded(report.failures)]
    if kept < every:
        what = f"{every - kept} of {every} findings"
        text = f"{what}, the least severe ones, are left out: an upload has a limit."
        notifications.append({"level": "warning", "message": {"text": text}})
    notifications += _of_hidden(report, root)
    return {
        "executionSuccessful": all(failure.level is Level.NOTE for failure in report.failures),
        "toolExecutionNotifications": notifications,
    }


def _of_hidden(report: Report, root: str | None) -> Iterator[dict[str, Any]]:
    """Say of which containers a part could not be seen: that nothing was found there says little."""
    for one in partly_known(report).hidden[:_MOST_HIDDEN]:
        unknown, count = one.unknown, counted(one.containers, "container")
        text = f"{count} only partly known: {shortened(one.text, _NAME_SIZE)}, because {unknown.reason}"
        region = unknown.source.region(unknown.span)
        yield {
            "level": "note",
            "message": {"text": f"{_plain(text)}."},
            "locations": [{"physicalLocation": _physical(region.path, region, root)}],
        }


def _notification(failure: Failure, root: str | None) -> dict[str, Any]:
    notification: dict[str, Any] = {
        "level": _NOTIFICATION_LEVELS[failure.level],
        "message": {"text": f"{_plain(failure.message)}."},
    }
    if failure.path:
        region = failure.source.region(failure.span) if failure.source and failure.span else None
        notification["locations"] = [{"physicalLocation": _physical(failure.path, region, root)}]
    return notification


def _results(findings: Iterable[Finding], context: Context) -> Iterator[dict[str, Any]]:
    indexes = {rule.id: index for index, rule in enumerate(context.rules)}
    hashes: dict[Source, list[str]] = {}
    for finding in findings:
        where = finding.problem.where
        root, _ = where.source.to_root(where.span)
        if root not in hashes:
            hashes[root] = line_hashes(root.text)
        region = where.source.region(where.span)
        yield {
            "ruleId": finding.rule,
            "ruleIndex": indexes[finding.rule],
            "level": LEVELS[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [
                {
                    "physicalLocation": _physical(region.path, region, context.root),
                    "logicalLocations": [_logical(finding.container)],
                }
            ],
            "partialFingerprints": {
                "primaryLocationLineHash": hashes[root][region.line - 1],
                "dropcapIdentity/v1": identity_hash(finding),
            },
            **_related(finding, context.root),
            **_suppressions(finding),
        }


def _suppressions(finding: Finding) -> dict[str, Any]:
    why = finding.suppression
    if why is None:
        return {}
    kind = "inSource" if why.kind == "comment" else "external"
    reason = {"justification": _plain(why.reason)} if why.reason else {}
    more = {name: value for name, value in (("by", why.kind), ("place", why.place), ("expires", why.expires)) if value}
    return {"suppressions": [{"kind": kind, "status": "accepted", **reason, "properties": more}]}


def _message(finding: Finding) -> str:
    """Say it in sentences, the first one enough by itself; related places show where a link leads to them."""
    whose = _plain(title(finding.container))
    text = f"{whose[0].upper()}{whose[1:]}: {_plain(finding.problem.message)}."
    number, links = 0, []
    for number, related in enumerate(finding.problem.related, 1):
        links.append(_link(related.message, number))
    if links:
        text += f" See {_joined(links)}."
    if finding.shared_by:
        others = [_link(other.name, index) for index, other in enumerate(finding.shared_by, number + 1)]
        text += f" It is the same for {_joined(others)}."
    return text


def _related(finding: Finding, root: str | None) -> dict[str, Any]:
    places = [
        _location(related.where.source.region(related.where.span), related.message, root)
        for related in finding.problem.related
    ]
    places += [
        _location(other.source.region(other.span), f"also holds for {title(other)}", root)
        for other in finding.shared_by
    ]
    numbered = [{"id": number, **place} for number, place in enumerate(places[:_MOST_RELATED], 1)]
    return {"relatedLocations": numbered} if numbered else {}


def _location(region: Region, message: str, root: str | None) -> dict[str, Any]:
    return {
        "physicalLocation": _physical(region.path, region, root),
        "message": {"text": f"{_plain(message)}."},
    }


def _logical(container: Container) -> dict[str, Any]:
    kind, name = container.kind.value, printable(container.name)
    return {"name": name, "kind": "resource", "fullyQualifiedName": f"{kind}/{name}"}


def _physical(path: str, region: Region | None, root: str | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(path, root)}
    if region is not None:
        physical["region"] = {
            "startLine": region.line,
            "startColumn": region.column,
            "endLine": region.end_line,
            "endColumn": region.end_column,
        }
    return physical


def _artifact(path: str, root: str | None) -> dict[str, str]:
    """Write a path as a URI, relative to the root if it lies there; a name that is not UTF-8 keeps its bytes."""
    portable_path = from_top(path, root)
    try:
        raw = os.fsencode(portable_path)
    except UnicodeEncodeError:
        raw = portable_path.encode("utf-8", "replace")
    if os.path.isabs(portable_path):
        return {"uri": f"file:///{quote(raw.lstrip(b'/'), safe='/:')}"}
    return {"uri": quote(raw, safe="/"), "uriBaseId": _ROOT}


def _joined(links: Sequence[str]) -> str:
    """Join links to a phrase that stays short; the related locations are complete all the same."""
    if len(links) > _MOST_LINKS:
        return f"{', '.join(links[: _MOST_LINKS - 1])} and {len(links) - _MOST_LINKS + 1} more"
    return " and ".join(filter(None, (", ".join(links[:-1]), links[-1])))


def _link(text: str, number: int) -> str:
    """Link to a related location; its number has to be below the limit, or the link leads nowhere."""
    text = _plain(shortened(text, _NAME_SIZE))
    if number > _MOST_RELATED:
        return text
    escaped = re.sub(r"([\\\[\]])", r"\\\1", text)
    return f"[{escaped}]({number})"


def _plain(text: str) -> str:
    """Write text so that a SARIF viewer takes nothing in it for a placeholder or a link.

    Braces are doubled, as the standard demands, except that `${NAME}` is written as its equal `$NAME`.
    """
    text = _VARIABLE.sub(r"$\1", printable(text))
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")
