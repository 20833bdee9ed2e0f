"""What is left of a demand when all is struck out that files, owners, the network and sysctls grant already.

Each kind of demand becomes capabilities as the kernel checks them. Sources: Linux `kernel/sys.c` (setuid, setgid,
setgroups), `fs/attr.c` (`setattr_prepare`), `fs/namei.c` (`generic_permission`), `net/ipv4/af_inet.c` (`__inet_bind`),
`kernel/signal.c` (`check_kill_permission`), `security/commoncap.c` (`cap_bprm_creds_from_file`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.facts import ABSENT, File, FileKind, UnknownFact
from dropcap.namedtuple import NamedTuple
from dropcap.needs.credentials import is_same_group, is_same_user
from dropcap.needs.model import Access, Certainty, Demand, DemandKind
from dropcap.needs.permissions import Barrier, barriers_on_the_way, barriers_to_entry, barriers_to_file, resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.images.facts import ImageFacts
    from dropcap.needs.credentials import Credentials

__all__ = ["Situation", "Verdict", "judge"]


class Situation(NamedTuple):
    """What a demand is held against.

    Attributes:
        facts: the files and accounts of the running container.
        who: whom the process runs as.
        first_free_port: the lowest port that needs no capability; None where it is not known.
        why_port: why that is so, to follow the word "because".

    """

    facts: ImageFacts
    who: Credentials
    first_free_port: int | None
    why_port: str = ""


class Verdict(NamedTuple):
    """A capability that a demand leaves.

    Attributes:
        capability: the bare name.
        certainty: how sure it is.
        reason: what asks for it, one clause.
        condition: on what it depends, to follow the word "if"; empty where on nothing.
        loss: what is lost without, where the certainty is DEGRADES.
        instead: the names any of which does as well.
        unknown: what is not known and decides it; None where nothing is.

    """

    capability: str
    certainty: Certainty
    reason: str
    condition: str = ""
    loss: str = ""
    instead: tuple[str, ...] = ()
    unknown: UnknownFact | None = None


def judge(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    """Return the capabilities that a process of root needs for a demand; none where it is granted anyhow."""
    return [_at_most(demand, one) for one in _JUDGES[demand.kind](demand, situation)]


def _at_most(demand: Demand, verdict: Verdict) -> Verdict:
    """Limit a verdict to the certainty of its demand, and put its condition before it."""
    conditions = " and ".join(dict.fromkeys(filter(None, (demand.condition, verdict.condition))))
    certainty = min(verdict.certainty, demand.certainty)
    if demand.certainty is Certainty.DEGRADES:
        certainty = Certainty.DEGRADES
    elif demand.condition and certainty is Certainty.REQUIRED:
        certainty = Certainty.POSSIBLE
    return verdict._replace(certainty=certainty, condition=conditions, loss=demand.loss or verdict.loss)


def _become(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    """Return SETGID, which setting the groups asks for whoever it is, and SETUID where it is another user."""
    facts, who = situation.facts, situation.who
    is_same = is_same_user(facts, who.user, demand.user)
    found = [Verdict("SETGID", Certainty.REQUIRED, demand.why)]
    if demand.user is None:  # whom nobody knows may be root again
        unknown = UnknownFact("it is not known which user that is")
        found.append(Verdict("SETUID", Certainty.POSSIBLE, demand.why, "that user is not root", unknown=unknown))
    elif is_same is not True:
        found.append(Verdict("SETUID", Certainty.REQUIRED, demand.why))
    return found


def _give(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    """Return CHOWN where a file is given away, and where another's file is given to whom it belongs already."""
    facts, who = situation.facts, situation.who
    if demand.path is None:
        unknown = UnknownFact("the path is not known")
        return [Verdict("CHOWN", Certainty.POSSIBLE, demand.why, "that path belongs to another user", unknown=unknown)]
    file = facts.look(demand.path)
    if file is ABSENT:
        return []
    found: list[Verdict] = []
    if isinstance(file, UnknownFact):
        condition = f"{demand.path} is there"
        return [Verdict("CHOWN", Certainty.POSSIBLE, demand.why, condition, unknown=file)]
    found += _overridden(demand.why, barriers_on_the_way(facts, who, demand.path))
    files = [(demand.path, file)]
    if demand.is_deep and file.kind is FileKind.FOLDER:
        files += facts.below(demand.path)
    verdicts = [_given(demand, situation, path, one) for path, one in files]
    certain = [one for one in verdicts if one is not None]
    found += sorted(certain, key=lambda one: -one.certainty)[:1]
    if demand.is_deep:
        hidden = facts.hidden_below(demand.path)
        is_its = hidden is not None and demand.group is None and is_same_user(facts, hidden.maker, demand.user)
        if hidden is not None and not certain and not (hidden.maker and is_its):
            condition = f"something in {demand.path} belongs to another user"
            found.append(Verdict("CHOWN", Certainty.POSSIBLE, demand.why, condition, unknown=hidden))
        found += _walk(demand, situation, files)
    return found


