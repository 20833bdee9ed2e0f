"""The records of what a container needs. Frozen and dumb: functions do the work."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from dropcap.namedtuple import NamedTuple
from dropcap.needs.allowance import Allowance
from dropcap.needs.certainty import Certainty

if TYPE_CHECKING:
    from dropcap.model import Located

__all__ = [
    "Access",
    "Allowance",
    "Certainty",
    "Demand",
    "DemandKind",
    "Evidence",
    "Need",
    "Needs",
    "Phase",
    "Suggestion",
    "UnknownNeed",
]


class Phase(Enum):
    """When a container needs something."""

    FIRST_START = "first start"
    """Its volumes are as the image leaves them, or empty."""
    RESTART = "restart"
    """Its data is there, owned by whom the first start gave it to."""
    SERVICE = "service"
    """While it serves."""
    HEALTH_CHECK = "health check"
    HOOK = "hook"
    """A command that its file starts in it beside the first one."""
    STOP = "stop"

    __hash__ = object.__hash__  # Enum's own is Python


class DemandKind(Enum):
    """What a program wants of the kernel; the vocabulary of `programs.toml`."""

    BECOME = "become"
    """Become another user: `user`, `group`."""
    GIVE = "give"
    """Give `path` to `user` and `group`; with `is_deep` all below it too."""
    ALTER = "alter"
    """Change mode, times or attributes of `path`."""
    KEEP_BITS = "keep-bits"
    """Set set-user-id or set-group-id on `path`, and keep it."""
    REACH = "reach"
    """Read, write or search `path`, as `access` says."""
    MAKE = "make"
    """Make, replace or remove the entry `path` in its folder."""
    BIND = "bind"
    """Listen on `port`."""
    SIGNAL = "signal"
    """Signal processes of `user`."""
    EXECUTE = "execute"
    """Execute `path`, which may carry file capabilities or the set-user-id bit."""
    RAISE = "raise"
    """Put `capabilities` into its own sets, and fail where it cannot."""
    KERNEL = "kernel"
    """Anything that the kernel checks `capabilities` for and nothing else grants."""

    __hash__ = object.__hash__  # Enum's own is Python


class Access(Enum):
    """How a file is reached."""

    READ = "read"
    WRITE = "write"
    SEARCH = "search"

    __hash__ = object.__hash__  # Enum's own is Python


class Demand(NamedTuple):
    """What a program asks the kernel for, before it is known whether that is granted anyhow.

    Attributes:
        kind: what it wants.
        why: what the program does, in the third person: "switches to another user".
        user: the user that it wants to be, give to or signal; a name or a number; None where it is not known or of no
            concern.
        group: the group, likewise.
        path: the path; empty where it is of no concern, None where it is not known.
        access: how it is reached.
        is_deep: whether all below the path is meant too.
        port: the port; 0 where it is of no concern, None where it is not known.
        capabilities: the bare names, of :attr:`DemandKind.RAISE` and :attr:`DemandKind.KERNEL`; any one of them does
            where `is_any` is set.
        is_any: whether one of the capabilities is enough.
        certainty: the most that can follow from it.
        phase: when; None for whenever the program runs.
        condition: on what it depends, to follow the word "if"; empty where on nothing.
        loss: what is lost without it, where the certainty is :attr:`Certainty.DEGRADES`.
        source: the system call or the place in the program's source that it is known from.
        known: how it is known: `kernel`, `source` or `declared`.
        limit: the resource limit up to which the kernel asks for no capability; empty where there is none.

    """

    kind: DemandKind
    why: str
    user: str | None = None
    group: str | None = None
    path: str | None = ""
    access: Access = Access.READ
    is_deep: bool = False
    port: int | None = 0
    capabilities: tuple[str, ...] = ()
    is_any: bool = False
    certainty: Certainty = Certainty.REQUIRED
    phase: Phase | None = None
    condition: str = ""
    loss: str = ""
    source: str = ""
    known: str = "source"
    limit: str = ""


class Evidence(NamedTuple):
    """A place that a person can open, and what it shows.

    Attributes:
        reason: what it shows, one clause.
        where: the place; None where no file of the project shows it (an image that the catalogue knows).

    """

    reason: str
    where: Located[Any] | None = None


class Need(NamedTuple):
    """A capability that a container needs.

    Attributes:
        capability: the bare name.
        certainty: how sure that is.
        phase: when.
        condition: on what it depends, to follow the word "if"; empty where on nothing.
        evidence: the places that show it, in the order in which they lead there; at least one.
        loss: what is lost without it, where the certainty is :attr:`Certainty.DEGRADES`.
        instead: the names any of which does as well.
        kind: what asks for it; None where several kinds of things do.

    """

    capability: str
    certainty: Certainty
    phase: Phase
    condition: str
    evidence: tuple[Evidence, ...]
    loss: str = ""
    instead: tuple[str, ...] = ()
    kind: DemandKind | None = None


class UnknownNeed(NamedTuple):
    """Why the picture is not complete.

    Attributes:
        reason: what is not known, to follow the words "unknown because".
        resolve: what would make it known, in the imperative; empty where nothing a person can do would.
        where: the place that hides it; None where there is none.
        capabilities: the only ones that it can add; none where it can add any.

    """

    reason: str
    resolve: str = ""
    where: Located[Any] | None = None
    capabilities: tuple[str, ...] = ()


class Suggestion(NamedTuple):
    """What would need less, and what it saves.

    Attributes:
        change: what to change, in the imperative.
        saves: the capabilities that are not needed then.
        where: the place to change; None where there is none.

    """

    change: str
    saves: tuple[str, ...]
    where: Located[Any] | None = None


class Needs(NamedTuple):
    """What a container needs, and how well that is known.

    Attributes:
        needs: by capability in the kernel's order, the surest first.
        alternatives: sets that do instead of the suggested one.
        unknown: what is not known and could add a capability; none where the picture is complete.
        today: what fails today already, whatever is added: demands of processes that hold nothing.
        gains: the programs by which a process of another user than root gets what it does not hold: set-user-ID root,
            or with file capabilities.
        cap_add: the smallest set that starts, restarts and serves, besides `cap_drop: [ALL]`; in the kernel's order.
        user: the user that it can run as from the start; None where nothing says so.
        smaller: what would need less still.
        remarks: what else a person should know: that it was measured, or that what was measured is stale.

    """

    needs: tuple[Need, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    unknown: tuple[UnknownNeed, ...] = ()
    today: tuple[Evidence, ...] = ()
    gains: tuple[Evidence, ...] = ()
    cap_add: tuple[str, ...] = ()
    user: str | None = None
    smaller: tuple[Suggestion, ...] = ()
    remarks: tuple[Evidence, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing that is not known could add a capability."""
        return not self.unknown
