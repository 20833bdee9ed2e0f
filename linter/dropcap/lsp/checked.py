"""What is known of a file, as the editor has its text now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.carriers.request import Request
    from dropcap.model import FileResult, Report
    from dropcap.targets import Target


class Checked(NamedTuple):
    """A file, with those that belong to it, and what the rules found.

    Attributes:
        target: the file that was checked, with the other files of its project.
        request: how it was read; its workspace has the open texts.
        result: what the file gave: its containers, and findings as the rules had them.
        report: the findings as a person sees them, each thing once, and what is accepted.

    """

    target: Target
    request: Request
    result: FileResult
    report: Report
