"""Who signals whom: an init and a shell that stay root cannot signal what runs as another user, without KILL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.needs.credentials import credentials
from dropcap.needs.ledger import is_at_stop, place, roots_of
from dropcap.needs.model import Certainty, Demand, DemandKind, Evidence, Phase
from dropcap.needs.start import init_name

if TYPE_CHECKING:
    from dropcap.images.tree import FileTree
    from dropcap.lang.shell.call import Call
    from dropcap.model import Located
    from dropcap.needs.credentials import Credentials
    from dropcap.needs.ledger import Ledger
    from dropcap.needs.start import Start

__all__ = ["Signals"]

_BECOME = frozenset(
    {"capsh", "chpst", "chroot", "gosu", "s6-setuidgid", "setpriv", "setuidgid", "su-exec", "s6-applyuidgid"}
)
"""The programs that become another user and then the command, and so leave nobody behind who is still root."""
_AT_STOP = "the signal to stop does not reach it: the engine kills it when its time is over"


class Signals:
    """The processes of a startup that run as another user than whom it starts as.

    Attributes:
        users: as whom its first process comes to run.

    """

    def __init__(self, start: Start, tree: FileTree, ledger: Ledger) -> None:
        """Begin with none."""
        self.start = start
        self.ledger = ledger
        self.users: dict[str, None] = {}
        self._first = credentials(tree, start.user, "no file says which user it is")
        self._roots: frozenset[object] | None = None  # where the words stand that it starts with
        self._behind: dict[tuple[int, ...], tuple[str, Located[str]]] = {}

    def become(self, call: Call, who: Credentials) -> None:
        """Take note of a user that a process becomes; ask whether an init before the first one may signal that."""
        init, words = self.start.init, self.start.words
        if who.is_root is not False or is_at_stop(call):
            return
        self._end_in_time(call)
        if call.shells:
            self._behind.setdefault(call.shells, (call.user.name or "another user", place(call.words[0])))
        if self._first.is_root is False:
            return
        is_handed_on = call.launchers[:1] == (init_name(words),) or call.is_exec or self._is_of_start(call)
        if not is_handed_on:
            return
        self.users[call.user.name or ""] = None
        if init is not None:
            why = f"passes the signal to stop on to a process of {call.user.name}"
            demand = Demand(DemandKind.SIGNAL, why, user=who.user, loss=_AT_STOP, phase=Phase.STOP, source="kill(2)")
            evidence = (Evidence(why, init), Evidence("it is started here", place(call.words[0])))
            self.ledger.judge(call, self._first, demand, evidence)

    def _is_of_start(self, call: Call) -> bool:
        """Return whether a command's program is written where one of the words is that it starts with."""
        if self._roots is None:
            self._roots = roots_of(self.start.words)
        return not self._roots.isdisjoint(roots_of(call.words[:1]))

    def _end_in_time(self, call: Call) -> None:
        """Ask whether `timeout`, which stays root, may end a command that becomes another user in its place."""
        at = call.launchers.index("timeout") if "timeout" in call.launchers else len(call.launchers)
        if self._first.is_root is False or not _BECOME.intersection(call.launchers[at:]):
            return
        if _BECOME.intersection(call.launchers[:at]):
            return
        why = f"ends a process of {call.user.name or 'another user'} that takes too long"
        able, condition = ("KILL",), "its time runs out"
        demand = Demand(DemandKind.KERNEL, why, capabilities=able, condition=condition, source="kill(2)")
        self.ledger.judge(call, self._first, demand, (Evidence(why, place(call.words[0])),))

    def kill(self, call: Call, who: Credentials) -> None:
        """Ask whether a shell may signal what it has started as another user, and goes on behind."""
        options = {word.value for word in call.words[1:2]}
        others = [one for shells, one in self._behind.items() if call.shells[: len(shells)] != shells]
        if who.is_root is False or not others or options & {"-l", "-L"}:
            return
        user, where = others[0]
        why = f"signals a process of {user}"
        if is_at_stop(call):
            demand = Demand(DemandKind.SIGNAL, why, user=user, loss=_AT_STOP, phase=Phase.STOP, source="kill(2)")
        else:
            condition = f"the process that it signals is the one of {user}"
            possible = Certainty.POSSIBLE
            demand = Demand(DemandKind.KERNEL, why, capabilities=("KILL",), condition=condition, certainty=possible)
        evidence = (Evidence(why, place(call.words[0])), Evidence("it is started here", where))
        self.ledger.judge(call, who, demand, evidence)
