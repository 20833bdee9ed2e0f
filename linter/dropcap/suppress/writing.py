"""Comments for what is found, written into the files where it stands.

A round puts comments where they should do, and reads the files again with them. What is accepted then stays; a file
that means something else gets its comments one by one, and those that it does not bear somewhere else. Accepting one
thing may bring another to light that it stood for, so that rounds go on until nothing is left that can be accepted.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING

from dropcap.lang.comments import Lines
from dropcap.model import Kind, Level
from dropcap.namedtuple import NamedTuple
from dropcap.real_paths import real_path
from dropcap.source import Source
from dropcap.suppress.comments import capabilities_of
from dropcap.suppress.placing import Ground, Place, syntax_of
from dropcap.suppress.same import meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from dropcap.model import Finding, Located, Report

    Check = Callable[[Mapping[str, bytes]], Report]
    Key = tuple[str, int, str, tuple[str, ...]]

MOST_ROUNDS = 60


class Written(NamedTuple):
    """A comment that was put into a file.

    Attributes:
        path: the file, as it is to be printed.
        line: its line there, from 1.
        text: what stands there.

    """

    path: str
    line: int
    text: str


class Outcome(NamedTuple):
    """What came of it.

    Attributes:
        files: the bytes of each file before and after, by real path.
        written: the comments.
        refused: what no comment could be written for.
        report: what there is to report with the comments.

    """

    files: dict[str, tuple[bytes, bytes]]
    written: tuple[Written, ...]
    refused: tuple[Finding, ...]
    report: Report


class _File:
    """A file, and the comments that are put into it: what each accepts, by its place."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.ground = Ground(Source.decode(path, data), syntax_of(path, data))
        self.marks: dict[Place, set[str]] = {}
        self.fresh: dict[Place, set[str]] = {}
        """What this round adds."""
        self.is_careful = False
        """Whether it gets one comment a round."""
        self._marked: Lines | None = None
        self._added: list[int] = []

    def all_marks(self) -> dict[Place, set[str]]:
        """Give the comments, those of this round included."""
        return {
            place: self.marks.get(place, set()) | self.fresh.get(place, set())
            for place in (*self.marks, *(one for one in self.fresh if one not in self.marks))
        }

    def place_of(self, room: list[Place], names: set[str], reason: str) -> Place:
        """Choose a place for a comment, so that a line has one: what is too long for its end is above it, all together.

        Args:
            room: the places that may do, the best first.
            names: what the comment on their line is to accept besides what it does already.
            reason: why.

        """
        first = room[0]
        if first.is_above or len(room) == 1:
            return first
        second = room[1]
        if second.is_above and second in self.marks:
            return second
        mine = self.marks.get(first, set())
        if self.ground.is_free(first, comment_of(names | mine, reason)):
            return first
        if mine and second.is_above:
            self.marks.setdefault(second, set()).update(self.marks.pop(first))
        return second

    def with_marks(self, reason: str) -> tuple[bytes, list[Written]]:
        """Give the file's bytes with all comments in it, and the comments."""
        ground, parts, written = self.ground, [], []
        text, lines = ground.source.text, ground.lines
        by_line: dict[int, list[tuple[Place, set[str]]]] = {}
        for place, names in self.all_marks().items():
            by_line.setdefault(place.line, []).append((place, names))
        at = added = 0
        for line in sorted(by_line):
            span = lines.span(line, line)
            ends = "\r\n" if text.startswith("\r\n", span.end) or (span.end == len(text) and "\r\n" in text) else "\n"
            for place, names in sorted(by_line[line], key=lambda one: not one[0].is_above):
                comment = f"{place.before}{comment_of(names, reason)}{place.after}"
                if place.is_above:
                    parts += [text[at : span.start], comment, ends]
                    at = span.start
                    added += 1
                    written.append(Written(self.path, line + added, comment.strip()))
                else:
                    end = span.start + len(text[span.start : span.end].rstrip())
                    parts += [text[at:end], comment]
                    at = end
                    written.append(Written(self.path, line + added + 1, comment.strip()))
        parts.append(text[at:])
        body = "".join(parts).encode(ground.source.encoding)
        mark = self.data[: len(self.data) - len(text.encode(ground.source.encoding))]
        return mark + body, written

    def original(self, offset: int, text: str) -> int:
        """Give the offset here of an offset in the file with comments in it."""
        if self._marked is None or self._marked.text is not text:
            self._marked = Lines(text)
            above = sorted(place.line for place in self.all_marks() if place.is_above)
            self._added = [line + number for number, line in enumerate(above)]
        line = self._marked.of(offset)
        here = line - bisect_left(self._added, line)
        starts = self.ground.lines.starts
        return starts[min(here, len(starts) - 1)] + offset - self._marked.starts[line]


