"""What a program starts by itself: a command among its words, those of its configuration, the services of a folder."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.facts import ABSENT, File, FileKind, UnknownFact
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.needs.model import UnknownNeed
from dropcap.needs.permissions import resolved, resolved_path
from dropcap.needs.program_table import lookup
from dropcap.needs.program_texts import Value
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word
    from dropcap.needs.program_table import Origin
    from dropcap.needs.program_values import ProgramCall
    from dropcap.source import Source

__all__ = ["Run", "absolute_path", "runs"]


class Run(NamedTuple):
    """A command that a program starts.

    Attributes:
        words: its words; none where `line` or `path` has it.
        line: a command line, to be read as a shell reads it.
        path: the path of a script.
        user: as whom it runs; None for whoever runs the program, a value without a text where nobody knows.

    """

    words: tuple[Word, ...] = ()
    line: Located[str] | None = None
    path: str = ""
    user: Value | None = None


def runs(call: ProgramCall) -> tuple[Sequence[Run], Sequence[UnknownNeed]]:
    """Return what a program starts by itself, and what is not known of that."""
    program = call.program
    found: list[Run] = []
    hidden: list[UnknownFact] = []
    if program.runs is not None:
        found += _command(call, program.runs)
    told, unread = _of_configuration(call)
    found += told
    hidden += unread
    unknown: list[UnknownNeed] = []
    if program.starts:
        started, unknown = _named(call)
        found += started
    for value in call.values(program.services).values:
        started, why = _services(call, value)
        found += started
        hidden += [] if why is None else [why]
    for value in call.values(program.parts).values:
        started, why = _parts(call, value)
        found += started
        hidden += [] if why is None else [why]
    for pattern in program.scripts:
        files, why = call.matching(pattern)
        found += [Run(path=path) for path, _ in files]
        hidden += [] if why is None else [why]
    if program.sites is not None:
        from dropcap.needs.program_sites import sites  # few programs start themselves once more

        with_files, unread = sites(call, program.sites)
        found += [Run(words, user=user) for words, user in with_files]
        hidden += unread
    unknown += [
        UnknownNeed(f"{one.reason}, so what {program.name} starts is not known either", one.resolve, one.where)
        for one in hidden
    ]
    return found, unknown


def _of_configuration(call: ProgramCall) -> tuple[list[Run], list[UnknownFact]]:
    """Return what a program's configuration has it start, and what is not known of that."""
    program = call.program
    found: list[Run] = []
    hidden: list[UnknownFact] = []
    if program.sections:
        texts, why = call.configuration()
        for text in texts:
            found += _sections(text.source, program.sections)
        hidden += [] if why is None else [why]
    if program.syntax == "cron":
        found += _jobs(call)
        hidden += _unread_tables(call)
        table = resolved(call.context.facts, _TABLE)
        if not isinstance(table, File) or table.text is None:  # else its lines say what is run
            found += _own_parts(call)
    if program.syntax in {"inetd", "xinetd"}:
        from dropcap.needs.inet_tables import served  # few containers have one

        texts, why = call.configuration()
        found += [Run(one.words, user=one.user) for text in texts for one in served(text, program.syntax)]
        hidden += [] if why is None else [why]
    if program.syntax in _COMMANDS:
        found += _processes(call)
        why = call.configuration()[1]
        hidden += [] if why is None else [why]
    return found, hidden


def _command(call: ProgramCall, origin: Origin) -> Iterator[Run]:
    """Give the command that stands among the words of a call, or in an option's value.

    An interpreter's is given only where the table knows it: else it is a program of somebody else's.
    """
    users = call.users(call.program.runs_as).values
    user = users[0] if users else None
    is_known_only = call.program.role == "interpreter"
    if origin.kind == "behind":
        marks = [at for at, word in enumerate(call.words) if word.value in origin.names]
        if marks and marks[0] + 1 < len(call.words):
            yield Run(tuple(call.words[marks[0] + 1 :]), user=user)
        return
    if origin.kind == "word":
        number = int(origin.names[0]) - 1
        if number < call.given.firm:
            words = tuple(call.words[call.given.rest[number] :])
            if not is_known_only or lookup(words[0].value) is not None:
                yield Run(words, user=user)
        return
    for option in call.given.options:
        if option.name not in origin.names or option.value is None:
            continue
        if not is_known_only:
            value = option.value
            yield Run(line=Located(value.value, value.source, value.span), user=user)
        elif lookup(option.value.value) is not None:
            yield Run((option.value, *call.words[option.at + 1 :]), user=user)


_VERBS = frozenset({"start", "restart", "force-reload", "reload", "condrestart", "try-restart"})


