"""What can be done about the findings at a place: fix them, accept them with a reason, or lock an image.

Fixes go the way of `dropcap fix`, the proof included: what is offered has been tried on the open texts. Comments go
the way of `dropcap check --add-ignores`, when a person has chosen it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.reference import familiar
from dropcap.images.whereabouts import Where, where
from dropcap.lsp.action import FIX_ALL, LOCK_IMAGE, QUICK_FIX, Action, Command, FileEdit, Tools
from dropcap.lsp.edits import meets
from dropcap.lsp.fixes_here import all_fixed, fixes
from dropcap.lsp.ignoring import can_be_accepted, commented
from dropcap.lsp.needs_kept import needs_of
from dropcap.lsp.values import containers_in, current, values_at
from dropcap.model import Kind
from dropcap.printable import shortened
from dropcap.suppress.writing import names_of
from dropcap.workspace import LOCK
from dropcap.writers.summary import as_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dropcap.lsp.checked import Checked
    from dropcap.model import Container, Finding, Located
    from dropcap.source import Source, Span

__all__ = ["FIX_ALL", "LOCK_IMAGE", "QUICK_FIX", "Action", "FileEdit", "Tools", "actions", "fix_all", "resolved"]

MOST_IGNORED = 10
"""How many findings of a place can be accepted one by one."""
_NAME_SIZE = 80
_LOCKED = "from the local engine, which pulls and runs nothing"


def actions(
    checks: Sequence[Checked], source: Source, span: Span, tools: Tools, *, may_wait: bool = False
) -> tuple[Action, ...]:
    """Return what can be done about the lines of a span: fixes, the safe ones first, then comments, then the lock.

    Args:
        checks: what is known of the targets that the open text is part of; one of an earlier text is left out.
        source: the open text as it is now, as a whole file.
        span: what a person has chosen, or the cursor's place.
        tools: what the session checks with.
        may_wait: whether the editor asks again for what a person has chosen: comments are then found by
            :func:`resolved`, and the action that makes all safe fixes is offered too.

    """
    checks = _with_file(current(checks, source))
    if not checks:
        return ()
    comments = list(_comments(list(_found(checks, source, span)), source))
    if may_wait:
        comments += _all(checks, source, tools)
    else:
        found = (resolved(one, checks, source, tools) for one in comments)
        comments = [one for one in found if one is not None]
    return (*fixes(checks, source, span, tools), *comments, *_locks(checks, source, span))


def resolved(action: Action, checks: Sequence[Checked], source: Source, tools: Tools) -> Action | None:
    """Return an action with the edits that it was waiting for; None where there are none.

    Args:
        action: one of :func:`actions`, of this text or an earlier one.
        checks: what is known now.
        source: the open text as it is now.
        tools: what the session checks with.

    """
    if not action.waits:
        return action
    checks = _with_file(current(checks, source))
    edits = all_fixed(checks, source, tools) if action.kind == FIX_ALL else commented(action.findings, checks, tools)
    return action._replace(edits=edits, waits=False) if edits else None


def fix_all(checks: Sequence[Checked], source: Source, tools: Tools) -> Action | None:
    """Return the action that makes every safe fix in the open text; None where there is none.

    It takes as long as `dropcap fix` does: it is for clients that ask for it by its kind, as when a file is saved.
    """
    checks = _with_file(current(checks, source))
    return next((resolved(one, checks, source, tools) for one in _all(checks, source, tools)), None)


def _with_file(checks: Sequence[Checked]) -> list[Checked]:
    """Leave out texts that have no file yet: nothing can be written to them."""
    return [one for one in checks if one.request.workspace.root]


def _all(checks: Sequence[Checked], source: Source, tools: Tools) -> Iterator[Action]:
    fixable = {rule.id for rule in tools.rules if rule.fix is not None}
    if any(one.rule in fixable for _, one in _findings(checks, source)):
        yield Action("Make all safe fixes in this file", FIX_ALL, waits=True)


def _findings(checks: Sequence[Checked], source: Source) -> Iterator[tuple[Checked, Finding]]:
    """Give what is reported in the open text, each finding once."""
    seen: set[object] = set()
    for checked in checks:
        known = checked.request.workspace.known(source.path)
        for one in checked.report.findings:
            where = one.problem.where
            root, span = where.source.to_root(where.span)
            key = (one.rule, span, one.problem.message)
            if root is known and key not in seen:
                seen.add(key)
                yield checked, one


def _found(checks: Sequence[Checked], source: Source, span: Span) -> Iterator[Finding]:
    """Give what is reported in the lines of a span."""
    for _, one in _findings(checks, source):
        place = one.problem.where
        if meets(source, place.source.to_root(place.span)[1], span):
            yield one


def _comments(found: Sequence[Finding], source: Source) -> Iterator[Action]:
    """Give what accepts findings: those for which the same comment is written together."""
    together: dict[object, list[Finding]] = {}
    for one in found if found and can_be_accepted(source) else ():
        if one.container.kind is not Kind.FILE:
            root, span = one.problem.where.source.to_root(one.problem.where.span)
            together.setdefault((root.position(span.start).line, *names_of(one)), []).append(one)
    for group in list(together.values())[:MOST_IGNORED]:
        names = ", ".join(names_of(group[0]))
        yield Action(f"Ignore {names} here, with a reason", QUICK_FIX, findings=tuple(group), waits=True)


def _locks(checks: Sequence[Checked], source: Source, span: Span) -> Iterator[Action]:
    """Give what reads images into the lock: one at a span, or that of a container of which not all is known."""
    found = [
        (one.checked, one.container, one.where)
        for one in values_at(checks, source, span.start)
        if one.field == "base" or (one.field == "image" and one.container.stage is None)
    ]
    for checked, container, place in containers_in(checks, source):
        image = container.image if container.stage is None and meets(source, place, span) else None
        if image is not None and not needs_of(checked, container).is_complete:
            found.append((checked, container, image))
    names: set[str] = set()
    for checked, container, image in found:
        name = familiar(image.value)
        if image.value not in {"", "scratch"} and "$" not in image.value and name not in names:
            names.add(name)
            command = Command(LOCK_IMAGE, (checked.request.workspace.real(source.path), image.value))
            yield Action(_title(checked, container, image), QUICK_FIX, command=command)


def _title(checked: Checked, container: Container, image: Located[Any]) -> str:
    is_locked = where(image.value, checked.request.workspace) is Where.LOCK
    shown = shortened(as_written(container, image), _NAME_SIZE)
    return f"Read the image {shown} into {LOCK}{' again' if is_locked else ''}, {_LOCKED}"
