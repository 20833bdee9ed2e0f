"""What the programs of a startup ask for, by the table of programs and by what a script of theirs says itself."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from dropcap.images.effects import Effect
from dropcap.images.facts import File, FileKind, UnknownFact
from dropcap.lang.shell.launchers import launch
from dropcap.lang.shell.subcommands import SHELLS
from dropcap.lang.words import Word
from dropcap.needs.credentials import ROOT, credentials, is_same_user
from dropcap.needs.demands import Situation, judge
from dropcap.needs.ledger import is_at_stop, place
from dropcap.needs.lookup import Lookup, is_of_package
from dropcap.needs.model import Certainty, Demand, DemandKind, Evidence, UnknownNeed
from dropcap.needs.permissions import resolved
from dropcap.needs.program_table import described, lookup
from dropcap.needs.programs import ProgramContext, demands, printed_settings
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.lang.shell.call import Call, User
    from dropcap.model import Located
    from dropcap.needs.credentials import Credentials
    from dropcap.needs.file_changes import FileChanges
    from dropcap.needs.ledger import Ledger
    from dropcap.needs.program_table import Program
    from dropcap.needs.programs import Asked, ProgramAnswer, Run
    from dropcap.needs.start import Start

__all__ = ["ProgramAsks"]

_INTERPRETER = re.compile(
    r"#!\s*(?:\S*/env[ \t]+(?:-S[ \t]+)?(?:\S*/)?([\w.-]+)|(?:\S*/)([\w.-]+))(?:[ \t]+([^\s-]\S*))?"
)
_SETUID = frozenset({"authbind", "doas", "newgrp", "pkexec", "sg", "su", "sudo"})
"""The programs that are set-user-ID root wherever they are: whoever runs them holds the bounding set there."""
_BY_FUSERMOUNT = frozenset(
    {"bindfs", "curlftpfs", "encfs", "fusermount", "fusermount3", "gocryptfs", "s3fs", "squashfuse", "sshfs"}
)
"""Those that mount by such a program, where a user runs them. Source: libfuse lib/mount.c fuse_mount_fusermount()."""
_DESCRIBE = "measure it with `dropcap verify`, or add it to dropcap's programs"
_LONGEST_WORD = 10_000
_USING = frozenset({"daemon", "interpreter", "tool"})
_ABOUT_FILES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID")


class ProgramAsks:
    """Asks programs, and keeps what they start.

    Attributes:
        runs: the commands that programs start by themselves: the words, as whom, and in which folder.

    """

    def __init__(self, start: Start, lookup: Lookup, ledger: Ledger, changes: FileChanges) -> None:
        """Begin with none, for a startup."""
        self.start = start
        self.lookup = lookup
        self.ledger = ledger
        self.changes = changes
        self.runs: list[tuple[Sequence[Word], str | None, str | None]] = []
        self._environment = _located(start.environment)

    def ask(self, call: Call, who: Credentials, *, is_known: bool) -> None:
        """Hold what a program asks for against the files; note what it starts, and what is not known of it."""
        name = call.words[0].value.rpartition("/")[2]
        context = ProgramContext(self.lookup.tree, who, self._environment, self.start.has_more, self.lookup.folder)
        words = self._with_interpreter(call.words)
        found = demands(words, context, self._of_image(call.words[0]))
        if found is None:
            self._ask_of_launcher(call, who, name, is_known=is_known)
            return
        if found.is_interpreter:
            self._ask_of_script(call, who, words)
        is_setuid = who.is_root is False and name in _SETUID | _BY_FUSERMOUNT
        if is_setuid:
            program = "fusermount" if name in _BY_FUSERMOUNT else name
            self.ledger.gains.append(Evidence(f"{program} becomes root by its set-user-ID bit", place(call.words[0])))
        for asked in found.asked:
            self._asked(call, ROOT if is_setuid else who, asked)
        for effect in found.effects if not is_at_stop(call) else ():
            self.lookup.tree.apply(effect, who.user)
        if who.is_root is not False:
            for one in (*found.unknown, *self._of_role(call, found, name, is_known=is_known)):
                self.ledger.note(one)
        if not is_known:
            self._ask_of_files(call, who, found)
        for run in found.runs:
            user = run.user.text if run.user is not None else call.user.name
            folder = posixpath.dirname(run.path) if run.path else self.lookup.folder  # a service runs in its own
            self.runs.append((_words_of(run, call), user, folder))

    def settings(self, call: Call, who: Credentials) -> str | None:
        """Return what a program prints of its settings; None where it prints none, or not all are known."""
        context = ProgramContext(self.lookup.tree, who, self._environment, self.start.has_more, self.lookup.folder)
        return printed_settings(call.words, context)

    def _of_image(self, word: Word) -> Program | None:
        """Return what the image says of a program of its own."""
        if not self.lookup.tree.programs:
            return None
        found = self.lookup.program(word)
        table = self.lookup.tree.programs.get(found.path) if found is not None else None
        return None if found is None or table is None else described(posixpath.basename(found.path), table)

    def _with_interpreter(self, words: Sequence[Word]) -> Sequence[Word]:
        """Return the command that the kernel makes of one whose program is a script with `#!` and an interpreter."""
        found = self.lookup.program(words[0])
        text = found.file.text if found is not None else None
        match = re.match(_INTERPRETER, text.text) if text is not None else None
        if found is None or text is None or match is None or is_of_package(found) or re.search(_STUB, text.text):
            return words
        begin = words[0].span.start
        path = words[0]._replace(value=found.path)
        told = [match[1] or match[2], *([match[3]] if match[3] else [])]
        program = lookup(told[0])
        if len(told) > 1 and program is not None and program.role == "launcher":
            del told[0]  # what it starts is what counts
        return (*(Word(one, words[0].source, Span(begin, begin + 1)) for one in told), path, *words[1:])

    def _ask_of_script(self, call: Call, who: Credentials, words: Sequence[Word]) -> None:
        """Ask what the calls of a script ask for, where its text is known."""
        from dropcap.needs.scripts import calls_of_script, edited_in_place, path_of_script  # few containers start one

        path = path_of_script(words, self.lookup)
        if path is not None:
            why = f"reads its program {path}"
            demand = Demand(DemandKind.REACH, why, path=path)
            self.ledger.judge(call, who, demand, (Evidence(why, place(call.words[0])),))
            file = resolved(self.lookup.tree, path)
            if isinstance(file, File) and file.where is None and file.text is None and file.kind is FileKind.FILE:
                self.ledger.not_known(call, who, f"dropcap cannot read {path}")  # it is the image's own
        for effect in edited_in_place(words, self.lookup):
            self.changes.do(call, who, effect)
        searched = self._environment.get("PYTHONPATH")
        folders = searched.value if searched is not None else ""
        calls = calls_of_script(words, self.lookup, call.document, folders)
        changes_user = any(one.demand is not None and "SETUID" in one.demand.capabilities for one in calls)
        for one in calls:
            if one.demand is not None:
                evidence = (Evidence(one.demand.why, one.where), Evidence("it is started here", place(call.words[0])))
                self.ledger.judge(call, who, one.demand, evidence)
            elif one.unknown is not None and who.is_root is not False:
                self.ledger.note(one.unknown)
            if one.command:
                user = None if changes_user and who.is_root is not False else call.user.name  # before or behind that
                self.runs.append((one.command, one.user or user, self.lookup.folder))

    def _make_temporary(self, call: Call, who: Credentials) -> None:
        """Do what the lines of its configuration have systemd-tmpfiles do."""
        from dropcap.needs.tmpfiles_lines import lines_done  # few containers start it

        for one in lines_done(call.words, self.lookup):
            if isinstance(one, Effect):
                self.changes.do(call, who, one)
            elif who.is_root is not False:
                self.ledger.note(UnknownNeed(one.reason, one.resolve, one.where))

    def _ask_of_launcher(self, call: Call, who: Credentials, name: str, *, is_known: bool) -> None:
        """Take a program that the table does not know for one that starts another, or for an unknown one."""
        started = launch(call.words)
        if started is not None and started.user is not None:
            self._become(call, who, started.user)
        elif started is None and not is_known and name not in SHELLS:
            self.ledger.not_known(call, who, f"dropcap does not know the program {name}", _DESCRIBE)
            self._ask_of_symbols(call, who, name)

    def _ask_of_symbols(self, call: Call, who: Credentials, name: str) -> None:
        """Take what a program imports for what it may ask for: it need not, and what else it asks for is not known."""
        found = self.lookup.program(call.words[0])
        if found is None or not found.file.symbols:
            return
        from dropcap.images.symbols import capability_of  # of images that were read themselves alone

        for symbol in found.file.symbols:
            why = f"{name} imports {symbol}()"
            kernel = DemandKind.KERNEL, why
            capability = capability_of(symbol)
            if capability is not None:
                demand = Demand(
                    *kernel, capabilities=(capability,), certainty=Certainty.POSSIBLE, condition="it calls it"
                )
                self.ledger.judge(call, who, demand, (Evidence(why, place(call.words[0])),))

    def _of_role(self, call: Call, found: ProgramAnswer, name: str, *, is_known: bool) -> Iterator[UnknownNeed]:
        """Give what is not known of a program for its kind: it changes files, or it runs the programs of others."""
        where = place(call.words[0])
        if found.program.has_effects and not is_known and not _writes_nothing(call.words):
            yield UnknownNeed(
                f"dropcap does not know what {name} does to files", where=where, capabilities=_ABOUT_FILES
            )
        if found.program.role in {"writer", "server"}:
            yield from self._of_writer(call, name)
        elif found.program.role in _USING and not is_known and name != "tar":
            yield from self._of_words(call, found, name)
        if found.is_interpreter and self._only_starts(call):
            return
        if found.is_interpreter or found.program.role == "server":
            yield from self._of_mounts(name, where)
            yield from self._of_folder(name, where)
        if self.start.takes_input and found.is_interpreter:
            from dropcap.needs.scripts import takes_script_from_input  # few containers start one

            if takes_script_from_input(call.words):
                yield UnknownNeed(f"the script that {name} reads from its standard input is not known", where=where)
        if found.is_interpreter and self.start.first_free_port != 0:
            reason = f"it is not known on which ports {name} listens, and {self.start.why_port}"
            yield UnknownNeed(reason, where=where, capabilities=("NET_BIND_SERVICE",))

    def _only_starts(self, call: Call) -> bool:
        from dropcap.needs.scripts import only_starts  # few containers start one

        return only_starts(self._with_interpreter(call.words), self.lookup)

    def _of_writer(self, call: Call, name: str) -> Iterator[UnknownNeed]:
        """Give each path that a program is given, and might write to, where root alone may not."""
        for word in call.words[1:]:
            text = word.value.partition("=")[2] or word.value
            path = self.lookup.path(text) if "/" in text and word.unknown is None else None
            if path is None or text.startswith("-") or "://" in text:
                continue
            demand = Demand(DemandKind.MAKE, f"may write {path}", path=path)
            if judge(demand, Situation(self.lookup.tree, ROOT, self.start.first_free_port, self.start.why_port)):
                reason = f"dropcap does not know whether {name} writes {path}"
                yield UnknownNeed(reason, where=place(word), capabilities=("DAC_OVERRIDE",))

    def _of_words(self, call: Call, found: ProgramAnswer, name: str) -> Iterator[UnknownNeed]:
        """Give each path that a program is given, which root alone may not use, and of which nothing else is asked."""
        if any(one.demand.kind is DemandKind.BECOME for one in found.asked):
            return  # it may use it as that user
        seen = {one.demand.path for one in found.asked}
        code: Word | None = None
        if found.is_interpreter:
            from dropcap.needs.scripts import code_of, path_of_script  # few containers start one

            seen.add(path_of_script(call.words, self.lookup))
            code = code_of(call.words)
        for word, path in self._paths(call.words[1:]):
            if path in seen or word is code:
                continue
            file = resolved(self.lookup.tree, path)
            if not isinstance(file, File):
                demand = Demand(DemandKind.MAKE, "", path=path)
            elif file.kind is FileKind.FOLDER:
                demand = Demand(DemandKind.MAKE, "", path=posixpath.join(path, "entry"))
            else:
                demand = Demand(DemandKind.REACH, "", path=path)
            if judge(demand, Situation(self.lookup.tree, ROOT, self.start.first_free_port, self.start.why_port)):
                reason = f"it is not known whether {name} uses {path}, which belongs to another user"
                yield UnknownNeed(reason, where=place(word), capabilities=("DAC_OVERRIDE",))

    def _paths(self, words: Sequence[Word]) -> Iterator[tuple[Word, str]]:
        """Give the paths that stand in words: by themselves, behind an option's name, in quotation marks of code."""
        for word in words:
            if word.unknown is not None or "://" in word.value or len(word.value) > _LONGEST_WORD:
                continue
            for text in re.split(r"[=:,;()\s'\"]+", word.value):
                path = self.lookup.path(text) if "/" in text and not text.startswith("-") else None
                if path is not None and not path.startswith(("/dev", "/proc", "/sys")):
                    yield word, path

    def _ask_of_files(self, call: Call, who: Credentials, found: ProgramAnswer) -> None:
        name = call.words[0].value.rpartition("/")[2]
        if name == "tar":
            self._archive(call, who)
        if name == "systemd-tmpfiles":
            self._make_temporary(call, who)
        if found.program.role == "server":
            self._ask_of_mounts(call, who, name)
        if found.program.role == "writer" or found.program.has_effects:
            self._write(call, who, name)

    def _write(self, call: Call, who: Credentials, name: str) -> None:
        """Let a program write the files that it is told to, and perhaps others that it is given."""
        from dropcap.needs.written_files import may_write, written  # few containers start one

        made = list(written(call.words, self.lookup.folder))
        for effect in made:
            self.changes.do(call, who, effect)
        unknown = UnknownFact(f"what {name} writes is not known", where=place(call.words[0]))
        for path in may_write(call.words, self.lookup.folder):
            if all(path != effect.path for effect in made) and not is_at_stop(call):
                self.lookup.tree.may_be_written(path, unknown)

    def _archive(self, call: Call, who: Credentials) -> None:
        """Ask for what is put into an archive, which has to be read."""
        from dropcap.needs.archives import read_by  # few containers make one

        for effect in read_by(call.words, self.lookup.folder):
            self.changes.ask(call, who, effect)
            if effect.path is None and who.is_root is not False:
                reason = f"it is not known whether root may read the file that {call.words[0].value} reads"
                self.ledger.note(UnknownNeed(reason, where=effect.where, capabilities=("DAC_OVERRIDE",)))

    def _ask_of_mounts(self, call: Call, who: Credentials, name: str) -> None:
        """Take a server for one that keeps its files in what is mounted, where it is known whose that is."""
        for path in self.start.mounts:
            file = resolved(self.lookup.tree, path)
            if isinstance(file, File) and is_same_user(self.lookup.tree, who.user, file.owner) is False:
                why, condition = f"{name} may keep its files in {path}", f"it keeps its files in {path}"
                demand = Demand(
                    DemandKind.MAKE, why, path=f"{path}/entry", certainty=Certainty.POSSIBLE, condition=condition
                )
                self.ledger.judge(call, who, demand, (Evidence(why, place(call.words[0])),))

    def _of_mounts(self, name: str, where: Located[str]) -> Iterator[UnknownNeed]:
        """Give each mounted place that may belong to another user, which a program of somebody else's may use."""
        for path in self.start.mounts:
            file = resolved(self.lookup.tree, path)
            if isinstance(file, File) and is_same_user(self.lookup.tree, "0", file.owner):
                continue
            reason = f"it is not known whether the code that {name} runs uses {path}, which may not belong to root"
            resolve = f"run it as the user that {path} belongs to"
            yield UnknownNeed(reason, resolve, where, ("DAC_OVERRIDE",))

    def _of_folder(self, name: str, where: Located[str]) -> Iterator[UnknownNeed]:
        """Give the folder that a program of somebody else's runs in, where root alone may not write there."""
        folder = self.lookup.folder
        demand = Demand(DemandKind.MAKE, "", path=f"{folder}/entry")
        known = Situation(self.lookup.tree, ROOT, self.start.first_free_port, self.start.why_port)
        if folder is not None and isinstance(resolved(self.lookup.tree, folder), File) and judge(demand, known):
            reason = (
                f"it is not known whether the code that {name} runs writes into {folder}, which belongs to another user"
            )
            yield UnknownNeed(reason, f"run it as the user that {folder} belongs to", where, ("DAC_OVERRIDE",))

    def _asked(self, call: Call, who: Credentials, asked: Asked) -> None:
        shown = Evidence(asked.demand.why, place(call.words[0]))
        others = (one for one in asked.evidence if one.reason != shown.reason or not _is_near(one.where, shown.where))
        # what carries capabilities of its own is refused to anybody
        of_anybody = asked.demand.kind is DemandKind.EXECUTE
        self.ledger.judge(call, who, asked.demand, tuple(dict.fromkeys((shown, *others))), of_anybody=of_anybody)

    def _become(self, call: Call, who: Credentials, user: User, *, of_anybody: bool = False) -> None:
        target = credentials(self.lookup.tree, user.name, user.reason)
        why = f"runs {call.words[-1].value if len(call.words) == 1 else 'a command'} as {user.name or 'another user'}"
        demand = Demand(DemandKind.BECOME, why, user=target.user, source="setgroups, setgid, setuid")
        evidence = [Evidence(why, place(call.words[0]))]
        if user.word is not None:
            evidence.append(Evidence("the user is named here", place(user.word)))
        self.ledger.judge(call, who, demand, tuple(evidence), of_anybody=of_anybody)