def comment_of(names: Iterable[str], reason: str) -> str:
    """Write what a comment says."""
    return f"dropcap: ignore[{', '.join(sorted(names))}] -- {reason}"


def names_of(finding: Finding) -> list[str]:
    """Say how a finding is named: by its rule, narrowed to its capabilities where it points at one that is written."""
    where, container = finding.problem.where, finding.container
    is_written = where.source.to_root(where.span) != container.source.to_root(container.span)
    about = sorted(capabilities_of(finding))
    is_plain = finding.rule.replace("-", "_").upper() in about
    return [f"{finding.rule}:{one}" for one in about] if about and is_written and not is_plain else [finding.rule]


class _Put(NamedTuple):
    """What was put into a file in a round."""

    file: _File
    place: Place
    names: list[str]


class Writer:
    """Puts comments into files until nothing more can be accepted."""

    def __init__(self, check: Check, read: Callable[[str], bytes], reason: str) -> None:
        """Begin.

        Args:
            check: gives the report of all files, with texts that stand in for some of them, by real path.
            read: gives a file's bytes.
            reason: why everything is accepted.

        """
        self._check = check
        self._read = read
        self._reason = reason
        self._files: dict[str, _File] = {}
        self._tried: dict[Key, int] = {}

    def run(self) -> Outcome:
        """Give what came of it; nothing is written yet."""
        report = self._check({})
        before = _meanings(report)
        for _ in range(MOST_ROUNDS):
            put = self._wish(report)
            if not put:
                break
            new = self._check(self._overlay())
            broken = self._broken(before, _meanings(new), report, new)
            left = {key for finding in new.findings for _, _, key, _ in self._targets(finding)}
            is_whole = self._keep(put, broken, left)
            report = new if is_whole else self._check(self._overlay())
        return self._outcome(report)

    def _keep(self, put: Mapping[Key, _Put], broken: set[str], left: set[Key]) -> bool:
        """Keep the comments of a round that do what they are for; gives whether that is all of them."""
        counts: dict[str, int] = {}
        for one in put.values():
            counts[one.file.path] = counts.get(one.file.path, 0) + 1
        kept: dict[str, dict[Place, set[str]]] = {}
        for key, one in put.items():
            if one.file.path in broken:
                if counts[one.file.path] > 1:
                    self._tried[key] -= 1  # by itself it may do
            elif key not in left:
                kept.setdefault(one.file.path, {}).setdefault(one.place, set()).update(one.names)
        is_whole = not broken
        for file in self._files.values():
            file.is_careful = file.is_careful or file.path in broken
            mine = kept.get(file.path, {})
            is_whole = is_whole and mine == file.fresh
            file.fresh = mine
            file.marks, file.fresh = file.all_marks(), {}
        return is_whole

    def _overlay(self) -> dict[str, bytes]:
        return {real: file.with_marks(self._reason)[0] for real, file in self._files.items() if file.all_marks()}

    def _wish(self, report: Report) -> dict[Key, _Put]:
        """Put comments for what is reported where they have not been tried yet; give what was put where."""
        wishes: list[tuple[_File, list[Place], Key, list[str]]] = []
        busy: set[str] = set()
        for finding in report.findings:
            for file, places, key, _ in self._targets(finding):
                room = places()[self._tried.get(key, 0) :]
                if not room:
                    continue
                if not (file.is_careful and file.path in busy):
                    wishes.append((file, room, key, names_of(finding)))
                    busy.add(file.path)
                break
        wanted: dict[tuple[str, int], set[str]] = {}
        for file, room, _, names in wishes:
            wanted.setdefault((file.path, room[0].line), set()).update(names)
        put: dict[Key, _Put] = {}
        for file, room, key, names in wishes:
            place = file.place_of(room, wanted[file.path, room[0].line], self._reason)
            self._tried[key] = self._tried.get(key, 0) + room.index(place) + 1
            file.fresh.setdefault(place, set()).update(names)
            put[key] = _Put(file, place, names)
        return put

    def _targets(self, finding: Finding) -> Iterator[tuple[_File, Callable[[], list[Place]], Key, Located[Any]]]:
        """Give the places that a comment on a finding may speak of, each with its file."""
        if finding.container.kind is Kind.FILE:
            return
        for where, script in _spoken_of(finding):
            root, span = where.source.to_root(where.span)
            file = self._file(root.path)
            if file is None:
                continue
            offset = file.original(span.start, root.text)
            key = (file.path, offset, finding.rule, finding.problem.evidence)
            yield file, partial(_places, file, offset, script, root.text), key, where

    def _file(self, path: str) -> _File | None:
        real = real_path(path)
        if real not in self._files:
            try:
                self._files[real] = _File(path, self._read(path))
            except (OSError, ValueError):
                return None
        return self._files[real]

    def _broken(self, before: Mapping[str, Any], after: Mapping[str, Any], old: Report, new: Report) -> set[str]:
        """Name the files with comments of this round of which something means something else now."""
        changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        changed |= {path for path, _ in _faults(new) - _faults(old)}
        if not changed:
            return set()
        own = {file.path for file in self._files.values() if file.fresh}
        # A file that others draw in breaks them: who is to blame is not known.
        return changed & own or own

    def _outcome(self, report: Report) -> Outcome:
        files, written = {}, []
        for real, file in self._files.items():
            if file.marks:
                data, comments = file.with_marks(self._reason)
                files[real] = (file.data, data)
                written += comments
        refused = tuple(one for one in report.findings if one.container.kind is not Kind.FILE)
        written.sort()
        return Outcome(files, tuple(written), refused, report)


