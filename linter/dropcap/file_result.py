"""What the check of one file gives, to be put together with those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.model import Container, Failure, Finding


class FileResult(NamedTuple):
    """What one file gave.

    Attributes:
        findings: in the order of the rules; the report sorts.
        failures: what could not be read or checked.
        containers: its containers, stages included.
        read: whether the file was read at all.
        path: the file's real path.
        parts: the real paths of further files that were read as parts of the same project.
        bases: real path and name of the services of other files that it is made of.
        is_base: whether it is a file that nobody starts by itself, so that its services may be there for others to
            be made of.

    """

    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    containers: tuple[Container, ...]
    read: bool
    path: str = ""
    parts: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    is_base: bool = False