def _given(demand: Demand, situation: Situation, path: str, file: File) -> Verdict | None:
    """Judge one file: its owner may keep it, and give it to a group of his own."""
    facts, who = situation.facts, situation.who
    if demand.user is None and demand.group is None:
        return None
    owns = is_same_user(facts, who.user, file.owner)
    keeps = demand.user is None or is_same_user(facts, demand.user, file.owner)
    groups = {who.group, *who.groups, file.group}
    in_group = demand.group is None or any(is_same_group(facts, demand.group, one) for one in groups)
    if owns and keeps and in_group:
        return None
    if owns is None and keeps is not False:
        unknown = _owner_of(path, file)
        return Verdict("CHOWN", Certainty.POSSIBLE, demand.why, "it belongs to another user", unknown=unknown)
    return Verdict("CHOWN", Certainty.REQUIRED, demand.why)


def _owner_of(path: str, file: File) -> UnknownFact:
    return UnknownFact(f"the owner of {path} is not known", where=file.where)


def _walk(demand: Demand, situation: Situation, files: Sequence[tuple[str, File]]) -> Sequence[Verdict]:
    """Return what it takes to go through folders: to search and read each of them."""
    found: list[Barrier] = []
    for path, file in files:
        if file.kind is FileKind.FOLDER:
            for access in (Access.SEARCH, Access.READ):
                found += barriers_to_file(situation.facts, situation.who, path, access)
            if found:
                break
    return _overridden(demand.why, found)


def _overridden(why: str, barriers: Sequence[Barrier]) -> Sequence[Verdict]:
    """Make one verdict of what keeps a process of root from a file."""
    if not barriers:
        return []
    only_reads = all(one.access is not Access.WRITE for one in barriers)
    instead = ("DAC_READ_SEARCH",) if only_reads else ()
    for one in barriers:
        if one.unknown is None:
            owner = one.file.owner if one.file is not None else None
            whose = f", which belongs to {owner}" if owner else ""
            reason = f"{why}: {one.path}{whose} lets no other user {_VERBS[one.access]} it"
            return [Verdict("DAC_OVERRIDE", Certainty.REQUIRED, reason, instead=instead)]
    first = barriers[0]
    condition = f"only another user may {_VERBS[first.access]} {first.path}"
    return [Verdict("DAC_OVERRIDE", Certainty.POSSIBLE, why, condition, instead=instead, unknown=first.unknown)]


_VERBS = {Access.READ: "read", Access.WRITE: "write", Access.SEARCH: "search"}


