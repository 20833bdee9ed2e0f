"""Follows what a container starts, command by command, nothing being run, and keeps what asks for a capability.

It hears the shell's evaluator: scripts of the image are followed into, what the container itself decides is answered,
what is done to files is done to a picture of them, and what programs ask for is held against it.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import ABSENT, File, UnknownFact
from dropcap.images.file_commands import effects_of
from dropcap.images.text_writer import TextWriter
from dropcap.lang.shell.call import Answer, Executed, User
from dropcap.lang.shell.launchers import launch
from dropcap.lang.shell.program import Setting, follow_command
from dropcap.lang.shell.recording import follow_again, record
from dropcap.lang.shell.shebang import is_shell_script
from dropcap.lang.shell.subcommands import SHELLS, script_at
from dropcap.lang.words import Word, reason_of
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.needs import conditions
from dropcap.needs.credentials import ROOT, Credentials, credentials, is_same_user
from dropcap.needs.demands import Situation, judge
from dropcap.needs.file_demands import file_demands
from dropcap.needs.listings import absolute, matching
from dropcap.needs.model import Access, Allowance, Certainty, Demand, DemandKind, Evidence, Need, Phase, UnknownNeed
from dropcap.needs.permissions import resolved
from dropcap.needs.programs import ProgramContext, demands
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.images.tree import FileTree
    from dropcap.lang.shell.call import Call, Listener
    from dropcap.lang.shell.recording import Recording
    from dropcap.needs.demands import Verdict
    from dropcap.needs.programs import Asked, ProgramAnswer, Run
    from dropcap.source import Source

__all__ = ["Found", "Start", "follow", "init_name"]

_LONGEST_CONDITION = 60
_INTERPRETER = re.compile(r"#!\s*(?:\S*/env[ \t]+(?:-S[ \t]+)?(?:\S*/)?([\w.-]+)|(?:\S*/)([\w.-]+))")
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*")
_MOST_RUNS = 100


class Start(NamedTuple):
    """One command that an engine starts in a container, and what it is held against.

    Attributes:
        words: the command.
        user: as whom it runs, as `USER` takes it; None where nobody knows.
        where: the place that says so; None where nothing does.
        environment: the variables.
        has_more: whether there are variables that are not seen.
        folder: where it starts; None where nobody knows.
        phase: when it runs.
        first_free_port: the lowest port that needs no capability; None where nobody knows.
        why_port: why that is so.
        mounts: where something is mounted, volumes included.
        init: what says that an init runs before the command; None where none does.

    """

    words: Sequence[Word]
    user: str | None
    where: Located[Any] | None
    environment: Mapping[str, Word]
    has_more: bool
    folder: str | None
    phase: Phase
    first_free_port: int | None
    why_port: str
    mounts: tuple[str, ...] = ()
    init: Located[Any] | None = None


class Found(NamedTuple):
    """What following a command found.

    Attributes:
        needs: each capability that something asks for, as often as that is.
        unknown: what is not known and could add one.
        today: what fails already, whatever is added.
        gains: the programs by which another user than root gets what it does not hold.
        recording: what was heard.
        users: as whom its first process comes to run, other than whom it starts as.

    """

    needs: tuple[Need, ...]
    unknown: tuple[UnknownNeed, ...]
    today: tuple[Evidence, ...]
    gains: tuple[Evidence, ...] = ()
    recording: Recording | None = None
    users: tuple[str, ...] = ()


def follow(start: Start, tree: FileTree, allowance: Allowance | None = None, before: Found | None = None) -> Found:
    """Follow a command; the picture of the files is changed as the command would change the files.

    Args:
        start: the command.
        tree: the files.
        allowance: how many commands may be followed; one with none left leaves the rest unknown.
        before: what following the same command found over other files, in another phase; it saves to follow it.

    """
    follower = _Follower(start, tree, allowance or Allowance())
    user = User(start.user, "nobody says which user it is" if start.user is None else "")
    setting = Setting(user, start.environment, is_closed=not start.has_more)

    def run(listener: Listener) -> bool:
        return follow_command(start.words, listener, setting)

    recording = before.recording if before is not None else None
    if recording is None:
        recording = record(follower, run)
        is_whole = recording.is_whole
    else:
        is_whole = follow_again(recording, follower, run)
    if not is_whole:
        reason = "its startup is too large to follow"
        follower.unknown[reason] = UnknownNeed(reason, where=_place(start.words[0]))
    follower.start_what_programs_start(setting)
    needs, unknown = tuple(follower.needs), tuple(follower.unknown.values())
    return Found(needs, unknown, tuple(follower.today), tuple(follower.gains), recording, tuple(follower.users))


class _Follower:
    """Hears the commands of a startup."""

    def __init__(self, start: Start, tree: FileTree, allowance: Allowance) -> None:
        self.start = start
        self.allowance = allowance
        self.tree = tree
        self.folder = start.folder
        self.first = credentials(tree, start.user, "nobody says which user it is")
        self.folders: dict[tuple[int, ...], str | None] = {(): start.folder}
        self.writer = TextWriter(tree)
        self.needs: list[Need] = []
        self.unknown: dict[str, UnknownNeed] = {}
        self.today: list[Evidence] = []
        self.gains: list[Evidence] = []
        self.users: dict[str, None] = {}
        self.behind: dict[tuple[int, ...], tuple[str, Located[str]]] = {}
        self.started: tuple[Word | None, conditions.Program | None] = None, None
        self.runs: list[tuple[Sequence[Word], str | None, str | None]] = []

    # What the evaluator asks.

    def hear(self, call: Call) -> None:
        """Take note of a command: what it asks for, and what it changes."""
        self.allowance.left -= 1
        if self.allowance.left >= 0:
            self._hear(call)
        else:
            reason = "its startup is too large to follow"
            self.unknown.setdefault(reason, UnknownNeed(reason, where=_place(call.words[0])))

    def _hear(self, call: Call) -> None:
        self._enter(call)
        who = self._who(call)
        for redirection in call.redirections:
            self._open(call, who, redirection.operator, redirection.target)
        word = call.words[0]
        name = word.value.rpartition("/")[2]
        if call.is_builtin:
            self._hear_builtin(call, who)
            return
        if word.unknown is not None:
            self._not_known(call, who, f"the program is not known, because {word.reason or reason_of(word.unknown)}")
            return
        if self.executed(call) is not None:
            return
        self._become_another(call, who)
        self._execute(call, who)
        effects = effects_of(call.words, self.folder)
        if call.launchers and call.launchers[-1] == "find" and effects is not None:
            return  # what it is run for is known of `find` itself
        for effect in effects or ():
            self._do(call, who, effect)
        self._ask_of_program(call, who, is_known=effects is not None)
        if name in SHELLS:
            self._ask_of_shell(call)

    def _look(self, call: Call) -> None:
        """Ask whether the shell may look at what a condition is about: where it may not, nothing is there for it."""
        for sign, word in zip(call.words[1:], call.words[2:], strict=False):
            path = absolute(word.value, self.folder) if word.unknown is None and word.value else None
            if path is None or sign.value not in _LOOKS:
                continue
            folder = posixpath.dirname(path)
            why = f"looks at {path}"
            demand = Demand(DemandKind.REACH, why, path=folder, access=Access.SEARCH, certainty=Certainty.POSSIBLE)
            evidence = _shown_at(call, why, _place(word))
            self._judge(call, self._who(call), demand, evidence)

    def _hear_builtin(self, call: Call, who: Credentials) -> None:
        name = call.words[0].value
        if name in {"cd", "pushd"}:
            self._change_folder(call)
        elif name == "alias" and len(call.words) > 1:
            self._unread(call, "an alias may stand for another program")
        elif name == "kill":
            self._signal(call, who)
        elif name == "ulimit":
            self._ask_of_program(call, who, is_known=True)

    def answer(self, call: Call) -> Answer | None:
        """Return what is known of a command that is a condition, or whose output is used."""
        self._enter(call)
        if call.words[0].value in {"[", "[[", "test"}:
            self._look(call)
        found = conditions.answer(call.words, self.tree, self._who(call), self.folder)
        if found is not None or call.is_builtin:
            return found
        word = call.words[0]
        is_known = all(one.unknown is None for one in call.words)
        if is_known and word.value.rpartition("/")[2] in _SUCCEED and effects_of(call.words, self.folder) is not None:
            return Answer("", holds=True)
        return None

    def read(self, call: Call) -> Source | None:
        """Return the script that `.` reads."""
        self._enter(call)
        if len(call.words) == 1 or call.words[1].unknown is not None:
            self._unread(call, "the file that it reads is not known")
            return None
        path = absolute(call.words[1].value, self.folder)
        found = resolved(self.tree, path) if path is not None else None
        if isinstance(found, File) and found.text is not None:
            return found.text
        if found is not ABSENT:
            self._unread(call, f"the text of {call.words[1].value} is not at hand")
        return None

    def executed(self, call: Call) -> Executed | None:
        """Return the script that a command executes."""
        self._enter(call)
        word, at = call.words[0], 1
        if word.unknown is not None:
            return None
        if word.value.rpartition("/")[2] in SHELLS:
            at = script_at(call.words) or 0
            if not at:
                return None
            word, at = call.words[at], at + 1
            if word.unknown is not None:
                return None
            found = self._file(word.value, in_path=False)
            text = found.file.text if found is not None else None
            return None if text is None else Executed(text, word, at)
        found = self._program(word)
        text = found.file.text if found is not None else None
        if text is None or not is_shell_script(text.text[:256].encode("utf-8", "replace")):
            return None
        return Executed(text, word, at)

    def paths(self, pattern: str) -> Sequence[str] | None:
        """Return the files of the container that a pattern stands for."""
        return matching(pattern, self.tree, self.folder)

    # What follows from a command.

    def _program(self, word: Word) -> conditions.Program | None:
        """Return the file of the program that a command starts; before it runs, and so whatever it changes."""
        if self.started[0] is not word:
            self.started = word, self._file(word.value, in_path=True)
        return self.started[1]

    def _file(self, name: str, *, in_path: bool) -> conditions.Program | None:
        if "/" not in name and in_path:
            found = conditions.find_program(self.tree, name)
            return found if isinstance(found, conditions.Program) else None
        path = absolute(name, self.folder)
        file = resolved(self.tree, path) if path is not None else None
        return conditions.Program(path, file) if path is not None and isinstance(file, File) else None

    def _who(self, call: Call) -> Credentials:
        return credentials(self.tree, call.user.name, call.user.reason)

    def _enter(self, call: Call) -> None:
        """Be in the folder that a command runs in: what `cd` does in a shell of its own is gone behind it."""
        shells = call.shells
        while shells not in self.folders:
            shells = shells[:-1]
        self.folder = self.folders[shells]

    def _change_folder(self, call: Call) -> None:
        target = call.words[1] if len(call.words) > 1 else None
        if target is None or target.unknown is not None or any(guard.taken for guard in call.guards):
            self.folder = None
        else:
            self.folder = absolute(target.value, self.folder)
        self.folders[call.shells] = self.folder

    def _open(self, call: Call, who: Credentials, operator: str, target: Word) -> None:
        path = absolute(target.value, self.folder) if target.unknown is None else None
        kind = EffectKind.READ if operator.startswith("<") else EffectKind.MAKE_FILE
        if operator in {">>", "&>>"}:
            kind = EffectKind.APPEND
        if path is not None and not path.startswith(("/dev/", "/proc/")):
            is_last = self.writer.is_last(path)
            self._do(call, who, Effect(kind, _place(target), path=path))
            if kind is not EffectKind.READ:
                self.writer.write(call, operator, _place(target), path, is_last=is_last)

    def _do(self, call: Call, who: Credentials, effect: Effect) -> None:
        """Hold what an effect asks for against the files, then change their picture."""
        for demand in file_demands(effect, self.tree):
            self._judge(call, who, demand, _shown_at(call, demand.why, effect.where))
        self._change(call, who, effect)

    def _change(self, call: Call, who: Credentials, effect: Effect) -> None:
        """Change the picture of the files, or what is known of it where nobody knows whether the effect comes.

        What is removed when the container is stopped stays where it crashes.
        """
        if _is_at_stop(call) and effect.kind is EffectKind.REMOVE:
            return
        if not _is_at_stop(call) and not any(guard.taken for guard in call.guards):
            self.tree.apply(effect, who.user)
        elif effect.path is not None and effect.kind is not EffectKind.READ:
            on = "how it is stopped" if _is_at_stop(call) else "a condition"
            reason = f"whether {effect.path} is changed depends on {on}"
            self.tree.doubt(effect, who.user, UnknownFact(reason, where=effect.where))

    def _execute(self, call: Call, who: Credentials) -> None:
        """Look at the file capabilities of a program."""
        found = self._program(call.words[0])
        if found is None:
            return
        demand = Demand(DemandKind.EXECUTE, f"executes {call.words[0].value}", path=found.path)
        evidence = [Evidence(demand.why, _place(call.words[0]))]
        if found.file.where is not None:
            evidence.append(Evidence("its file capabilities are set here", found.file.where))
        if found.file.capabilities and who.is_root is False:
            why = f"{call.words[0].value} gets {', '.join(found.file.capabilities)} by its file capabilities"
            self.gains.append(Evidence(why, evidence[0].where))
        self._judge(call, who, demand, tuple(evidence), of_anybody=True)

    def _ask_of_program(self, call: Call, who: Credentials, *, is_known: bool) -> None:
        name = call.words[0].value.rpartition("/")[2]
        context = ProgramContext(self.tree, who, _located(self.start.environment), self.start.has_more, self.folder)
        words = self._with_interpreter(call.words)
        found = demands(words, context)
        if found is None:
            self._ask_of_launcher(call, who, name, is_known=is_known)
            return
        if found.is_interpreter:
            self._ask_of_script(call, who, words)
        is_setuid = who.is_root is False and name in _SETUID
        if is_setuid:
            self.gains.append(Evidence(f"{name} becomes root by its set-user-ID bit", _place(call.words[0])))
        for asked in found.asked:
            self._asked(call, ROOT if is_setuid else who, asked)
        for effect in found.effects if not _is_at_stop(call) else ():
            self.tree.apply(effect, who.user)
        if who.is_root is not False:
            for one in (*found.unknown, *self._of_role(call, found, name, is_known=is_known)):
                self.unknown.setdefault(one.reason, one)
        if not is_known:
            self._ask_of_files(call, who, found)
        for run in found.runs:
            user = run.user.text if run.user is not None else call.user.name
            folder = posixpath.dirname(run.path) if run.path else self.folder  # a service runs in its own
            self.runs.append((_words_of(run, call), user, folder))

    def _become_another(self, call: Call, who: Credentials) -> None:
        """Take note of the user that the first process becomes; ask whether an init before it may signal that one."""
        init, words = self.start.init, self.start.words
        if who.is_root is False and call.shells and not _is_at_stop(call):
            self.behind.setdefault(call.shells, (call.user.name or "another user", _place(call.words[0])))
        if who.is_root is not False or self.first.is_root is False or _is_at_stop(call):
            return
        is_handed_on = call.launchers[:1] == (init_name(words),) or any(
            _is_word_of(call.words[0], one) for one in words
        )
        if not call.is_exec and not is_handed_on:
            return
        self.users[call.user.name or ""] = None
        if init is not None:
            why = f"passes the signal to stop on to a process of {call.user.name}"
            loss = "the signal to stop does not reach it: the engine kills it when its time is over"
            demand = Demand(DemandKind.SIGNAL, why, user=who.user, loss=loss, phase=Phase.STOP, source="kill(2)")
            evidence = (Evidence(why, init), Evidence("it is started here", _place(call.words[0])))
            self._judge(call, self.first, demand, evidence)

    def _signal(self, call: Call, who: Credentials) -> None:
        """Ask whether the shell may signal what it has started as another user, and goes on behind it."""
        options = {word.value for word in call.words[1:2]}
        others = [one for shells, one in self.behind.items() if call.shells[: len(shells)] != shells]
        if who.is_root is False or not others or options & {"-l", "-L"}:
            return
        user, place = others[0]
        why = f"signals a process of {user}"
        if _is_at_stop(call):
            loss = "the signal to stop does not reach it: the engine kills it when its time is over"
            demand = Demand(DemandKind.SIGNAL, why, user=user, loss=loss, phase=Phase.STOP, source="kill(2)")
        else:
            condition = f"the process that it signals is the one of {user}"
            demand = Demand(
                DemandKind.KERNEL, why, capabilities=("KILL",), condition=condition, certainty=Certainty.POSSIBLE
            )
        evidence = (Evidence(why, _place(call.words[0])), Evidence("it is started here", place))
        self._judge(call, who, demand, evidence)

    def _with_interpreter(self, words: Sequence[Word]) -> Sequence[Word]:
        """Return the command that the kernel makes of one whose program is a script with `#!` and an interpreter."""
        found = self._program(words[0])
        text = found.file.text if found is not None else None
        match = re.match(_INTERPRETER, text.text) if text is not None else None
        if found is None or match is None:
            return words
        begin = words[0].span.start
        path = words[0]._replace(value=found.path)
        return (Word(match[1] or match[2], words[0].source, Span(begin, begin + 1)), path, *words[1:])

    def _ask_of_script(self, call: Call, who: Credentials, words: Sequence[Word]) -> None:
        """Ask what the calls of a Python script ask for, where its text is known."""
        if _PYTHON.fullmatch(words[0].value.rpartition("/")[2]) is None:
            return
        from dropcap.needs.python_scripts import calls_of, script_word  # few containers start one that is at hand

        found = script_word(words)
        if found is None:
            return
        word, is_code = found
        file = self._file(word.value, in_path=False) if not is_code else None
        text = word.source.piece(word.value, [(0, word.span.start)]) if is_code else file and file.file.text
        if text is None:
            return
        for one in calls_of(text, "its code" if is_code else posixpath.basename(word.value)):
            if one.demand is not None:
                evidence = (Evidence(one.demand.why, one.where), Evidence("it is started here", _place(call.words[0])))
                self._judge(call, who, one.demand, evidence)
            elif one.unknown is not None and who.is_root is not False:
                self.unknown.setdefault(one.unknown.reason, one.unknown)

    def _ask_of_launcher(self, call: Call, who: Credentials, name: str, *, is_known: bool) -> None:
        """Take a program that the table does not know for one that starts another, or for an unknown one."""
        started = launch(call.words)
        if started is not None and started.user is not None:
            self._become(call, who, started.user)
        elif started is None and not is_known and name not in SHELLS:
            self._not_known(call, who, f"nobody has described what {name} asks for", "describe it, or measure it")

    def _of_role(self, call: Call, found: ProgramAnswer, name: str, *, is_known: bool) -> Iterator[UnknownNeed]:
        """Give what is not known of a program for its kind: it changes files, or it runs the programs of others."""
        where = _place(call.words[0])
        if found.program.has_effects and not is_known:
            yield UnknownNeed(f"what {name} does to files is not described", where=where, capabilities=_ABOUT_FILES)
        if found.program.role == "writer":
            yield from self._of_writer(call, name)
        if found.is_interpreter:
            yield from self._of_mounts(name, where)
        if found.is_interpreter and self.start.first_free_port != 0:
            reason = f"which ports {name} listens on is not known, and {self.start.why_port}"
            yield UnknownNeed(reason, where=where, capabilities=("NET_BIND_SERVICE",))

    def _of_writer(self, call: Call, name: str) -> Iterator[UnknownNeed]:
        """Give each path that a program is given, and might write to, where root alone may not."""
        for word in call.words[1:]:
            text = word.value.partition("=")[2] or word.value
            path = absolute(text, self.folder) if "/" in text and word.unknown is None else None
            if path is None or text.startswith("-") or "://" in text:
                continue
            demand = Demand(DemandKind.MAKE, f"may write {path}", path=path)
            if judge(demand, Situation(self.tree, ROOT, self.start.first_free_port, self.start.why_port)):
                reason = f"whether {name} writes {path} is not described"
                yield UnknownNeed(reason, where=_place(word), capabilities=("DAC_OVERRIDE",))

    def _ask_of_files(self, call: Call, who: Credentials, found: ProgramAnswer) -> None:
        name = call.words[0].value.rpartition("/")[2]
        if name == "tar":
            self._archive(call, who)
        if found.program.role == "writer" or found.program.has_effects:
            self._write(call, who, name)

    def _write(self, call: Call, who: Credentials, name: str) -> None:
        """Let a program write the files that it is told to, and perhaps others that it is given."""
        from dropcap.needs.written_files import may_write, written  # few containers start one

        made = list(written(call.words, self.folder))
        for effect in made:
            self._do(call, who, effect)
        unknown = UnknownFact(f"what {name} writes is not known", where=_place(call.words[0]))
        for path in may_write(call.words, self.folder):
            if all(path != effect.path for effect in made) and not _is_at_stop(call):
                self.tree.may_be_written(path, unknown)

    def _archive(self, call: Call, who: Credentials) -> None:
        """Ask for what is put into an archive, which has to be read."""
        from dropcap.needs.archives import read_by  # few containers make one

        for effect in read_by(call.words, self.folder):
            for demand in file_demands(effect, self.tree):
                self._judge(call, who, demand, _shown_at(call, demand.why, effect.where))
            if effect.path is None and who.is_root is not False:
                reason = f"whether what {call.words[0].value} reads is closed to root is not known"
                unknown = UnknownNeed(reason, where=effect.where, capabilities=("DAC_OVERRIDE",))
                self.unknown.setdefault(reason, unknown)

    def _of_mounts(self, name: str, where: Located[str]) -> Iterator[UnknownNeed]:
        """Give each mounted place that may belong to another user, which a program of somebody else's may use."""
        for path in self.start.mounts:
            file = resolved(self.tree, path)
            if isinstance(file, File) and is_same_user(self.tree, "0", file.owner):
                continue
            reason = f"whether what {name} runs uses {path}, which may belong to another user than root, is not known"
            resolve = f"run it as the user that {path} belongs to"
            yield UnknownNeed(reason, resolve, where, ("DAC_OVERRIDE",))

    def _ask_of_shell(self, call: Call) -> None:
        """Say what is not known of a shell whose script was not followed into.

        One that is the container's own command talks to a person, whose commands are not its startup.
        """
        at = script_at(call.words)
        if at:
            self._unread(call, f"the text of {call.words[at].value} is not at hand")
        elif at is not None and not any(_is_word_of(call.words[0], one) for one in self.start.words):
            self._unread(call, "the commands that a shell reads from its standard input are not known")

    def _asked(self, call: Call, who: Credentials, asked: Asked) -> None:
        place = Evidence(asked.demand.why, _place(call.words[0]))
        others = (one for one in asked.evidence if one.reason != place.reason or not _is_near(one.where, place.where))
        self._judge(call, who, asked.demand, tuple(dict.fromkeys((place, *others))))

    def _become(self, call: Call, who: Credentials, user: User, *, of_anybody: bool = False) -> None:
        target = credentials(self.tree, user.name, user.reason)
        why = f"runs {call.words[-1].value if len(call.words) == 1 else 'a command'} as {user.name or 'another user'}"
        demand = Demand(DemandKind.BECOME, why, user=target.user, source="setgroups, setgid, setuid")
        evidence = [Evidence(why, _place(call.words[0]))]
        if user.word is not None:
            evidence.append(Evidence("the user is named here", _place(user.word)))
        self._judge(call, who, demand, tuple(evidence), of_anybody=of_anybody)

    def _judge(
        self,
        call: Call,
        who: Credentials,
        demand: Demand,
        evidence: tuple[Evidence, ...],
        *,
        of_anybody: bool = False,
    ) -> None:
        """Keep what is left of a demand: a need of a process that holds something, a failure of any other."""
        situation = Situation(self.tree, who, self.start.first_free_port, self.start.why_port)
        for verdict in judge(demand, situation):
            if who.is_root is False and not of_anybody:
                if verdict.certainty is Certainty.REQUIRED and not call.guards:
                    self.today.append(Evidence(f"{verdict.reason}, as a user who may not", evidence[0].where))
                continue
            need = self._need(call, who, demand, verdict, evidence)
            if need is not None:
                self.needs.append(need)

    def _need(
        self, call: Call, who: Credentials, demand: Demand, verdict: Verdict, evidence: tuple[Evidence, ...]
    ) -> Need | None:
        certainty = verdict.certainty
        parts = [verdict.condition, *(_condition(one) for one in call.guards if one.taken)]
        if who.is_root is None:
            parts.append("it runs as root")
        is_swallowed = call.is_tested or not call.is_errexit
        if demand.kind is DemandKind.GIVE and is_swallowed and _changes_nothing(demand, self.tree):
            return None
        loss = verdict.loss
        if call.is_tested and certainty is Certainty.REQUIRED and demand.kind in _OF_MODES:
            certainty, loss = Certainty.DEGRADES, "the mode stays as it is; that failure is passed over"
        elif call.is_tested and certainty is Certainty.REQUIRED and demand.kind in _OF_FILES:
            parts.append("what it does is wanted; its failure is passed over")
        if _is_at_stop(call) and certainty is not Certainty.DEGRADES:
            certainty, loss = Certainty.DEGRADES, "what it does when it is stopped fails"
        condition = " and ".join(dict.fromkeys(filter(None, parts)))
        if condition and certainty is Certainty.REQUIRED:
            certainty = Certainty.POSSIBLE
        if verdict.unknown is not None and certainty is not Certainty.DEGRADES:
            one = verdict.unknown
            known = UnknownNeed(one.reason, one.resolve, one.where or evidence[0].where, (verdict.capability,))
            self.unknown.setdefault(f"{one.reason}\0{verdict.capability}", known)
        phase = demand.phase or (Phase.STOP if _is_at_stop(call) else self.start.phase)
        return Need(verdict.capability, certainty, phase, condition, evidence, loss, verdict.instead, demand.kind)

    def _not_known(self, call: Call, who: Credentials, reason: str, resolve: str = "") -> None:
        if who.is_root is False:  # it holds nothing, whatever it is
            return
        self.unknown.setdefault(reason, UnknownNeed(reason, resolve, _place(call.words[0])))

    def _unread(self, call: Call, reason: str) -> None:
        self._not_known(call, self._who(call), reason)

    def start_what_programs_start(self, setting: Setting) -> None:
        """Follow the commands that programs start by themselves, each as its user."""
        for count, (words, user, folder) in enumerate(self.runs):
            if count >= _MOST_RUNS:
                reason = "its programs start more others than are followed"
                self.unknown.setdefault(reason, UnknownNeed(reason, where=_place(words[0])))
                return
            self.folders = {(): folder}
            follow_command(words, self, setting._replace(user=User(user, "" if user else "its program decides it")))


