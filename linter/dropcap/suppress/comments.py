"""The comments of files, and the findings that they accept.

A comment on the line of a container's name speaks of the whole container; on another line, of what stands there. Where
several comments speak of a finding, the innermost one gives its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.carriers import registry
from dropcap.dates import has_passed
from dropcap.masking import without_secrets
from dropcap.model import Level, Located, Suppression, UnreadableError
from dropcap.model.ignores import Ignore
from dropcap.source import MARK
from dropcap.suppress.directive import directive
from dropcap.suppress.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dropcap.carriers.request import Request
    from dropcap.lang.comments import Comment
    from dropcap.model import Container, Document, Finding
    from dropcap.model.ignores import Accepted
    from dropcap.source import Source, Span
    from dropcap.suppress.directive import Directive

_MOST_SHOWN = 80


class _Entry:
    """A comment in a file, and which of its names are used."""

    __slots__ = ("comment", "covers", "file", "root", "says", "used", "where")

    def __init__(self, comment: Comment, says: Directive, file: str) -> None:
        self.comment = comment
        self.says = says
        self.file = file
        self.root, at = comment.source.to_root(comment.span)
        self.where: Span = at
        self.covers = comment.covers
        self.used: set[int] = set()


def applied(
    document: Document, findings: Sequence[Finding], request: Request, asked: frozenset[str]
) -> tuple[tuple[Finding, ...], tuple[Ignore, ...]]:
    """Return the findings of a document, those with a reason that comments accept, and the comments.

    Args:
        document: what was read, and of which file.
        findings: what the rules found in it.
        request: how it was read, and with which further files.
        asked: the ids of the rules that were asked.

    """
    workspace = request.workspace
    own = {workspace.real(document.source.path), *document.parts}
    entries = list(_entries(document, findings, request))
    accept = _Acceptance(entries, document.containers, request)
    found = tuple(map(accept.judged, findings) if entries else findings)
    is_judged = request.settings.profiles is None and all(one.level is Level.NOTE for one in document.failures)
    ignores = [
        _ignore(entry, request, is_own=entry.file in own, is_judged=is_judged)._replace(asked=asked)
        for entry in entries
    ]
    return found, tuple(one for one in ignores if one.is_own or any(name.is_used for name in one.accepts))


def _entries(document: Document, findings: Iterable[Finding], request: Request) -> Iterator[_Entry]:
    """Give the comments of all files that are concerned, each once."""
    seen: set[tuple[str, int]] = set()
    real = request.workspace.real
    texts: list[tuple[str, Source]] = [(document.syntax, document.source), *document.embedded]
    known = {real(document.source.path)}
    places = (finding.problem.where for finding in findings)
    roots = (*request.workspace.texts(), *(place.source.to_root(place.span)[0] for place in places))
    for source in roots:
        if MARK in source.text and real(source.path) not in known:
            known.add(real(source.path))
            texts.append((_syntax(source.path, document.syntax), source))
    for syntax, source in texts:
        if MARK not in source.text:
            continue
        try:
            found = registry.comments(syntax, source)
        except UnreadableError:
            continue  # what the file is read for says so
        for comment in found:
            says = directive(comment.text)
            entry = None if says is None else _Entry(comment, says, real(source.path))
            if entry is not None and (entry.file, entry.where.start) not in seen:
                seen.add((entry.file, entry.where.start))
                yield entry


def _syntax(path: str, of_document: str) -> str:
    """Say how a file is read that another one draws in."""
    syntax = registry.carrier_of_name(path)
    if syntax is None and registry.is_yaml(path):
        syntax = of_document
    return syntax or ""


def capabilities_of(finding: Finding) -> frozenset[str]:
    """Return the capabilities that a finding is about, as far as it names them."""
    return frozenset(NAMES).intersection(finding.problem.evidence)


class _Acceptance:
    """Which comments speak of which place."""

    def __init__(self, entries: Iterable[_Entry], containers: Iterable[Container], request: Request) -> None:
        self._real = request.workspace.real
        self._of_files: dict[tuple[str, str], list[tuple[_Entry, int, Accepted]]] = {}
        of_lines: dict[tuple[str, str], dict[Span, list[tuple[_Entry, int, Accepted]]]] = {}
        anchors: dict[str, list[int]] = {}
        for one in containers:
            root, span = one.source.to_root(one.span)
            anchors.setdefault(self._real(root.path), []).append(span.start)
        for starts in anchors.values():
            starts.sort()
        for entry in entries:
            entry.covers = _narrowed(entry.comment, anchors.get(entry.file, ()))
            if entry.says.wrong or has_passed(entry.says.expires) or _misplaced(entry):
                continue
            for number, name in enumerate(entry.says.accepts):
                key = (entry.file, name.rule)
                if entry.says.is_of_file:
                    self._of_files.setdefault(key, []).append((entry, number, name))
                else:
                    of_lines.setdefault(key, {}).setdefault(entry.covers, []).append((entry, number, name))
        self._of_lines = {
            key: Spans({span: _each_once(names) for span, names in spans.items()}) for key, spans in of_lines.items()
        }

    def judged(self, finding: Finding) -> Finding:
        """Give a finding with why it is accepted, where a comment accepts it."""
        around = list(self._around(finding))
        names = capabilities_of(finding)
        # Of a finding of several capabilities, each of them is to be named.
        are_named = bool(names) and names <= {name.capability for _, _, name in around}
        chosen: _Entry | None = None
        for entry, number, name in around:
            if not name.capability or (are_named and name.capability in names):
                entry.used.add(number)
                chosen = chosen or entry
        if chosen is None:
            return finding
        line = chosen.root.region(chosen.where).line
        reason = without_secrets(chosen.says.reason)
        place = f"{chosen.root.path}:{line}"
        return finding._replace(suppression=Suppression("comment", reason, place, chosen.says.expires))

    def _around(self, finding: Finding) -> Iterator[tuple[_Entry, int, Accepted]]:
        """Give what is accepted at a finding's place, and at its container's; the innermost first, files last."""
        where, container = finding.problem.where, finding.container
        places = [where.source.to_root(where.span), container.source.to_root(container.span)]
        keys = [((self._real(root.path), finding.rule), span.start) for root, span in places]
        for key, start in dict.fromkeys(keys):
            spans = self._of_lines.get(key)
            if spans is not None:
                for names in spans.around(start):
                    yield from names
        for key in dict.fromkeys(key for key, _ in keys):
            yield from self._of_files.get(key, ())


def _each_once(names: Sequence[tuple[_Entry, int, Accepted]]) -> list[tuple[_Entry, int, Accepted]]:
    """Keep the first of several comments that accept the same at the same lines: the others are in vain."""
    first: dict[str, tuple[_Entry, int, Accepted]] = {}
    for one in names:
        first.setdefault(one[2].capability, one)
    return list(first.values())


def _narrowed(comment: Comment, anchors: Sequence[int]) -> Span:
    """Keep the first lines of what a comment covers, where containers stand in the others: each is its own."""
    from bisect import bisect_right

    covers, narrow = comment.covers, comment.narrow
    is_theirs = bisect_right(anchors, narrow.end) < bisect_right(anchors, covers.end)
    return narrow if is_theirs else covers


def _misplaced(entry: _Entry) -> str:
    """Say why a comment that is understood accepts nothing where it stands; nothing where it may."""
    if entry.comment.wrong:
        return entry.comment.wrong
    if entry.says.is_of_file and not entry.comment.is_first:
        return "`ignore-file` stands at the top of a file, before all that means something"
    return ""


def _ignore(entry: _Entry, request: Request, *, is_own: bool, is_judged: bool) -> Ignore:
    says, root, span = entry.says, entry.root, entry.where
    wrong = says.wrong or _misplaced(entry)
    text = without_secrets(root.text[span.start : span.start + _MOST_SHOWN])
    return Ignore(
        Located(text, root, span),
        "comment",
        tuple(name._replace(is_used=number in entry.used) for number, name in enumerate(says.accepts)),
        without_secrets(says.reason),
        says.expires,
        is_expired=has_passed(says.expires),
        is_own=is_own,
        is_judged=is_judged,
        path=request.workspace.name(root.path),
        wrong=wrong,
        root=request.workspace.root,
    )
