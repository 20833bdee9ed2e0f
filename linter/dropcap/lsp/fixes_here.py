"""The fixes of findings at a place, tried as `dropcap fix` tries them, and none of them made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.fixes.mending import Mender, StopFixing, Wishes
from dropcap.lsp.action import QUICK_FIX, Action, FileEdit
from dropcap.lsp.edits import differences, line_break_of, meets
from dropcap.lsp.itself import Itself
from dropcap.printable import shortened
from dropcap.real_paths import real_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.fixes.candidates import Candidate
    from dropcap.lsp.action import Tools
    from dropcap.lsp.checked import Checked
    from dropcap.model.changes import Edit
    from dropcap.source import Source, Span

MOST_TRIED = 8
"""How many fixes of one place are offered: to try one, its project is read again."""
_MOST_KEPT = 8
_LONGEST_TITLE = 200


class Kept:
    """The fixes of the last places that were asked for: an editor asks again for each move of the cursor in a line."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_place: dict[object, tuple[Action, ...]] = {}

    def fixes(self, checks: Sequence[Checked], source: Source, span: Span, tools: Tools) -> tuple[Action, ...]:
        """Return the fixes of what is found in the lines of a span; nothing is tried where nothing is found."""
        lines = tuple(source.position(min(at, len(source.text))).line for at in span)
        if not any(meets(source, at, span) for at in _faults(checks, source)):
            return ()
        key = (source.path, lines, *(Itself(one.result) for one in checks))
        found = self._by_place.get(key)
        if found is None:
            if len(self._by_place) >= _MOST_KEPT:
                del self._by_place[next(iter(self._by_place))]
            found = self._by_place[key] = tuple(_fixes(checks, source, span, tools))
        return found


_KEPT = Kept()
fixes = _KEPT.fixes


def _faults(checks: Sequence[Checked], source: Source) -> Iterator[Span]:
    """Give where something is reported in a text."""
    for checked in checks:
        known = checked.request.workspace.known(source.path)
        places = [(one.problem.where.source, one.problem.where.span) for one in checked.report.findings]
        places += [(one.source, one.span) for one in checked.report.failures if one.source and one.span]
        for text, span in places:
            root, at = text.to_root(span)
            if root is known:
                yield at


def _fixes(checks: Sequence[Checked], source: Source, span: Span, tools: Tools) -> list[Action]:
    """Try the fixes of what is found in the lines of a span; the safe ones come first."""
    real = real_path(source.path)

    def picks(one: Candidate) -> bool:
        return any(meets(source, at, span) for at in _places(one, real))

    found: list[Candidate] = []

    def wants(one: Candidate, _files: Mapping[str, tuple[bytes, bytes]]) -> bool:
        found.append(one)
        if len(found) >= MOST_TRIED:
            raise StopFixing
        return False

    _mender(checks, tools, Wishes(unsafe=True, wants=wants, accepts=tools.accepts, picks=picks)).run()
    found.sort(key=lambda one: not one.safe)
    taken: set[object] = set()
    return [_action(one, taken) for one in found]


def all_fixed(checks: Sequence[Checked], source: Source, tools: Tools) -> tuple[FileEdit, ...]:
    """Return the edits that make all safe fixes of what is found in a file."""
    real = real_path(source.path)

    def picks(one: Candidate) -> bool:
        return any(True for _ in _places(one, real))

    outcome = _mender(checks, tools, Wishes(accepts=tools.accepts, picks=picks)).run()
    return tuple(edit for one in outcome.files for edit in differences(one.path, one.before, one.after))


def _mender(checks: Sequence[Checked], tools: Tools, wishes: Wishes) -> Mender:
    targets = {(one.target.path, one.target.over): one.target for one in checks}  # a policy has no hash
    return Mender(list(targets.values()), tools.rules, tools.setup, wishes)


def _places(one: Candidate, real: str) -> list[Span]:
    """Return where in a file that stands which a fix mends."""
    found = [
        member.finding.problem.where.source.to_root(member.finding.problem.where.span)
        for member in one.members
        if member.finding is not None
    ]
    if not found:
        found = [(edit.source, edit.span) for edit in one.edits]
    return [span for root, span in found if real_path(root.path) == real]


def _action(one: Candidate, taken: set[object]) -> Action:
    """Return the action that a fix is; the first one of a finding is preferred where it is safe."""
    findings = tuple(member.finding for member in one.members if member.finding is not None)
    keys = {finding.identity for finding in findings}
    is_first = taken.isdisjoint(keys)
    taken |= keys
    title = shortened(f"{one.message[:1].upper()}{one.message[1:]}", _LONGEST_TITLE)
    if not one.safe:
        title = f"{title} (unsafe: it may change what the container can do)"
    edits = tuple(_file_edit(edit) for edit in one.edits)
    return Action(title, QUICK_FIX, edits, findings, is_preferred=one.safe and is_first)


def _file_edit(edit: Edit) -> FileEdit:
    text = edit.text.replace("\n", line_break_of(edit.source.text))
    return FileEdit(real_path(edit.source.path), edit.source, edit.span, text)
