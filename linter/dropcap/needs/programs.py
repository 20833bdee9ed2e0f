"""What programs demand of the kernel, from `programs.toml`.

In goes one call of a program, its words as the program gets them; out come its demands, each with the words of the
files that say so, what else it starts, and what about it is not known. A program that is not in the table is unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dropcap.capabilities.names import NAMES, bare_name
from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import ABSENT, File, UnknownFact
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.needs.credentials import is_same_user
from dropcap.needs.model import Certainty, Demand, DemandKind, Evidence, Phase, UnknownNeed
from dropcap.needs.permissions import resolved
from dropcap.needs.process_files import is_of_process, of_other_process
from dropcap.needs.program_runs import Run, absolute_path, runs
from dropcap.needs.program_table import lookup as find
from dropcap.needs.program_texts import Value, port_number
from dropcap.needs.program_values import Found, ProgramCall, ProgramContext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word
    from dropcap.needs.program_table import Ask, Program

__all__ = ["Asked", "ProgramAnswer", "ProgramContext", "Run", "demands", "find", "printed_settings"]


class Asked(NamedTuple):
    """A demand, and what says so.

    Attributes:
        demand: it.
        evidence: the places that it follows from; none where the call itself does.
        unknown: what is not known of it, and decides it.

    """

    demand: Demand
    evidence: tuple[Evidence, ...] = ()
    unknown: UnknownFact | None = None


class ProgramAnswer(NamedTuple):
    """What one call of a program does.

    Attributes:
        program: what the table has of it.
        asked: what it demands.
        runs: what it starts, beside what the shell's launchers are known to start.
        children: the users that its own processes run as, beside its own.
        effects: the folders that it makes and gives away.
        unknown: what is not known and could add demands.
        refusal: why it does not start at all; empty where it does.

    """

    program: Program
    asked: tuple[Asked, ...] = ()
    runs: tuple[Run, ...] = ()
    children: tuple[Value, ...] = ()
    effects: tuple[Effect, ...] = ()
    unknown: tuple[UnknownNeed, ...] = ()
    refusal: str = ""

    @property
    def is_interpreter(self) -> bool:
        """Whether it runs a program of somebody else's and asks for nothing by itself."""
        return self.program.role == "interpreter"


def demands(words: Sequence[Word], context: ProgramContext, own: Program | None = None) -> ProgramAnswer | None:
    """Return what one call of a program demands; None where the table does not know the program.

    Args:
        words: the call, its own name first.
        context: what it runs in.
        own: what its image says of it; it counts before what the table has of its name.

    """
    program = own if own is not None else find(words[0].value) if words and words[0].unknown is None else None
    if program is None:
        return None
    call = ProgramCall(program, words, context)
    asked: list[Asked] = []
    unknown: list[UnknownNeed] = []
    for ask in program.asks:
        made, hidden = _asked(call, ask)
        asked += made
        unknown += hidden
    for word in [one for one in words[1:] if "/proc/" in one.value]:
        asked += [Asked(demand, (Evidence(demand.why, _place(word)),)) for demand in of_other_process(word.value)]
    if program.config and (path := call.configuration_file()):
        asked.append(Asked(Demand(DemandKind.REACH, f"reads its configuration {path}", path=path)))
    started, hidden = runs(call)
    unknown += hidden
    if not program.is_certain or any(call.holds(test).holds is not True for test in program.certain_when):
        name = words[0].value.rpartition("/")[2]  # a table may stand for many
        unknown.append(UnknownNeed(f"dropcap does not know all that {name} asks for", where=_place(words[0])))
    return ProgramAnswer(
        program,
        tuple(asked),
        tuple(started),
        call.users(program.children).values,
        (*_effects(_place(words[0]), asked), *_private(call)),
        tuple(unknown),
        _refusal(program, context),
    )


def printed_settings(words: Sequence[Word], context: ProgramContext) -> str | None:
    """Return what a call of a program prints of its settings with `--verbose --help`, a line each.

    Args:
        words: the call, its own name first.
        context: what it runs in.

    Returns:
        the lines; None where it prints no settings, or not all of them are known.

    """
    program = find(words[0].value)
    if program is None or not program.prints or not {"--verbose", "--help"} <= {word.value for word in words}:
        return None
    call = ProgramCall(program, words, context)
    lines = []
    for name, origins in program.prints:
        found = call.values(origins)
        value = found.values[0].text if len(found.values) == 1 and found.hidden is None else None
        if value is None:
            return None
        lines.append(f"{name} {value}\n")
    return "".join(lines)


def _private(call: ProgramCall) -> Iterator[Effect]:
    """Give the folders that it makes for its user alone; which name they have is of no concern."""
    for origin in call.program.private:
        for value in call.values([origin]).values:
            path = absolute_path(value.text, call.context.folder)
            if path:
                place = value.where or _place(call.words[0])
                made = f"{path}/{call.program.name}"
                yield Effect(EffectKind.MAKE_FOLDER, place, path=made, mode="700", is_gentle=True)
        if call.values([origin]).values:
            return


