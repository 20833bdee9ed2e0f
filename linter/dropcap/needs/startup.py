"""Follows what a container starts, command by command, nothing being run, and keeps what asks for a capability.

It hears the shell's evaluator: scripts of the image are followed into, what the container itself decides is answered,
what is done to files is done to a picture of them, and what programs ask for is held against it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.capabilities.names import ALL
from dropcap.images.catalogue_steps import NOT_KNOWN
from dropcap.images.effects import Effect, EffectKind
from dropcap.images.environment_texts import sourced
from dropcap.images.facts import ABSENT, File
from dropcap.images.file_commands import effects_of
from dropcap.images.patterns import expanded
from dropcap.images.text_writer import TextWriter
from dropcap.lang.shell.call import Answer, Executed, User
from dropcap.lang.shell.program import Setting, follow_command
from dropcap.lang.shell.recording import follow_again, record
from dropcap.lang.shell.shebang import is_shell_script
from dropcap.lang.shell.shell_options import errexit_of, errexit_of_first_line
from dropcap.lang.shell.subcommands import SHELLS, script_at
from dropcap.lang.words import reason_of
from dropcap.namedtuple import NamedTuple
from dropcap.needs import conditions
from dropcap.needs.credentials import Credentials, credentials
from dropcap.needs.file_changes import FileChanges
from dropcap.needs.ledger import Ledger, is_word_of, place, shown_at
from dropcap.needs.listings import absolute, matching
from dropcap.needs.lookup import Lookup, is_of_package
from dropcap.needs.meanwhile import Meanwhile
from dropcap.needs.model import Access, Allowance, Certainty, Demand, DemandKind, Evidence, UnknownNeed
from dropcap.needs.owner_tests import OwnerTests
from dropcap.needs.permissions import resolved
from dropcap.needs.program_asks import ProgramAsks
from dropcap.needs.shipped import is_shipped
from dropcap.needs.signals import Signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.images.tree import FileTree
    from dropcap.lang.shell.call import Call, Listener
    from dropcap.lang.shell.recording import Recording
    from dropcap.lang.words import Word
    from dropcap.needs.model import Need
    from dropcap.needs.start import Start
    from dropcap.source import Source

__all__ = ["Found", "follow"]

_MOST_RUNS = 100


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
    user = User(start.user, "no file says which user it is" if start.user is None else "")
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
        reason = "its startup is too large for dropcap to follow"
        follower.ledger.unknown[reason] = UnknownNeed(reason, where=place(start.words[0]))
    follower.start_what_programs_start(setting)
    ledger = follower.ledger
    needs, unknown = tuple(ledger.needs), tuple(ledger.unknown.values())
    return Found(needs, unknown, tuple(ledger.today), tuple(ledger.gains), recording, tuple(follower.signals.users))


class _Follower:
    """Hears the commands of a startup."""

    def __init__(self, start: Start, tree: FileTree, allowance: Allowance) -> None:
        self.start = start
        self.allowance = allowance
        self.lookup = Lookup(tree, start.folder)
        self.ledger = Ledger(start, tree)
        for one in tree.carried:  # the kernel refuses that file to anybody who lacks one of them
            reason = f"it is not known which file has the file capabilities {', '.join(one.permitted)}"
            names = one.permitted if ALL not in one.permitted else ()
            self.ledger.note(UnknownNeed(reason, "name the file", one.where, names))
        self.changes = FileChanges(tree, self.ledger)
        self.programs = ProgramAsks(start, self.lookup, self.ledger, self.changes)
        self.signals = Signals(start, tree, self.ledger)
        self.folders: dict[tuple[int, ...], str | None] = {(): start.folder}
        self.writer = TextWriter(tree)
        self.owners = OwnerTests(tree)
        self.meanwhile = Meanwhile(self.lookup)
        self.temporary = 0
        self._last_effects: tuple[tuple[Word, ...], str | None, Sequence[Effect] | None] = (), None, None
        self._last_executed: tuple[Call | None, int, str | None, Executed | None] = None, 0, None, None

    # What the evaluator asks.

    def hear(self, call: Call) -> None:
        """Take note of a command: what it asks for, and what it changes."""
        self.allowance.left -= 1
        if call.is_awaited:
            self._enter(call)
            self.meanwhile.wait(call._replace(words=self.lookup.at_home(call.words)))
        elif self.allowance.left >= 0:
            self._hear(call)
        else:
            reason = "its startup is too large for dropcap to follow"
            self.ledger.note(UnknownNeed(reason, where=place(call.words[0])))

    def _hear(self, call: Call) -> None:
        self._enter(call)
        self.lookup.begin()
        words = expanded(self.lookup.at_home(call.words), self.paths)
        call = call if words is call.words else call._replace(words=words)
        who = self._who(call)
        for redirection in call.redirections:
            self._open(call, who, redirection.operator, redirection.target)
        word = call.words[0]
        name = word.value.rpartition("/")[2]
        if call.is_builtin:
            self._hear_builtin(call, who)
            return
        if word.unknown is not None:
            self.ledger.not_known(
                call, who, f"the program is not known, because {word.reason or reason_of(word.unknown)}"
            )
            return
        if name == NOT_KNOWN and is_shipped(word):
            self.ledger.not_known(call, who, call.words[1].value)
            return
        executed = self.executed(call)
        if executed is not None:
            of_shell = executed.name is not call.words[0]
            script = self.lookup.file(executed.name.value, in_path=False) if of_shell else self.lookup.program(word)
            if script is not None:
                self._read_script(call, script.path, executed.name)
            return
        self.signals.become(call, who)
        self._execute(call, who)
        effects = self._effects_of(call.words)
        if call.launchers and call.launchers[-1] == "find" and effects is not None:
            return  # what it is run for is known of `find` itself
        self._change(call, who, effects or ())
        self.programs.ask(call, who, is_known=effects is not None)
        if effects is None:
            self.meanwhile.begin(call)
        if name in SHELLS:
            self._ask_of_shell(call)

    def _change(self, call: Call, who: Credentials, effects: Sequence[Effect]) -> None:
        """Do to the files what a command does."""
        is_sed = call.words[0].value.rpartition("/")[2] == "sed"
        edited = [one.path for one in effects if is_sed and one.path and one.target == one.path]
        texts = {path: self.lookup.tree.text(path) for path in edited}
        for effect in effects:
            self.meanwhile.change(effect)
            self.changes.do(call, who, effect)
        self.writer.edit(call, texts)

    def _hear_builtin(self, call: Call, who: Credentials) -> None:
        name = call.words[0].value
        if name in {"cd", "pushd"}:
            self._change_folder(call, who)
        elif name == "alias" and len(call.words) > 1:
            self._unread(call, "an alias may name another program")
        elif name == "kill":
            self.signals.kill(call, who)
        elif name == "ulimit":
            self.programs.ask(call, who, is_known=True)

    def _read_script(self, call: Call, path: str, word: Word) -> None:
        """Ask whether the shell may read a script, which takes more than to execute it."""
        why = f"reads the script {path}"
        demand = Demand(DemandKind.REACH, why, path=path)
        self.ledger.judge(call, self._who(call), demand, shown_at(call, why, place(word)))

    def _look(self, call: Call) -> None:
        """Ask whether the shell may look at what a condition is about: where it may not, nothing is there for it."""
        for sign, word in zip(call.words[1:], call.words[2:], strict=False):
            path = self.lookup.path(word.value) if word.unknown is None and word.value else None
            if path is None or sign.value not in _LOOKS:
                continue
            self.meanwhile.look(sign.value, path)
            folder = posixpath.dirname(path)
            why = f"looks at {path}"
            demand = Demand(DemandKind.REACH, why, path=folder, access=Access.SEARCH, certainty=Certainty.POSSIBLE)
            self.ledger.judge(call, self._who(call), demand, shown_at(call, why, place(word)))

    def answer(self, call: Call) -> Answer | None:
        """Return what is known of a command that is a condition, or whose output is used."""
        self._enter(call)
        words = self.lookup.at_home(call.words)
        call = call if words is call.words else call._replace(words=words)
        name = words[0].value
        if name in {"stat", "id"}:
            self.owners.note(call, self.lookup.folder)
        if name in {"[", "[[", "test"}:
            self._look(call)
            holds = False if self._asks_of_the_kernels_own(call) else self.owners.judge(call)
            if holds is not None:
                return Answer(holds=holds)
        if self.meanwhile.are_some and name in _OF_TEXTS:
            return None
        found = conditions.answer(call.words, self.lookup.tree, self._who(call), self.lookup.folder)
        return found if found is not None or call.is_builtin else self._answer_of_program(call, name)

    def _answer_of_program(self, call: Call, name: str) -> Answer | None:
        if name == "mktemp":
            return self._make_temporary(call)
        is_known = all(one.unknown is None for one in call.words)
        if is_known and (printed := self._printed(call)) is not None:
            return Answer(printed, holds=True)
        if name.rpartition("/")[2] not in _SUCCEED or not is_known:
            return None
        return None if self._effects_of(call.words) is None else Answer("", holds=True)

    def _effects_of(self, words: tuple[Word, ...]) -> Sequence[Effect] | None:
        """Return what a command does to files; one that is heard is asked about, too."""
        known, folder, effects = self._last_effects
        if known is not words or folder != self.lookup.folder:
            effects = effects_of(words, self.lookup.folder)
            self._last_effects = words, self.lookup.folder, effects
        return effects

    def _asks_of_the_kernels_own(self, call: Call) -> bool:
        """Return whether a condition asks if it may write below /sys, which is mounted to be read alone."""
        words = [word for word in call.words if word.value not in {"[", "[[", "test", "]", "]]"}]
        if len(words) != 2 or words[0].value != "-w":  # noqa: PLR2004  # the sign and the path
            return False
        is_below = words[1].value.startswith("/sys/") and words[1].known_length >= len("/sys/")
        return is_below and not any(f"{one}/".startswith(("/sys/", "//")) for one in self.start.mounts)

    def _printed(self, call: Call) -> str | None:
        """Return what a program prints of the text that it reads, or of its settings."""
        values = [word.value for word in call.words]
        if call.document is not None:
            from dropcap.needs.text_filters import filtered  # few scripts hand texts on

            return filtered(values, call.document.value) if call.document.unknown is None else None
        if len(values) > 1 and not self.meanwhile.are_some and values[0].rpartition("/")[2] in _OF_FILES:
            from dropcap.needs.text_filters import filtered  # few scripts have one print a part of a file

            text = conditions.text_at(values[-1], self.lookup.tree, self.lookup.folder)
            return filtered(values[:-1], text) if isinstance(text, str) else None
        return self.programs.settings(call, self._who(call)) if "--help" in values else None

    def _make_temporary(self, call: Call) -> Answer | None:
        from dropcap.needs.temporary_files import made_by  # few scripts make one

        is_elsewhere = "TMPDIR" in self.start.environment or self.start.has_more or "TMPDIR" in call.source.text
        made = None if is_elsewhere else made_by(call.words, self.lookup.folder, self.temporary)
        if made is None:
            return None
        text, effect = made
        self.temporary += 1
        if effect is not None and effect.path is not None:
            self.lookup.tree.remove(effect.path)  # that of another start has another name
            self.changes.do(call, self._who(call), effect)
        return Answer(f"{text}\n", holds=True)

    def read(self, call: Call) -> Source | None:
        """Return the script that `.` reads."""
        self._enter(call)
        if len(call.words) == 1 or call.words[1].unknown is not None:
            self._unread(call, "the file that it reads is not known")
            return None
        path = absolute(call.words[1].value, self.lookup.folder)
        found = resolved(self.lookup.tree, path) if path is not None else None
        if path is not None:
            self._read_script(call, path, call.words[1])
        if isinstance(found, File) and found.text is not None:
            return sourced(found.text)
        if isinstance(found, File) and found.package and path is not None:
            from dropcap.needs.package_scripts import text_of_package  # few scripts draw one in

            text = text_of_package(path, found)
            if text is not None:
                return text
        if found is not ABSENT:
            self._unread(call, f"dropcap cannot read {call.words[1].value}")
        return None

    def executed(self, call: Call) -> Executed | None:
        """Return the script that a command executes."""
        self._enter(call)
        known, version, folder, found = self._last_executed
        if known is not call or version != self.lookup.tree.version or folder != self.lookup.folder:
            found = self._executed(call)
            self._last_executed = call, self.lookup.tree.version, self.lookup.folder, found
        return found

    def _executed(self, call: Call) -> Executed | None:
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
            found = self.lookup.file(word.value, in_path=False)
            text = found.file.text if found is not None else None
            errexit = errexit_of([None if one.unknown else one.value for one in call.words[1 : at - 1]]) is True
            return None if text is None else Executed(text, word, at, errexit)
        found = self.lookup.program(word)
        text = found.file.text if found is not None and not is_of_package(found) else None
        if text is None or not is_shell_script(text.text[:256].encode("utf-8", "replace")):
            return None
        return Executed(text, word, at, errexit_of_first_line(text.text))

    def paths(self, pattern: str) -> Sequence[str] | None:
        """Return the files of the container that a pattern stands for."""
        return matching(pattern, self.lookup.tree, self.lookup.folder)

    # What follows from a command.

    def _who(self, call: Call) -> Credentials:
        return credentials(self.lookup.tree, call.user.name, call.user.reason)

    def _enter(self, call: Call) -> None:
        """Be in the folder that a command runs in: what `cd` does in a shell of its own is gone behind it."""
        shells = call.shells
        while shells not in self.folders:
            shells = shells[:-1]
        self.lookup.folder = self.folders[shells]

    def _change_folder(self, call: Call, who: Credentials) -> None:
        target = call.words[1] if len(call.words) > 1 else None
        if target is None or target.unknown is not None or any(guard.taken for guard in call.guards):
            self.lookup.folder = None
        else:
            self.lookup.folder = absolute(target.value, self.lookup.folder)
        self.folders[call.shells] = self.lookup.folder
        if target is not None and self.lookup.folder is not None:
            why = f"goes to {self.lookup.folder}"
            demand = Demand(DemandKind.REACH, why, path=self.lookup.folder, access=Access.SEARCH)
            self.ledger.judge(call, who, demand, shown_at(call, why, place(target)))

    def _open(self, call: Call, who: Credentials, operator: str, target: Word) -> None:
        path = absolute(target.value, self.lookup.folder) if target.unknown is None else None
        kind = EffectKind.READ if operator.startswith("<") else EffectKind.MAKE_FILE
        if operator in {">>", "&>>"}:
            kind = EffectKind.APPEND
        if target.unknown is not None and operator not in {"<<<", "<&", ">&"}:
            self.changes.ask(call, who, Effect(kind, place(target), path=None))
        if path is not None and path.startswith("/proc/"):
            self.changes.ask(call, who, Effect(kind, place(target), path=path))
        elif path is not None and not path.startswith("/dev/"):
            is_last = self.writer.is_last(path)
            self.changes.do(call, who, Effect(kind, place(target), path=path))
            if kind is not EffectKind.READ:
                self.writer.write(call, operator, place(target), path, is_last=is_last)
            if operator == ">" and call.words[0].value == "envsubst" and not any(one.taken for one in call.guards):
                self._write_known(call, path)

    def _write_known(self, call: Call, path: str) -> None:
        """Write what a program makes of the text that it reads, which is known by then."""
        document, at = call.document, call.span.start
        if document is not None and document.unknown is None and 0 < len(document.value) <= _LONGEST_WRITTEN:
            places = [(offset, at) for offset in range(len(document.value))]  # it is the command that says so
            self.lookup.tree.write(path, call.source.piece(document.value, places, is_scattered=True))

    def _execute(self, call: Call, who: Credentials) -> None:
        """Look at the file capabilities of a program."""
        found = self.lookup.program(call.words[0])
        if found is None or not found.file.capabilities:
            return
        demand = Demand(DemandKind.EXECUTE, f"executes {call.words[0].value}", path=found.path)
        evidence = [Evidence(demand.why, place(call.words[0]))]
        if found.file.where is not None:
            evidence.append(Evidence("its file capabilities are set here", found.file.where))
        if found.file.capabilities and who.is_root is False:
            why = f"{call.words[0].value} gets {', '.join(found.file.capabilities)} by its file capabilities"
            self.ledger.gains.append(Evidence(why, evidence[0].where))
        self.ledger.judge(call, who, demand, tuple(evidence), of_anybody=True)

    def _ask_of_shell(self, call: Call) -> None:
        """Say what is not known of a shell whose script was not followed into.

        One that is the container's own command ends at once, where nothing gives it commands.
        """
        at = script_at(call.words)
        if at:
            self._unread(call, f"dropcap cannot read {call.words[at].value}")
        elif at is not None and (self.start.takes_input or not is_word_of(call.words[0], self.start.words)):
            self._unread(call, "the commands that a shell reads from its standard input are not known")

    def _unread(self, call: Call, reason: str) -> None:
        self.ledger.not_known(call, self._who(call), reason)

    def start_what_programs_start(self, setting: Setting) -> None:
        """Follow the commands that programs start by themselves, each as its user."""
        for count, (words, user, folder) in enumerate(self.programs.runs):
            if count >= _MOST_RUNS:
                reason = "its programs start more programs than dropcap follows"
                self.ledger.note(UnknownNeed(reason, where=place(words[0])))
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
_LOOKS = frozenset({"-S", "-d", "-e", "-f", "-p", "-r", "-s", "-w", "-x"})
_OF_FILES = frozenset({"awk", "cut", "gawk", "head", "mawk", "sed", "tail"})
"""The programs whose last word is the file of which they print a part."""
_OF_TEXTS = frozenset({"cmp", "grep"})
_LONGEST_WRITTEN = 20_000
