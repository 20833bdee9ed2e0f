"""The entries `[[allow]]` of the configuration, and the findings that they accept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.dates import has_passed
from dropcap.gitignore import Ignores
from dropcap.masking import without_secrets
from dropcap.model import Located, Suppression
from dropcap.model.ignores import Accepted, Ignore
from dropcap.real_paths import real_path
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.allow import Allow
    from dropcap.model import Container, FileResult, Finding


class Allowance:
    """The entries of a configuration file, and which of them are used."""

    def __init__(
        self,
        entries: Sequence[Allow],
        folder: str,
        file: Source | None = None,
        *,
        others: Sequence[Source] = (),
        is_whole: bool = True,
    ) -> None:
        """Take the entries.

        Args:
            entries: in their order.
            folder: what their paths are relative to: the configuration's folder.
            file: the configuration's text; None where it is not at hand.
            others: the texts of files that it extends.
            is_whole: whether the run looks at all that the entries may speak of; else none of them is in vain.

        """
        self._entries = [_Entry(entry, folder) for entry in entries]
        self._file = file
        self._others = {one.path: one for one in others}
        self._is_whole = is_whole
        self._paths: dict[str, str] = {}

    def applied(self, result: FileResult) -> FileResult:
        """Return the result of a file, with why its findings are accepted, where no comment says so already."""
        if not self._entries or not result.findings:
            return result
        return result._replace(findings=tuple(map(self._judged, result.findings)))

    def _judged(self, finding: Finding) -> Finding:
        root = finding.container.source.to_root(finding.container.span)[0].path
        path = self._paths.get(root) or self._paths.setdefault(root, real_path(root))
        fitting = [entry for entry in self._entries if entry.fits(finding, path)]
        if not fitting:
            return finding
        for entry in fitting:
            entry.used.add(finding.rule)
        if finding.suppression is not None:
            return finding
        first = fitting[0].entry
        reason = without_secrets(first.reason)
        return finding._replace(suppression=Suppression("allow", reason, first.place, first.expires))

    def ignores(self) -> tuple[Ignore, ...]:
        """Return the entries for the rules that judge them."""
        return tuple(self._ignore(one) for one in self._entries)

    def _ignore(self, one: _Entry) -> Ignore:
        entry = one.entry
        source, span = self._place(entry.place)
        accepts = tuple(Accepted(rule, is_used=rule in one.used) for rule in entry.rules)
        return Ignore(
            Located(shown(entry), source, span),
            "allow",
            accepts or (Accepted("", is_used=bool(one.used)),),
            without_secrets(entry.reason),
            entry.expires,
            is_expired=has_passed(entry.expires),
            is_judged=self._is_whole,
            path=source.path.replace(os.sep, "/"),
        )

    def _place(self, place: str) -> tuple[Source, Span]:
        path, _, line = place.rpartition(":")
        source = self._others.get(path) or self._file or Source(path or place, "")
        if not line.isdecimal() or not 1 <= int(line) <= source.line_count:
            return source, Span(0, 0)
        start = source.text.find(source.line(int(line)), sum(len(source.line(at)) for at in range(1, int(line))))
        return source, Span(max(0, start), max(0, start) + len(source.line(int(line))))


class _Entry:
    """An entry, and the rules whose findings it accepts."""

    def __init__(self, entry: Allow, folder: str) -> None:
        self.entry = entry
        self.used: set[str] = set()
        self._is_expired = has_passed(entry.expires)
        self._folder = real_path(folder or os.curdir)
        self._paths = Ignores().with_lines(self._folder, entry.path)

    def fits(self, finding: Finding, path: str) -> bool:
        """Return whether it accepts a finding of a container in a file."""
        entry, container = self.entry, finding.container
        if self._is_expired or (entry.rules and finding.rule not in entry.rules):
            return False
        if entry.capabilities:
            about = frozenset(NAMES).intersection(finding.problem.evidence)
            if not about or not about.issubset(entry.capabilities):
                return False
        if entry.container and not is_like(entry.container, container.name):
            return False
        if entry.image and not is_like(entry.image, _image(container)):
            return False
        return not entry.path or self._is_named(path)

    def _is_named(self, path: str) -> bool:
        if self._paths.match(path, is_folder=False):
            return True
        folder = os.path.dirname(path)
        while len(folder) > len(self._folder):
            if self._paths.match(folder, is_folder=True):
                return True
            folder = os.path.dirname(folder)
        return False


def _image(container: Container) -> str:
    return container.image.value if container.image else ""


def is_like(pattern: str, text: str) -> bool:
    """Return whether a text is like a pattern, in which a star stands for any number of characters."""
    first, *more = pattern.split("*")
    if not more:
        return pattern == text
    if not text.startswith(first):
        return False
    at = len(first)
    for part in more[:-1]:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return len(text) - at >= len(more[-1]) and text.endswith(more[-1])


def shown(entry: Allow) -> str:
    """Say what an entry accepts."""
    parts = [*entry.rules, *entry.capabilities, entry.container, entry.image, *entry.path]
    return " ".join(part for part in parts if part)