def _refusal(program: Program, context: ProgramContext) -> str:
    is_root = context.who.is_root
    if program.refuses == "root" and is_root:
        return f"{program.name} does not run as root"
    if program.refuses == "others" and is_root is False:
        return f"{program.name} runs as root alone"
    return ""


class _Situation(NamedTuple):
    """What decides whether a line of the table counts: the places, the conditions in words, and what is not known."""

    places: tuple[Located[Any], ...]
    conditions: tuple[str, ...]
    unknown: tuple[UnknownFact, ...]


def _asked(call: ProgramCall, ask: Ask) -> tuple[Sequence[Asked], Sequence[UnknownNeed]]:
    """Return the demands of one line of the table, one a value."""
    answers = [call.holds(test) for test in ask.when]
    if any(answer.holds is False for answer in answers):
        return [], []
    vague = [answer for answer in answers if answer.holds is None]
    situation = _Situation(
        tuple(place for answer in answers for place in answer.where),
        tuple(answer.text for answer in vague),
        tuple(answer.unknown for answer in vague if answer.unknown is not None),
    )
    if ask.capabilities_from:
        return _told(call, ask, situation)
    main, others = _values(call, ask)
    hidden = main.hidden
    if not main.values:
        if hidden is None:
            return [], []
        says = f"the configuration of {call.program.name} says so" if call.program.config else "an option says so"
        main = Found((Value(None, unknown=hidden),))
        situation = situation._replace(conditions=(*situation.conditions, says))
    found = [
        _one(call, ask, value, others, situation)
        for value in main.values
        if not _is_nothing(ask, value.text) and not _is_given(call, ask, value, others)
        if value.text is not None or value.where is None or not is_of_process(str(value.where.value))
    ]
    if ask.kind == "own":
        found += [_entry(one) for one in found if one.demand.kind is DemandKind.KERNEL]
    able = ask.capabilities or _CAPABILITIES[ask.kind if isinstance(ask.kind, str) else ask.kind.value]
    facts = [*situation.unknown, *([] if hidden is None else [hidden])]
    if ask.is_rare and situation.unknown:
        found = []
    return found, [UnknownNeed(fact.reason, fact.resolve, fact.where, able) for fact in facts]


def _entry(made: Asked) -> Asked:
    """Return what it takes to put a new folder where it is made, before it is given away."""
    demand = Demand(DemandKind.MAKE, made.demand.why, path=made.demand.path, phase=made.demand.phase)
    return Asked(demand, made.evidence)


def _is_nothing(ask: Ask, text: str | None) -> bool:
    """Return whether a value means none: a socket in the file system, a device, an empty text."""
    if text is None or ask.kind in {DemandKind.KERNEL, DemandKind.RAISE}:
        return False
    if ask.kind is DemandKind.BIND:
        return text.startswith(("unix", "/", "fd:", "systemd")) or text in {"", "off", "none", "0"}
    return text == "" or text.startswith(("/dev/", "/proc/"))


_CAPABILITIES = {
    "become": ("SETUID", "SETGID"),
    "give": ("CHOWN", "DAC_OVERRIDE"),
    "own": ("CHOWN", "DAC_OVERRIDE"),
    "hand": ("CHOWN",),
    "alter": ("FOWNER", "DAC_OVERRIDE"),
    "keep-bits": ("FSETID",),
    "reach": ("DAC_OVERRIDE",),
    "make": ("DAC_OVERRIDE", "FOWNER"),
    "bind": ("NET_BIND_SERVICE",),
    "signal": ("KILL",),
    "execute": (),
}
"""What each kind of demand can ask for at most; none: anything."""


def _told(call: ProgramCall, ask: Ask, situation: _Situation) -> tuple[Sequence[Asked], Sequence[UnknownNeed]]:
    """Return the demand of a program that is told which capabilities to put into its sets: `+net_raw,-all`."""
    found = call.values(ask.capabilities_from)
    names: list[str] = []
    unknown = [UnknownNeed(one.reason, one.resolve, one.where) for one in situation.unknown]
    if found.hidden is not None:
        unknown.append(UnknownNeed(found.hidden.reason, found.hidden.resolve, found.hidden.where))
    for value in found.values:
        if value.text is None:
            unknown.append(UnknownNeed("it is not known which capabilities it hands on", where=value.where))
            continue
        for sign, name in re.findall(r"(?:^|[,\s])([-+]?)(\w+)", value.text):
            bare = bare_name(name)
            if sign == "-":
                continue
            if bare in NAMES:
                names.append(bare)
            else:
                unknown.append(UnknownNeed("it is not known which capabilities it hands on", where=value.where))
    if not names:
        return [], unknown
    demand = Demand(
        DemandKind.RAISE,
        ask.why,
        capabilities=tuple(dict.fromkeys(names)),
        condition=" and ".join(situation.conditions),
        certainty=Certainty.POSSIBLE if situation.conditions else ask.certainty,
        source=ask.source,
        known=ask.known,
    )
    places = [*situation.places, *(value.where for value in found.values if value.where is not None)]
    return [Asked(demand, tuple(Evidence(ask.why, place) for place in places))], unknown


