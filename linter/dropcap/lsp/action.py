"""What can be done about a place, and what it is done with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.check import Setup
    from dropcap.model import FileResult, Finding
    from dropcap.report import Accepting
    from dropcap.rule import Rule
    from dropcap.source import Source, Span

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.dropcap"
LOCK_IMAGE = "dropcap.lockImage"
"""The command that reads an image from the local engine into the project's lock; its arguments: the real path of a file
of the project, and the image's name."""


class FileEdit(NamedTuple):
    """Replace a stretch of a file.

    Attributes:
        path: the file's real path.
        source: its whole text that the edit is for; where the file is another by now, the edit must not be made.
        span: what is replaced.
        text: what is written there, with the file's own line breaks.

    """

    path: str
    source: Source
    span: Span
    text: str


class Command(NamedTuple):
    """Something that the server does when a person asks for it."""

    name: str
    arguments: tuple[str, ...]


class Action(NamedTuple):
    """Something that can be done.

    Attributes:
        title: what it does, in the imperative.
        kind: what sort of thing, in the protocol's words.
        edits: what it changes, those of one file without overlap; none where it is a command, or waits.
        findings: what is gone then, of those in the open text.
        is_preferred: whether it is the one to take where a person does not choose.
        command: what the server does; None where edits are all.
        waits: whether its edits are still to be found, by :func:`dropcap.lsp.actions.resolved`.

    """

    title: str
    kind: str
    edits: tuple[FileEdit, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_preferred: bool = False
    command: Command | None = None
    waits: bool = False


class Tools(NamedTuple):
    """What the session checks with.

    Attributes:
        rules: those that are asked.
        setup: how files are checked; its overlay has the open texts.
        accepting: what is accepted besides what comments say, as the session's reports have it.
        accepts: marks in the result of a file what the configuration accepts; None where that is nothing.

    """

    rules: Sequence[Rule]
    setup: Setup
    accepting: Accepting | None = None
    accepts: Callable[[FileResult], FileResult] | None = None