_SUCCEED = frozenset(
    {
        *("chgrp", "chmod", "chown", "cp", "install", "ln", "mkdir", "mv", "rm", "rmdir", "touch", "useradd"),
        *("groupadd", "usermod", "groupmod", "adduser", "addgroup"),
    }
)
"""The programs that are taken to succeed where all their words are known."""
_LOOKS = frozenset({"-d", "-e", "-f", "-r", "-s", "-w", "-x"})
_SETUID = frozenset({"doas", "newgrp", "pkexec", "sg", "su", "sudo"})
"""The programs that are set-user-ID root wherever they are: whoever runs them holds the bounding set there."""
_ABOUT_FILES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID")
_OF_MODES = frozenset({DemandKind.ALTER, DemandKind.KEEP_BITS})
_OF_FILES = frozenset({DemandKind.GIVE, DemandKind.ALTER, DemandKind.KEEP_BITS, DemandKind.REACH, DemandKind.MAKE})


_INITS = frozenset({"catatonit", "docker-init", "dumb-init", "tini", "tini-static"})


def init_name(words: Sequence[Word]) -> str | None:
    """Return the name of the init that a container's command begins with; None where it begins with another program."""
    name = words[0].value.rpartition("/")[2] if words else ""
    return name if name in _INITS else None