def _named(call: ProgramCall) -> tuple[Sequence[Run], list[UnknownNeed]]:
    """Return the commands behind the name of a service that is to be started: `service NAME start`, or its script."""
    words = [call.words[at] for at in call.given.rest]
    script = call.words[0]
    if script.value.startswith(_SCRIPTS):
        words.insert(0, script._replace(value=script.value.removeprefix(_SCRIPTS)))
    if len(words) < _NAME_AND_VERB:
        return [], []
    name, verb = words[:_NAME_AND_VERB]
    if verb.unknown is None and verb.value not in _VERBS:
        return [], []
    line = call.program.starts.get(name.value) if name.unknown is None else None
    place = Located(name.value, name.source, name.span)
    if line is None:
        return [], [UnknownNeed(f"dropcap does not know what the service {name.value} starts", where=place)]
    why = _without_script(call, name.value)
    if why:
        return [], [UnknownNeed(f"{why}, so what the service {name.value} starts is not known either", where=place)]
    commands = [command.split() for command in line.split(";")]
    return [Run(tuple(name._replace(value=one) for one in command)) for command in commands if command], []


def _without_script(call: ProgramCall, name: str) -> str:
    """Say why a service may have no script that starts it; nothing where it has one, as its package brings it."""
    path = f"{_SCRIPTS}{name}"
    found = resolved(call.context.facts, path)
    if found is ABSENT:
        return f"{path} is not there"
    if isinstance(found, File) or name not in call.program.seen_only:
        return ""
    return f"whether {path} is there is not known"


_SCRIPTS = "/etc/init.d/"
_NAME_AND_VERB = 2
# Patterns of what few startups have are compiled where they are asked for.
_SECTION = r"(?m)^\[([^\]\n]*)\]"
_KEY = r"(?m)^(command|user|autostart)[ \t]*=[ \t]*(.*(?:\n[ \t]+\S.*)*)"


def _sections(source: Source, beginnings: Sequence[str]) -> Iterator[Run]:
    """Give the commands of the sections of a configuration that hold one."""
    marks = list(re.finditer(_SECTION, source.text))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        if not mark[1].startswith(tuple(beginnings)):
            continue
        end = following.start() if following is not None else len(source.text)
        keys = {key[1]: key for key in re.compile(_KEY).finditer(source.text, mark.end(), end)}
        command, user, starts = keys.get("command"), keys.get("user"), keys.get("autostart")
        if command is None or (starts is not None and starts[2].strip().lower() in {"false", "no", "0", "off"}):
            continue
        line = Located(command[2], source, Span(*command.span(2)))
        named = None if user is None else Value(user[2].strip(), Located(user[2], source, Span(*user.span(2))))
        yield Run(line=line, user=named)


# Five fields, or one like `@daily`; then the user, in the tables of the machine; then the command.
_TIMES = r"(?m)^[ \t]*(?:@[a-z]+|[\d*][^\s=]*(?:[ \t]+[^\s=]+){4})[ \t]+"
_JOB_OF_USER = _TIMES + r"(\S+)[ \t]+(\S.*)$"
_OWN_JOB = _TIMES + r"(\S.*)$"
_TABLE = "/etc/crontab"
_TABLES = "/var/spool/cron/crontabs"


def _jobs(call: ProgramCall) -> Iterator[Run]:
    """Give the jobs of cron: those of the machine's tables, and those of the tables of users."""
    for text in call.configuration()[0]:
        for job in re.finditer(_JOB_OF_USER, text.text):
            places = [Located(job[at], text.source, Span(*job.span(at))) for at in (1, 2)]
            yield Run(line=places[1], user=Value(job[1], places[0]))
    facts = call.context.facts
    for path, file in facts.below(resolved_path(facts, _TABLES)):
        if file.text is not None:
            for job in re.finditer(_OWN_JOB, file.text.text):
                place = Located(job[1], file.text, Span(*job.span(1)))
                yield Run(line=place, user=Value(posixpath.basename(path)))


def _unread_tables(call: ProgramCall) -> Iterator[UnknownFact]:
    """Give the tables of users whose text is not at hand."""
    facts = call.context.facts
    for path, file in facts.below(resolved_path(facts, _TABLES)):
        if file.kind is FileKind.FILE and file.text is None:
            yield UnknownFact(f"dropcap cannot read {path}", where=file.where)


def _processes(call: ProgramCall) -> Iterator[Run]:
    """Give the commands of a Procfile, or of anacron's table."""
    for text in call.configuration()[0]:
        for line in re.finditer(_COMMANDS[call.program.syntax], text.text):
            yield Run(line=Located(line[1], text.source, Span(*line.span(1))))