# What setuptools and pip write into the programs of a Python package.
_STUB = (
    r"load_entry_point\(|\.removesuffix\([\"']\.exe[\"']\)"
    r"|sys\.argv\[0\] = (?:re\.sub\(|sys\.argv\[0\]\.removesuffix)"
)


def _writes_nothing(words: Sequence[Word]) -> bool:
    from dropcap.needs.written_files import writes_nothing  # few containers start one

    return writes_nothing(words)


def _words_of(run: Run, call: Call) -> tuple[Word, ...]:
    """Return the words of what a program starts; a line is what a shell reads, a path is a script."""
    if run.line is not None:
        source, span = run.line.source, run.line.span
        begin = Span(span.start, span.start)
        return (Word("/bin/sh", source, begin), Word("-c", source, begin), Word(run.line.value, source, span))
    if run.path:
        return (call.words[0]._replace(value=run.path),)
    return tuple(run.words)


def _is_near(one: Located[Any] | None, other: Located[Any] | None) -> bool:
    """Return whether two places are in one line, where a person sees both."""
    if one is None or other is None or one.source is not other.source:
        return one is other
    first, last = sorted((one.span.start, other.span.start))
    return "\n" not in one.source.text[first:last]


def _located(environment: Mapping[str, Word]) -> dict[str, Located[str] | None]:
    return {name: place(word) if word.unknown is None else None for name, word in environment.items()}
