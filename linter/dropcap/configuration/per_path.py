"""What a configuration sets for some files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.model import Engine, Severity


class PerPath(NamedTuple):
    """What is set for some files; None and empty where nothing is.

    Attributes:
        paths: which files, in the manner of `.gitignore`, from the configuration's folder.
        place: where it stands, as it is printed.
        select: the only rules to run.
        extend_select: further rules to run.
        ignore: further rules not to run.
        severity: how severe the findings of rules are.
        fail_on: the severity from which on a finding makes the exit code 1.
        engine: the engine, whatever the file is called.
        versions: the versions of engines.
        compose: the major version of Docker Compose.

    """

    paths: tuple[str, ...]
    place: str
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    fail_on: int | None = None
    engine: Engine | None = None
    versions: Mapping[Engine, str] | None = None
    compose: int | None = None
