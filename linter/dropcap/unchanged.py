"""What rules said of the containers of a file at its last check: of those that are as they were they say it again.

An editor has a file checked with each word that is typed, and most of its containers stay the same. A rule knows a
container and the files of its project; where both are as they were, so are its findings.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dropcap.lang.yaml.pieces import Piece
from dropcap.model import UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.model import Container, Finding
    from dropcap.needs.allowance import Allowance
    from dropcap.questions import Questions
    from dropcap.workspace import Workspace

__all__ = ["Unchanged"]


class _Known(NamedTuple):
    """A container, what rules said of it, and how many commands were followed for that."""

    container: Container
    findings: Sequence[Finding]
    taken: int


class Unchanged:
    """The containers of a file as they were at its last check.

    Whoever has one forgets it when a file may have come or gone: that is asked for without reading it.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._known: dict[tuple[str, str], _Known] = {}
        self._next: dict[tuple[str, str], _Known] = {}
        self._workspace: Workspace | None = None
        self._questions: Questions | None = None

    def begin(self, own: str, workspace: Workspace, questions: Questions) -> None:
        """Begin another check.

        Args:
            own: the real path of the file that is checked, which has changed.
            workspace: the door to the others; where one of them has changed, nothing is known any more.
            questions: what is asked of containers.

        """
        is_same = questions is self._questions and self._workspace is not None
        self._known = self._next if is_same and _are_same(own, self._workspace, workspace) else {}
        self._next = {}
        self._workspace, self._questions = workspace, questions

    def of(self, container: Container, allowance: Allowance) -> _Known | None:
        """Return what is known of a container, and take from the allowance what was followed for it."""
        known = self._known.get((container.kind.value, container.name))
        if known is None or known.taken >= allowance.left or known.container != container:
            return None
        allowance.left -= known.taken
        self._next[container.kind.value, container.name] = known
        return known

    def keep(self, container: Container, findings: Sequence[Finding], taken: int) -> None:
        """Keep what rules said of a container, if all that it says of its file is about its own entry of it."""
        entry = container.source
        if not isinstance(entry, Piece):
            return
        try:
            kept = [one._replace(problem=_of_entry(one.problem, entry)) for one in findings]
        except _ElsewhereError:
            return
        self._next[container.kind.value, container.name] = _Known(container, kept, taken)


class _ElsewhereError(Exception):
    """A place lies in the text and not in the entry that is moved with it, or a line of the text is named in words."""


def _of_entry(value: Any, entry: Piece) -> Any:  # noqa: ANN401  # a record gives one of its kind
    """Return what was said of a place in the text as what is said of that place in its entry."""
    if isinstance(value, str) and f"{os.path.basename(entry.path)}:" in value:
        raise _ElsewhereError
    if not isinstance(value, tuple):
        return value
    parts = [_of_entry(one, entry) for one in value]
    if any(one is entry.root for one in value):
        span = getattr(value, "span", None)
        if span is None or not entry.start <= span.start <= span.end <= entry.start + len(entry.text):
            raise _ElsewhereError
        here = Span(span.start - entry.start, span.end - entry.start)
        parts = [entry if one is entry.root else here if one == span else one for one in parts]
    return tuple.__new__(type(value), parts)


def _are_same(own: str, before: Workspace | None, now: Workspace) -> bool:
    """Whether all other files that were read at the last check are as they were; they are read again."""
    for real in before.reads if before is not None else ():
        if real == own or before is None:
            continue
        known = before.known(real)
        try:
            if known is None:
                now.read(real)
                return False
            if now.source(known.path) is not known:
                return False
        except (NotReadError, UnreadableError):
            if known is not None:
                return False
    return True