def _is_at_stop(call: Call) -> bool:
    """Return whether a command is one of a trap, which is sprung when the container is stopped."""
    return "trap" in call.launchers


def _words_of(run: Run, call: Call) -> tuple[Word, ...]:
    """Return the words of what a program starts; a line is what a shell reads, a path is a script."""
    if run.line is not None:
        source, span = run.line.source, run.line.span
        begin = Span(span.start, span.start)
        return (Word("/bin/sh", source, begin), Word("-c", source, begin), Word(run.line.value, source, span))
    if run.path:
        return (call.words[0]._replace(value=run.path),)
    return tuple(run.words)


def _is_word_of(one: Word, other: Word) -> bool:
    return one.source.to_root(one.span) == other.source.to_root(other.span)


def _changes_nothing(demand: Demand, tree: FileTree) -> bool:
    """Return whether what is given belongs to whom it is given already."""
    from dropcap.needs.credentials import is_same_group, is_same_user

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


def _shown_at(call: Call, why: str, where: Located[str]) -> tuple[Evidence, ...]:
    """Return the evidence of what a command does to a path that may be named in another place: a variable's."""
    command = _place(call.words[0])
    if command.source is where.source:
        return (Evidence(why, where),)
    return (Evidence(why, command), Evidence("its path is written here", where))


def _condition(guard: Any) -> str:  # noqa: ANN401  # a guard of the evaluator
    """Return a guard's condition in one line."""
    text = " ".join(guard.source.text[guard.span.start : guard.span.end].split())
    if len(text) > _LONGEST_CONDITION:
        text = text[: _LONGEST_CONDITION - 1] + "…"
    return f"`{text}` holds" if guard.arm == 0 else f"`{text}` does not hold"


def _is_near(one: Located[Any] | None, other: Located[Any] | None) -> bool:
    """Return whether two places are in one line, where a person sees both."""
    if one is None or other is None or one.source is not other.source:
        return one is other
    first, last = sorted((one.span.start, other.span.start))
    return "\n" not in one.source.text[first:last]


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)


def _located(environment: Mapping[str, Word]) -> dict[str, Located[str] | None]:
    return {name: _place(word) if word.unknown is None else None for name, word in environment.items()}
