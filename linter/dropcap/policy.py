"""How a file is checked, where that is not as the run says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.model import Engine, Severity


class Policy(NamedTuple):
    """How a file is checked whose configuration says other things than that of the run, or other ones by its path.

    Attributes:
        select: ids of the only rules to ask; empty for those that are on by default.
        extend_select: ids of further rules.
        ignore: ids of rules not to ask.
        severity: how severe the findings of rules are, by id.
        fail_on: the severity from which on a finding makes the exit code 1.
        engine: the engine for containers whose file names none.
        engine_by_name: whether the file's name may say another engine.
        versions: the versions of engines.
        compose: the major version of Docker Compose.

    """

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    severity: Mapping[str, Severity]
    fail_on: int
    engine: Engine
    engine_by_name: bool
    versions: Mapping[Engine, str]
    compose: int

    @property
    def choice(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """What says which rules are asked."""
        return self.select, self.extend_select, self.ignore
