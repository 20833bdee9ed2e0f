"""What is to be checked: a file, with the carrier that it is and the files that are laid over it."""

from __future__ import annotations

from dropcap.namedtuple import NamedTuple

TYPE_CHECKING = False  # without `typing`, which is not to be imported at a start
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


class Target(NamedTuple):
    """A file to check.

    Attributes:
        path: as it is to be printed: relative to the current folder if it lies in it, and else as it was given.
        carrier: how to read it; None where its name says nothing and its content has to.
        named: whether it was named itself, not found in a folder.
        over: the Compose files that are laid over it, the strongest last.
        root: the folder that nothing is read outside of; None where the file's own place decides.
        given: the paths that a person named, which are read wherever they lie.
        policy: how it is checked where that is not as the run says; None for most.

    """

    path: str
    carrier: str | None
    named: bool
    over: tuple[str, ...] = ()
    root: str | None = None
    given: tuple[str, ...] = ()
    policy: Policy | None = None
