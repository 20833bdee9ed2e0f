"""A project as it was read last: what the fixes of its files are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.check import check_request, request_of
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.carriers.request import Request
    from dropcap.check import Setup
    from dropcap.model import FileResult
    from dropcap.questions import Questions
    from dropcap.targets import Target


class Reading(NamedTuple):
    """A project as it was read.

    Attributes:
        target: the file, with those that are laid over it.
        request: what it was read by; its workspace knows which files were.
        result: what was found.

    """

    target: Target
    request: Request
    result: FileResult


def read(target: Target, questions: Questions, setup: Setup, overlay: Mapping[str, bytes]) -> Reading:
    """Read a project with texts that stand in for files, and ask the rules about it."""
    request = request_of(target, setup._replace(overlay=overlay))
    return Reading(target, request, check_request(target, request, questions))