def _values(call: ProgramCall, ask: Ask) -> tuple[Found, dict[str, Value]]:
    """Return the values that make one demand each, and the user and the group that all of them share."""
    user, group = call.users(ask.user), call.users(ask.group)
    others = {
        name: found.values[0] if found.values else Value(None, unknown=found.hidden)
        for name, found in (("user", user), ("group", group))
        if found.values or found.hidden is not None
    }
    if ask.kind == "hand" and _stays(call, others.get("user")):
        return Found(), others
    if ask.path:
        return call.values(ask.path), others
    if ask.port:
        return call.values(ask.port), others
    if ask.user:
        return user, {name: value for name, value in others.items() if name != "user"}
    return Found((Value(""),)), others


def _is_given(call: ProgramCall, ask: Ask, value: Value, others: dict[str, Value]) -> bool:
    """Return whether a folder that a program would make and give away is there and belongs to that user already."""
    path = absolute_path(value.text, call.context.folder) if ask.kind == "own" else None
    file = resolved(call.context.facts, path) if path else None
    if not isinstance(file, File) or "user" not in others:
        return False
    return is_same_user(call.context.facts, file.owner, others["user"].text) is True


def _stays(call: ProgramCall, user: Value | None) -> bool:
    """Return whether a file stays whoever's that makes it."""
    if user is None:
        return True
    return user.text is not None and is_same_user(call.context.facts, call.context.who.user, user.text) is True


def _one(call: ProgramCall, ask: Ask, value: Value, others: dict[str, Value], situation: _Situation) -> Asked:
    """Return the demand of one value."""
    path = absolute_path(value.text, call.context.folder) if ask.path else ""
    port = port_number(value.text) if ask.port else 0
    by_user = value if ask.user and not ask.path and not ask.port else others.get("user")
    user, _, group = ((by_user.text if by_user else None) or "").partition(":")
    if "group" in others:
        group = others["group"].text or ""
    names = {"path": path or "a path", "port": "" if port is None else f"port {port}", "user": user or "another user"}
    why = re.sub(r"\{(\w+)\}", lambda match: names[match[1]] or "a port", ask.why)
    condition = " and ".join(filter(None, [ask.condition, *situation.conditions]))
    kind, phase, capabilities = _kind(call, ask, path)
    is_sure = ask.certainty is not Certainty.REQUIRED or not condition
    demand = Demand(
        kind,
        why,
        user=user or None,
        group=group or None,
        path=path,
        access=ask.access,
        is_deep=ask.is_deep,
        port=port,
        capabilities=capabilities,
        is_any=ask.is_any,
        certainty=ask.certainty if is_sure else Certainty.POSSIBLE,
        phase=phase,
        condition=condition,
        loss=ask.loss,
        source=ask.source,
        known=ask.known,
    )
    shown = [*situation.places, *(one.where for one in (value, *others.values()) if one.where is not None)]
    unknown = value.unknown or (situation.unknown[0] if situation.unknown else None)
    return Asked(demand, tuple(Evidence(why, place) for place in dict.fromkeys(shown)), unknown)


def _kind(call: ProgramCall, ask: Ask, path: str | None) -> tuple[DemandKind, Phase | None, tuple[str, ...]]:
    """Return the kind of a demand; of a folder that is made and given away it depends on whether it is there."""
    if isinstance(ask.kind, DemandKind):
        return ask.kind, ask.phase, ask.capabilities
    if ask.kind == "hand":
        return DemandKind.KERNEL, ask.phase, ("CHOWN",)
    if path and resolved(call.context.facts, path) is ABSENT:
        return DemandKind.KERNEL, ask.phase or Phase.FIRST_START, ("CHOWN",)
    return DemandKind.GIVE, ask.phase, ()


def _effects(where: Located[str], asked: Sequence[Asked]) -> Iterator[Effect]:
    """Give what is done to the folders that are made and given away."""
    for one in asked:
        demand = one.demand
        if demand.capabilities == ("CHOWN",) and demand.path and demand.phase is Phase.FIRST_START:
            yield Effect(EffectKind.MAKE_FOLDER, where, path=demand.path, is_gentle=True)
            yield Effect(EffectKind.GIVE, where, path=demand.path, owner=demand.user or "", group=demand.group)


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)