_COMMANDS = {
    "procfile": r"(?m)^[\w-]+:[ \t]*(\S.*)$",
    "anacron": r"(?m)^[ \t]*(?:\d+|@\w+)[ \t]+\d+[ \t]+[^\s=]+[ \t]+(\S.*)$",
}
"""The commands among the lines of a configuration: `web: gunicorn app`, `1 5 cron.daily run-parts /etc/cron.daily`."""


def _services(call: ProgramCall, value: Value) -> tuple[Sequence[Run], UnknownFact | None]:
    """Return the scripts `run` of the folders in a folder of services, and of their logs."""
    path = absolute_path(value.text, call.context.folder)
    if not path:
        return [], value.unknown or UnknownFact("the folder of services is not known")
    facts = call.context.facts
    folder = resolved(facts, path)
    if isinstance(folder, UnknownFact):
        return [], folder
    path = resolved_path(facts, path)
    found = [
        Run(path=name)
        for name, file in facts.below(path)
        if file.kind in {FileKind.FILE, FileKind.LINK} and re.fullmatch(_SERVICES, name[len(path.rstrip("/")) :])
    ]
    return sorted(found, key=lambda run: run.path), facts.hidden_below(path)


_SERVICES = r"/[^/]+(?:/log)?/run"


def absolute_path(text: str | None, folder: str | None) -> str | None:
    """Return a path from the root; None where it is not known, an empty one as it is."""
    if not text:
        return text
    if not text.startswith("/"):
        if folder is None:
            return None
        text = posixpath.join(folder, text)
    return "/" + posixpath.normpath(text).lstrip("/")


_PART = re.compile(r"[\w-]+", re.ASCII)
# Jobs of Debian's own that keep its package manager's files, which are root's, and those that only start others.
_HOUSEKEEPING = frozenset({"0anacron", "apt-compat", "dpkg"})
_CRON = ("/etc/cron.daily", "/etc/cron.hourly", "/etc/cron.monthly", "/etc/cron.weekly")
_REGEX = r"(?a)--regex=(\^?(?:(?:[\w-]|\\?\.|\[\w+\])[*+]?)+\$?)"
"""Names by an expression that means the same to POSIX and to Python; one with ranges might be none at all."""
_MOST_REPEATED = 3


def _names(call: ProgramCall) -> re.Pattern[str] | None:
    """Return which programs `run-parts` runs; None where that is not known."""
    names: re.Pattern[str] | None = _PART
    words = [one.value if one.unknown is None else "$" for one in call.words]
    for word, after in zip(words, (*words[1:], ""), strict=True):
        if word.startswith(("--regex", "--lsbsysinit", "$")):
            written = re.fullmatch(_REGEX, f"{word}={after}" if word == "--regex" else word)
            is_simple = written is not None and sum(map(written[1].count, "*+")) <= _MOST_REPEATED
            names = re.compile(written[1]) if written is not None and is_simple else None
    return names


def _parts(call: ProgramCall, value: Value) -> tuple[Sequence[Run], UnknownFact | None]:
    """Return the programs of a folder that `run-parts` runs: those whose names have no dot."""
    path = absolute_path(value.text, call.context.folder)
    if not path:
        return [], value.unknown or UnknownFact("the folder of programs is not known")
    names = _names(call)
    if names is None:
        return [], UnknownFact("it is not known which of the programs it runs")
    facts = call.context.facts
    folder = resolved(facts, path)
    if isinstance(folder, UnknownFact):
        return [], folder
    path = resolved_path(facts, path)
    found = []
    for name, file in facts.below(path):
        part = name[len(path.rstrip("/")) + 1 :]
        target = resolved(facts, name) if file.kind is FileKind.LINK else file
        is_meant = _PART.fullmatch(part) if names is _PART else "/" not in part and names.search(part)
        if not is_meant or (path in _CRON and part in _HOUSEKEEPING):
            continue
        if isinstance(target, UnknownFact):
            return [], target
        if isinstance(target, File) and target.kind is FileKind.FILE and (target.mode is None or target.mode & 0o111):
            found.append(Run(path=name))
    return found, facts.hidden_below(path)


def _own_parts(call: ProgramCall) -> Iterator[Run]:
    """Give what a build laid into the folders whose programs the table of cron's package runs."""
    facts = call.context.facts
    for folder in _CRON:
        for name, file in facts.below(folder):
            part = name[len(folder) + 1 :]
            is_run = _PART.fullmatch(part) and part not in _HOUSEKEEPING and (file.mode is None or file.mode & 0o111)
            if is_run and not file.package and file.kind in {FileKind.FILE, FileKind.LINK}:
                yield Run(path=name)
