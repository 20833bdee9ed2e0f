"""What is kept of a startup: what its commands need, what is not known of them, and what fails today."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dropcap.images.facts import File
from dropcap.model import Located
from dropcap.needs.credentials import is_same_group, is_same_user
from dropcap.needs.demands import Situation
from dropcap.needs.demands import judge as verdicts
from dropcap.needs.model import Certainty, DemandKind, Evidence, Need, Phase, UnknownNeed
from dropcap.needs.permissions import resolved
from dropcap.needs.process_files import LOOKS_INTO
from dropcap.source import Shipped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dropcap.images.tree import FileTree
    from dropcap.lang.shell.call import Call, Guard
    from dropcap.lang.words import Word
    from dropcap.needs.credentials import Credentials
    from dropcap.needs.demands import Verdict
    from dropcap.needs.model import Demand
    from dropcap.needs.start import Start
    from dropcap.source import Source, Span

__all__ = ["Ledger", "is_at_stop", "is_passed_over", "is_word_of", "place", "roots_of", "shown_at"]

_LONGEST_CONDITION = 60
_OF_PLACES = frozenset({DemandKind.REACH, DemandKind.MAKE})
_OF_MODES = frozenset({DemandKind.ALTER, DemandKind.KEEP_BITS})
_OF_FILES = frozenset({DemandKind.GIVE, DemandKind.ALTER, DemandKind.KEEP_BITS, DemandKind.REACH, DemandKind.MAKE})


_OF_OWNERS = frozenset({DemandKind.GIVE, *_OF_MODES})


class Ledger:
    """What has been found of a startup so far.

    Attributes:
        needs: each capability that something asks for, as often as that is.
        unknown: what is not known and could add one, by what tells it from others.
        today: what fails already, whatever is added.
        gains: the programs by which another user than root gets what it does not hold.

    """

    def __init__(self, start: Start, tree: FileTree) -> None:
        """Begin with nothing, for a command over some files."""
        self.start = start
        self.tree = tree
        self.needs: list[Need] = []
        self.unknown: dict[str, UnknownNeed] = {}
        self.today: list[Evidence] = []
        self.gains: list[Evidence] = []

    def note(self, unknown: UnknownNeed) -> None:
        """Note that something is not known; what is said already is said once, with all that it can add."""
        known = self.unknown.setdefault(unknown.reason, unknown)
        if not known.capabilities or known.capabilities == unknown.capabilities:
            return
        names = dict.fromkeys((*known.capabilities, *unknown.capabilities)) if unknown.capabilities else ()
        self.unknown[unknown.reason] = known._replace(capabilities=tuple(names))

    def judge(
        self,
        call: Call,
        who: Credentials,
        demand: Demand,
        evidence: tuple[Evidence, ...],
        *,
        of_anybody: bool = False,
    ) -> None:
        """Keep what is left of a demand: a need of a process that holds something, a failure of any other."""
        if demand.path is None and demand.kind in _OF_PLACES and who.is_root is not False:
            self._note_of_file(call, evidence[0].where)
        situation = Situation(self.tree, who, self.start.first_free_port, self.start.why_port)
        for verdict in verdicts(demand, situation):
            if who.is_root is False and not of_anybody:
                if verdict.certainty is Certainty.REQUIRED and not call.guards:
                    self.today.append(Evidence(f"{verdict.reason}, and its user may not", evidence[0].where))
                continue
            need = self._need(call, who, demand, verdict, evidence)
            if need is not None:
                self.needs.append(need)

    def _note_of_file(self, call: Call, where: Located[Any] | None) -> None:
        """Note that a command uses a file that is not known; one without a name it does not get to anyhow."""
        if where is not None and where.value == "":
            return
        name = call.words[0].value.rpartition("/")[2]
        who = "the shell" if call.is_builtin or call.words[0].unknown is not None else name
        reason = f"it is not known which file {who} uses, and whether root may use it"
        self.note(UnknownNeed(reason, where=where, capabilities=("DAC_OVERRIDE",)))

    def _need(
        self, call: Call, who: Credentials, demand: Demand, verdict: Verdict, evidence: tuple[Evidence, ...]
    ) -> Need | None:
        certainty = verdict.certainty
        parts = [verdict.condition, *(_condition(one) for one in call.guards if one.taken)]
        if who.is_root is None:
            parts.append("it runs as root")
        is_tested = call.is_tested or (demand.kind in _OF_OWNERS and _is_one_by_one(call))
        is_swallowed = is_tested or not call.is_errexit
        if demand.kind is DemandKind.GIVE and is_swallowed and _changes_nothing(demand, self.tree):
            return None
        loss = verdict.loss
        if call.is_tested and certainty is Certainty.REQUIRED and demand.kind in _OF_MODES:
            certainty, loss = Certainty.DEGRADES, "the mode stays as it is; the program ignores the failure"
        elif passed := _lost_where_passed_over(demand, call):
            certainty, loss = Certainty.DEGRADES, passed
        elif is_tested and certainty is Certainty.REQUIRED and demand.kind in _OF_FILES:
            parts.append("the program needs what this does; it ignores a failure")
        if is_at_stop(call) and certainty is not Certainty.DEGRADES:
            certainty, loss = Certainty.DEGRADES, "what it does at its stop fails"
        condition = " and ".join(dict.fromkeys(filter(None, parts)))
        if condition and certainty is Certainty.REQUIRED:
            certainty = Certainty.POSSIBLE
        if verdict.unknown is not None and certainty is not Certainty.DEGRADES:
            one = verdict.unknown
            known = UnknownNeed(one.reason, one.resolve, one.where or evidence[0].where, (verdict.capability,))
            self.unknown.setdefault(f"{one.reason}\0{verdict.capability}", known)
        phase = demand.phase or (Phase.STOP if is_at_stop(call) else self.start.phase)
        return Need(verdict.capability, certainty, phase, condition, evidence, loss, verdict.instead, demand.kind)

    def not_known(self, call: Call, who: Credentials, reason: str, resolve: str = "") -> None:
        """Note that something is not known of a command, unless its process holds nothing."""
        if who.is_root is False:  # it holds nothing, whatever it is
            return
        self.note(UnknownNeed(reason, resolve, place(call.words[0])))


def _lost_where_passed_over(demand: Demand, call: Call) -> str:
    """Return what is lost where a script goes on without what is asked for; empty where it does not go on."""
    if demand.kind is DemandKind.GIVE and (demand.path or "").startswith("/proc/") and call.is_tested:
        return "its output keeps its owner; the program ignores the failure"
    if demand.capabilities == ("SETFCAP",) and is_passed_over(call):
        return "the program gets no file capabilities; the script ignores the failure"
    if demand.why.startswith(LOOKS_INTO) and is_passed_over(call):
        return "it does not see that process; the program ignores the failure"
    return ""


def is_at_stop(call: Call) -> bool:
    """Return whether a command is one of a trap, which is sprung when the container is stopped."""
    return "trap" in call.launchers


def _is_one_by_one(call: Call) -> bool:
    """Return whether it is a `find … -exec … ";"`, which succeeds whatever becomes of what it runs."""
    values = {word.value for word in call.words[1:]}
    return call.words[0].value.rpartition("/")[2] == "find" and ";" in values and "+" not in values


def is_passed_over(call: Call) -> bool:
    """Return whether the script goes on where a command fails, and does no more than to say so."""
    return call.is_tested and re.match(_GOES_ON, call.source.text[call.span.start :][:_LONGEST_COMMAND]) is not None


_GOES_ON = r"(?:[^\n;&|]|>&\d|&>)*\|\|\s*(?:true\b|:|echo\b|printf\b)"
_LONGEST_COMMAND = 2000


def place(word: Word) -> Located[str]:
    """Return the place of a word."""
    return Located(word.value, word.source, word.span)


def is_word_of(one: Word, others: Iterable[Word]) -> bool:
    """Return whether a word is written where one of others is."""
    return not roots_of(others).isdisjoint(roots_of((one,)))


def roots_of(words: Iterable[Word]) -> frozenset[tuple[Source, Span]]:
    """Return where words are written, in the files."""
    return frozenset(word.source.to_root(word.span) for word in words)


def shown_at(call: Call, why: str, where: Located[str]) -> tuple[Evidence, ...]:
    """Return the evidence of what a command does to a path that may be named in another place: a variable's."""
    command = place(call.words[0])
    if command.source is where.source:
        return (Evidence(why, where),)
    return (Evidence(why, command), Evidence("its path is written here", where))