def _alter(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    """Return FOWNER where mode, times or attributes of another's file are changed."""
    if demand.path is None:
        unknown = UnknownFact("the path is not known")
        return [Verdict("FOWNER", Certainty.POSSIBLE, demand.why, "it belongs to another user", unknown=unknown)]
    files: list[tuple[str, File | UnknownFact]] = []
    found = situation.facts.look(demand.path)
    if found is ABSENT:
        return []
    if isinstance(found, (File, UnknownFact)):
        files.append((demand.path, found))
    if demand.is_deep:
        files += situation.facts.below(demand.path)
    verdicts = [one for path, file in files for one in _altered(demand, situation, path, file)]
    if demand.is_deep:
        hidden = situation.facts.hidden_below(demand.path)
        if hidden is not None and not verdicts:
            condition = f"something in {demand.path} belongs to another user"
            verdicts.append(Verdict("FOWNER", Certainty.POSSIBLE, demand.why, condition, unknown=hidden))
    way = _overridden(demand.why, barriers_on_the_way(situation.facts, situation.who, demand.path))
    return [*sorted(verdicts, key=lambda one: -one.certainty)[:1], *way]


def _altered(demand: Demand, situation: Situation, path: str, file: File | UnknownFact) -> Sequence[Verdict]:
    condition = f"{path} belongs to another user"
    if isinstance(file, UnknownFact) and file.roots and situation.who.is_root:
        return []
    if isinstance(file, UnknownFact):
        return [Verdict("FOWNER", Certainty.POSSIBLE, demand.why, condition, unknown=file)]
    owns = is_same_user(situation.facts, situation.who.user, file.owner)
    if owns:
        return []
    if owns is None:
        return [Verdict("FOWNER", Certainty.POSSIBLE, demand.why, condition, unknown=_owner_of(path, file))]
    return [Verdict("FOWNER", Certainty.REQUIRED, f"{demand.why}: {path} belongs to {file.owner}")]


def _keep_bits(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    """Return FSETID where the kernel would take set-group-id away: the process is not in the file's group."""
    file = situation.facts.look(demand.path) if demand.path is not None else None
    if file is ABSENT:
        return []
    if not isinstance(file, File):
        unknown = file if isinstance(file, UnknownFact) else UnknownFact("the path is not known")
        condition = "it has another group"
        return [Verdict("FSETID", Certainty.POSSIBLE, demand.why, condition, unknown=unknown)]
    groups = {situation.who.group, *situation.who.groups}
    answers = {is_same_group(situation.facts, one, file.group) for one in groups}
    if True in answers:
        return []
    if None in answers:
        unknown = UnknownFact("its group is not known", where=file.where)
        return [Verdict("FSETID", Certainty.POSSIBLE, demand.why, "it has another group", unknown=unknown)]
    return [Verdict("FSETID", Certainty.REQUIRED, demand.why)]


def _reach(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    if demand.path is None:
        return []
    found = barriers_to_file(situation.facts, situation.who, demand.path, demand.access)
    if not found and demand.access is Access.WRITE and situation.facts.look(demand.path) is ABSENT:
        found = barriers_to_entry(situation.facts, situation.who, demand.path)
    verdicts = list(_overridden(demand.why, found))
    if demand.is_deep and not verdicts:
        below = [one for one in situation.facts.below(demand.path) if one[1].kind is FileKind.FOLDER]
        verdicts += _walk(demand, situation, below)
    return verdicts


def _make(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    if demand.path is None:
        return []
    found = list(_overridden(demand.why, barriers_to_entry(situation.facts, situation.who, demand.path)))
    return found + list(_sticky(demand, situation))


def _sticky(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    """Return FOWNER where another's file in a folder like `/tmp` is replaced: its owner may, and the folder's."""
    path = demand.path or "/"
    file, folder = situation.facts.look(path), situation.facts.look(path.rpartition("/")[0] or "/")
    if not isinstance(file, File) or not isinstance(folder, File) or not (folder.mode or 0) & _STICKY:
        return []
    owners = {is_same_user(situation.facts, situation.who.user, one.owner) for one in (file, folder)}
    return [] if True in owners else [Verdict("FOWNER", Certainty.REQUIRED, demand.why)]


_STICKY = 0o1000


def _bind(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    start = situation.first_free_port
    if demand.port == 0 or start == 0 or (demand.port is not None and demand.port >= _UNPRIVILEGED):
        return []
    if demand.port is None:
        unknown = UnknownFact("the port is not known")
        condition = f"the port is below {start or _UNPRIVILEGED}"
        return [Verdict("NET_BIND_SERVICE", Certainty.POSSIBLE, demand.why, condition, unknown=unknown)]
    reason = f"{demand.why}: port {demand.port} is not free to everyone, because {situation.why_port}"
    if start is None:
        unknown = UnknownFact(situation.why_port)
        condition = f"port {demand.port} is not free to everyone there"
        return [Verdict("NET_BIND_SERVICE", Certainty.POSSIBLE, demand.why, condition, unknown=unknown)]
    return [Verdict("NET_BIND_SERVICE", Certainty.REQUIRED, reason)] if demand.port < start else []


_UNPRIVILEGED = 1024


def _signal(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    if is_same_user(situation.facts, situation.who.user, demand.user):
        return []
    loss = demand.loss or f"it cannot signal processes of {demand.user or 'another user'}"
    return [Verdict("KILL", Certainty.DEGRADES, demand.why, loss=loss)]


def _execute(demand: Demand, situation: Situation) -> Sequence[Verdict]:
    """Return the file capabilities in force: without one of them the kernel refuses to execute the program."""
    file = resolved(situation.facts, demand.path) if demand.path else None
    if not isinstance(file, File) or not file.is_effective:
        return []
    reason = f"{demand.why}: {demand.path} cannot be executed without what its file capabilities name"
    return [Verdict(name, Certainty.REQUIRED, reason) for name in file.capabilities]


def _kernel(demand: Demand, _: Situation) -> Sequence[Verdict]:
    if demand.is_any and demand.capabilities:
        first, *others = demand.capabilities
        return [Verdict(first, Certainty.REQUIRED, demand.why, instead=tuple(others))]
    return [Verdict(name, Certainty.REQUIRED, demand.why) for name in demand.capabilities]


_JUDGES: dict[DemandKind, Callable[[Demand, Situation], Sequence[Verdict]]] = {
    DemandKind.BECOME: _become,
    DemandKind.GIVE: _give,
    DemandKind.ALTER: _alter,
    DemandKind.KEEP_BITS: _keep_bits,
    DemandKind.REACH: _reach,
    DemandKind.MAKE: _make,
    DemandKind.BIND: _bind,
    DemandKind.SIGNAL: _signal,
    DemandKind.EXECUTE: _execute,
    DemandKind.RAISE: _kernel,
    DemandKind.KERNEL: _kernel,
}