def _places(file: _File, offset: int, script: Source | None, text: str) -> list[Place]:
    return file.ground.places(offset, script, lambda at: file.ground.lines.of(file.original(at, text)))


def _spoken_of(finding: Finding) -> list[tuple[Located[Any], Source | None]]:
    """Give the places that a comment on a finding may speak of: its own, or its containers'."""
    where, container = finding.problem.where, finding.container
    own = [(one.anchor, _script(one.source)) for one in (container, *finding.shared_by)]
    is_here = where.source.to_root(where.span)[0].path == container.source.to_root(container.span)[0].path
    return [(where, _script(where.source) or _script(container.source)), *own] if is_here else own


def _script(source: Source) -> Source | None:
    """Give the outermost part of a file that a text is in; None for a file."""
    while source.parent is not None and source.parent.parent is not None:
        source = source.parent
    return source if source.parent is not None else None


def _faults(report: Report) -> set[tuple[str, str]]:
    """Give what could not be checked: a path, and a message whose lines may be others by now."""
    return {(one.path, re.sub(r"\d+", "#", one.message)) for one in report.failures if one.level is not Level.NOTE}


def _meanings(report: Report) -> dict[str, Any]:
    """Give what each file's containers are, whatever their places."""
    found: dict[str, list[Any]] = {}
    for container in report.containers:
        root = container.source.to_root(container.span)[0]
        found.setdefault(root.path, []).append(meaning(container))
    return found