def _changes_nothing(demand: Demand, tree: FileTree) -> bool:
    """Return whether what is given belongs to whom it is given already."""
    if demand.path is None:
        return False
    file = resolved(tree, demand.path)
    files = [file, *(one for _, one in tree.below(demand.path))] if demand.is_deep else [file]
    return all(
        isinstance(one, File)
        and (demand.user is None or is_same_user(tree, demand.user, one.owner))
        and (demand.group is None or is_same_group(tree, demand.group, one.group))
        for one in files
    ) and not (demand.is_deep and tree.hidden_below(demand.path))


_DESCRIBED = r'''\[ "(?P<said>[^"]*)" -eq 1 \]|"\$(?:\*|\{(?P<name>\w+)-\})"'''


def _condition(guard: Guard) -> str:
    """Return a guard's condition in one line."""
    text = " ".join(guard.source.text[guard.span.start : guard.span.end].split())
    source, _ = guard.source.to_root(guard.span)
    described = re.fullmatch(_DESCRIBED, text) if isinstance(source, Shipped) else None
    if described is not None:  # nobody has the text of a step that the catalogue describes
        asking = f"the variable {described['name']}" if described["name"] else "its command"
        said = described["said"] or f"{asking} asks for it"
        return said if guard.arm == 0 else f"not: {said}"
    if len(text) > _LONGEST_CONDITION:
        text = text[: _LONGEST_CONDITION - 1] + "…"
    return f"`{text}` holds" if guard.arm == 0 else f"`{text}` does not hold"
