"""What a person accepts: a comment in a file, or an entry of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.model.located import Located


class Accepted(NamedTuple):
    """What is accepted by one name.

    Attributes:
        rule: a rule's id, as it is written; empty for any.
        capability: the bare name of the only capability that it is accepted of; empty for all.
        is_used: whether something is found that it accepts.
        is_known: whether there is a rule of that name.
        suggestion: the name that may be meant, where there is none.

    """

    rule: str
    capability: str = ""
    is_used: bool = False
    is_known: bool = True
    suggestion: str = ""

    def __str__(self) -> str:
        """Write it as a comment has it."""
        return f"{self.rule}:{self.capability}" if self.capability else self.rule


class Ignore(NamedTuple):
    """A comment that accepts findings, or means to, or an entry of the configuration that does.

    Attributes:
        where: where it stands, and what stands there.
        kind: `comment`, or `allow` for an entry.
        accepts: what it accepts, name by name; of what no rule of the run speaks, nothing is said here.
        reason: why, in the words of whoever wrote it; empty where it has none.
        expires: the last day on which it counts, as `2027-01-31`; empty where it counts for good.
        is_expired: whether that day has passed: then it accepts nothing.
        is_own: whether it stands in a file that is checked itself, not only read for another one's sake.
        is_judged: whether all that it could accept was looked at, so that it is known what it accepts in vain.
        asked: the ids of the rules that were asked about its file; None where the run's were.
        path: its file from its project's root, with forward slashes.
        wrong: why it accepts nothing, where it cannot be understood: what to write instead.
        root: the real path of the folder that its project ends in; empty for an entry of the configuration.

    """

    where: Located[str]
    kind: str = "comment"
    accepts: tuple[Accepted, ...] = ()
    reason: str = ""
    expires: str = ""
    is_expired: bool = False
    is_own: bool = True
    is_judged: bool = True
    asked: frozenset[str] | None = None
    path: str = ""
    wrong: str = ""
    root: str = ""

    @property
    def unused(self) -> tuple[Accepted, ...]:
        """What it accepts and nothing is found of; nothing where that is not known."""
        if not (self.is_own and self.is_judged) or self.is_expired:
            return ()
        return tuple(one for one in self.accepts if one.is_known and not one.is_used)
