"""Where the values of a program's demands come from in one call: its words, its environment, its configuration."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from dropcap.images.facts import ABSENT, Account, File, FileKind, UnknownFact
from dropcap.lang.shell.launchers import launch
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.needs.permissions import resolved, resolved_path
from dropcap.needs.program_texts import Text, Value, included_patterns
from dropcap.needs.program_words import take_apart
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.images.facts import Absent, ImageFacts
    from dropcap.lang.words import Word
    from dropcap.needs.credentials import Credentials
    from dropcap.needs.program_table import Origin, Program, Test
    from dropcap.source import Source

__all__ = ["Found", "ProgramCall", "ProgramContext"]

_MOST_VALUES = 64
_MOST_FILES = 64


class ProgramContext(NamedTuple):
    """What a program runs in.

    Attributes:
        facts: the files and accounts of the running container.
        who: whom it runs as.
        environment: its variables, each with the place of its value; None for a variable whose value is not known.
        has_more: whether it may have variables that are not seen.
        folder: the folder it runs in; None where that is not known.

    """

    facts: ImageFacts
    who: Credentials
    environment: Mapping[str, Located[str] | None] = {}
    has_more: bool = False
    folder: str | None = "/"


class Found(NamedTuple):
    """The values that an origin, or several of them, give.

    Attributes:
        values: them, in their order; none where nothing names one.
        hidden: why there may be others instead, or one where none was found; None where all is seen.

    """

    values: tuple[Value, ...] = ()
    hidden: UnknownFact | None = None


_NONE = Found()


class Answered(NamedTuple):
    """Whether a condition holds.

    Attributes:
        holds: None where nobody knows.
        where: the places that say so.
        text: the condition in words, to follow the word "if".
        unknown: why nobody knows.

    """

    holds: bool | None
    where: tuple[Located[Any], ...] = ()
    text: str = ""
    unknown: UnknownFact | None = None


class ProgramCall:
    """One call of a program that the table knows. Its configuration is read once, when first asked for."""

    def __init__(self, program: Program, words: Sequence[Word], context: ProgramContext) -> None:
        """Take the program, its words with its own name first, and what it runs in."""
        self.program = program
        self.words = words
        self.context = context
        self.given = take_apart(words, program)
        self._texts: tuple[list[Text], UnknownFact | None, bool, str] | None = None
        self._directives: dict[tuple[str, ...], Found] = {}
        self._judged: dict[Test, Answered] = {}

    def values(self, origins: Sequence[Origin]) -> Found:
        """Return the values of the first origin that gives any."""
        hidden: UnknownFact | None = None
        for origin in origins:
            found = self._of(origin)
            hidden = hidden or found.hidden
            if not found.values:
                continue
            if hidden is None or hidden is found.hidden:
                return Found(found.values, hidden)
            return Found((Value(None, unknown=hidden),), None)  # there is one, and nobody knows which
        return Found((), hidden)

    def users(self, origins: Sequence[Origin]) -> Found:
        """Return values that are users: of `www-data|nginx` the first that is an account here, else the first."""
        if not origins:
            return _NONE
        found = self.values(origins)
        if not any(value.text is not None and "|" in value.text for value in found.values):
            return found
        return found._replace(values=tuple(self._account(value) for value in found.values))

    def _account(self, value: Value) -> Value:
        if value.text is None or "|" not in value.text:
            return value
        names = value.text.split("|")
        known = (name for name in names if isinstance(self.context.facts.account(name), Account))
        return value._replace(text=next(known, names[0]))

    def holds(self, test: Test) -> Answered:
        """Return whether a condition holds."""
        answered = self._judged.get(test)  # many lines of the table have the same
        if answered is None:
            answered = self._judge(test)
            if test.is_not and answered.holds is not None:
                answered = answered._replace(holds=not answered.holds)
            self._judged[test] = answered
        return answered

    def _judge(self, test: Test) -> Answered:
        if test.kind == "root":
            is_root = self.context.who.is_root
            text = "it does not run as root" if test.is_not else "it runs as root"
            unknown = None
            if is_root is None:
                unknown = UnknownFact(self.context.who.reason or "no file says which user it is")
            return Answered(is_root, text=text, unknown=unknown)
        judge = {
            "foreign": self._foreign,
            "leads": self._leads,
            "lines": self._has_line,
            "there": self._there,
        }.get(test.kind)
        if judge is not None:
            return judge(test)
        found = self._named(test.kind, test.names)
        wanted = {value.lower() for value in test.values}
        there = [one for one in found.values if one.text != "" or test.kind == "option"]
        fitting = [one for one in there if one.text is not None and _fits(one.text, wanted, test.within)]
        fitting = fitting or [one for one in there if one.text is None and not wanted and not test.within]
        text = self._in_words(test)
        if fitting:
            return Answered(holds=True, where=tuple(one.where for one in fitting if one.where is not None), text=text)
        vague = next((one.unknown for one in found.values if one.text is None), None) or found.hidden
        if vague is not None or any(one.text is None for one in found.values):
            return Answered(None, text=text, unknown=vague or UnknownFact("the value is not known"))
        return Answered(holds=False, text=text)

    def _there(self, test: Test) -> Answered:
        path = self.based(test.names[0])
        if path is None:
            return Answered(None, text=f"{test.names[0]} is there", unknown=UnknownFact(_NO_BASE))
        file = self.context.facts.look(path)  # a link counts, wherever it leads
        text = f"{path} is {'not ' if test.is_not else ''}there"
        if isinstance(file, UnknownFact):
            return Answered(None, text=text, unknown=file)
        return Answered(file is not ABSENT, text=text)

    def _has_line(self, test: Test) -> Answered:
        texts, hidden = self.configuration()
        found = next((value for text in texts for value in text.matches(f"({test.names[0]})")), None)
        text = f"the configuration of {self.program.name} does {'not ' if test.is_not else ''}say so"
        if found is not None:
            return Answered(holds=True, where=() if found.where is None else (found.where,), text=text)
        return Answered(None if hidden is not None else False, text=text, unknown=hidden)

    def _foreign(self, test: Test) -> Answered:
        path = self._absolute(test.names[0])
        file = UnknownFact("it is not known in which folder it runs") if path is None else self._look(path)
        text = f"{path or 'the folder'} or its group is {'' if test.is_not else 'not '}root's"
        if file is ABSENT:
            return Answered(holds=False, text=text)
        if not isinstance(file, File):
            return Answered(None, text=text, unknown=file)
        names = {file.owner, file.group}
        if names <= {"0", "root"}:
            return Answered(holds=False, text=text)
        is_known = bool(names - {"0", "root", None})
        unknown = None if is_known else UnknownFact(f"the owner of {path} is not known", where=file.where)
        return Answered(True if is_known else None, text=text, unknown=unknown)

    def _leads(self, test: Test) -> Answered:
        """Judge a link: what only packages have made is as they leave it, and leads nowhere else."""
        path = test.names[0]
        file = self.context.facts.look(path)
        text = f"{path} leads to {' or '.join(test.values)}"
        if isinstance(file, UnknownFact) and not file.roots:
            return Answered(None, text=text, unknown=file)
        if not isinstance(file, File) or file.kind is not FileKind.LINK:
            return Answered(holds=False, text=text)
        where = () if file.where is None else (file.where,)
        return Answered(resolved_path(self.context.facts, path) in test.values, where, text)

    def _look(self, path: str) -> File | Absent | UnknownFact:
        return resolved(self.context.facts, path)

    def _in_words(self, test: Test) -> str:
        """Return a condition in words, to follow the word "if"."""
        names = " or ".join(f"`{name}`" for name in test.names)
        values = " or ".join(f"`{value}`" for value in test.values)
        sign = "not " if test.is_not else ""
        if test.kind == "word":
            return f"{self.program.name} is {sign}called with {values or 'more words'}"
        if test.kind == "option":
            return f"{self.program.name} is {sign}called with {names}{' ' + values if values else ''}"
        where = "in its environment" if test.kind == "env" else f"in the configuration of {self.program.name}"
        return f"{names} is {sign}{values + ' ' if values else 'set '}{where}"

    def based(self, path: str) -> str | None:
        """Return a path of the table with the folder of this call's files in it; None where that is not known."""
        if not path.startswith(_BASE):
            return path
        found = self.values(self.program.base)
        texts = [one.text for one in found.values[-1:]]
        folder = self._absolute(texts[0]) if texts and texts[0] and found.hidden is None else None
        return None if folder is None else f"{folder}{path[len(_BASE) :]}"

    def _of(self, origin: Origin) -> Found:
        if origin.template:
            plain = self._of(origin._replace(template=""))
            put = [
                one if one.text is None else one._replace(text=origin.template.replace("{}", one.text))
                for one in plain.values
            ]
            return plain._replace(values=tuple(put))
        made = self._made(origin)
        if made is not None:
            return made
        if origin.kind == "lines":
            texts, hidden = self.configuration()
            told = [value for text in texts for value in text.matches(origin.within)]
            return Found(tuple(told[:_MOST_VALUES]), hidden)
        found = self._named(origin.kind, origin.names)
        if not found.values:
            return found
        if not origin.within:
            return found._replace(values=tuple(one for one in found.values if one.text != ""))
        taken: list[Value] = []
        for value in found.values:
            if value.text is None:
                taken.append(value)
            else:
                taken += [value._replace(text=one[1]) for one in re.finditer(origin.within, value.text)]
        return found._replace(values=tuple(taken[:_MOST_VALUES]))

    def _made(self, origin: Origin) -> Found | None:
        """Return the values of the origins that are no names; None of the others."""
        if origin.kind == "plain":
            text = None if origin.names[0] == "?" else self.based(origin.names[0])
            reason = "nothing says which" if origin.names[0] == "?" else _NO_BASE
            return Found((Value(text, unknown=None if text is not None else UnknownFact(reason)),))
        if origin.kind in {"files", "entries"}:
            return self._folder(origin.names[0], is_path=origin.kind == "files")
        if origin.kind == "launch":
            return self._launched()
        return self._served(origin.names[0]) if origin.kind == "served" else None

    def _served(self, what: str) -> Found:
        """Return the users, or the ports, of what a table of inetd has started."""
        from dropcap.needs.inet_tables import is_of_root, ports, served  # few containers have one

        texts, hidden = self.configuration()
        syntax = self.program.syntax
        if what == "port":
            told = [value for text in texts for value in ports(text, syntax)]
        else:
            users = [one.user for text in texts for one in served(text, syntax) if one.user is not None]
            told = [one for one in users if syntax == "xinetd" or not is_of_root(one)]
        return Found(tuple(told[:_MOST_VALUES]), hidden)

    def _named(self, kind: str, names: Sequence[str]) -> Found:
        if kind == "option":
            return self._option(names)
        if kind == "word":
            return self._word(int(names[0]) - 1)
        if kind == "words":
            found = [self._word(number) for number in range(int(names[0]) - 1, self.given.firm)]
            return Found(tuple(one for each in found for one in each.values), self._many())
        if kind == "env":
            return self._variable(names)
        key = tuple(names)
        if key not in self._directives:
            self._directives[key] = self._directive(names)
        return self._directives[key]

    def _folder(self, folder: str, *, is_path: bool) -> Found:
        """Return the files that lie in a folder, as paths or by their names."""
        found, hidden = self.matching(posixpath.join(folder, "*"))
        names = [name for name, file in found if file.kind is FileKind.FILE][:_MOST_VALUES]
        return Found(tuple(Value(name if is_path else posixpath.basename(name)) for name in names), hidden)

    def _launched(self) -> Found:
        found = launch(self.words) if self.words else None
        if found is None or found.user is None:
            return Found()
        user = found.user
        where = None if user.word is None else Located(user.word.value, user.word.source, user.word.span)
        unknown = UnknownFact(user.reason) if user.name is None else None
        return Found((Value(user.name, where, unknown),))

    def _option(self, names: Sequence[str]) -> Found:
        wanted = {name.lstrip("-") for name in names} if self.program.is_long else set(names)
        values = [
            _of_word(option.value, option.word) if option.value is not None else Value("", _place(option.word))
            for option in self.given.options
            if option.name in wanted
        ]
        return Found(tuple(values[:_MOST_VALUES]), self._wild())

    def _wild(self) -> UnknownFact | None:
        wild = self.given.wild
        return None if wild is None else UnknownFact(wild.reason or f"{wild.unknown} is not known", where=_place(wild))

    def _word(self, number: int) -> Found:
        if number >= self.given.firm:
            return Found((), self._wild() or self._many())
        word = self.words[self.given.rest[number]]
        return Found((_of_word(word, word),))

    def _many(self) -> UnknownFact | None:
        if self.given.firm == len(self.given.rest):
            return None
        word = self.words[self.given.rest[self.given.firm]]
        return UnknownFact(word.reason or f"{word.unknown} is not known", where=_place(word))

    def _variable(self, names: Sequence[str]) -> Found:
        for name in names:
            if name not in self.context.environment:
                continue
            found = self.context.environment[name]
            if found is None:
                return Found((Value(None, unknown=UnknownFact(f"the value of {name} is not known")),))
            return Found((Value(found.value, found),))
        hidden = UnknownFact("not all of its environment is known") if self.context.has_more else None
        return Found((), hidden)

    def _directive(self, names: Sequence[str]) -> Found:
        texts, hidden, is_packaged, _ = self._configuration()
        values = [value for text in texts for value in text.values(names, self.program.syntax)]
        package = self.program.package or {}
        usual = [Value(package[name]) for name in names if name in package]
        values = usual if not values and is_packaged else values
        return Found(tuple(self._expanded(value, usual) for value in values[:_MOST_VALUES]), hidden)

    def _expanded(self, value: Value, usual: Sequence[Value]) -> Value:
        """Return a value of the configuration that names a variable, as `${APACHE_RUN_USER}`, with its value.

        Where the environment does not have it, the package's own script sets it before the program starts.
        """
        named = re.fullmatch(r"\$\{?(\w+)\}?", value.text or "")
        if named is None:
            return value
        found = self._variable([named[1]])
        if found.values:
            return found.values[0]._replace(where=value.where)
        if usual and found.hidden is None:
            return usual[0]._replace(where=value.where)
        return value._replace(
            text=None, unknown=UnknownFact(f"the value of {named[1]} is not known", where=value.where)
        )

    def configuration(self) -> tuple[Sequence[Text], UnknownFact | None]:
        """Return the texts of its configuration, and why there may be more."""
        texts, hidden, _, _ = self._configuration()
        return texts, hidden

    def configuration_file(self) -> str:
        """Return the path of the configuration that it reads; empty where nobody knows whose that is."""
        path = self._configuration()[3]
        file = resolved(self.context.facts, path) if path else None
        return path if isinstance(file, File) and file.owner is not None and file.mode is not None else ""

    def _configuration(self) -> tuple[list[Text], UnknownFact | None, bool, str]:
        if self._texts is None:
            self._texts = self._read()
        return self._texts

    def _read(self) -> tuple[list[Text], UnknownFact | None, bool, str]:
        texts = [
            Text(option.value.value, option.value.source, option.value.span, is_option=True)
            for option in self.given.options
            if option.name in self.program.texts and option.value is not None and option.value.unknown is None
        ]
        further, why = self._further(self.program.extra)
        path, file = self._file()
        if isinstance(file, UnknownFact) or why is not None:
            return [*texts, *further], why or (file if isinstance(file, UnknownFact) else None), False, path
        texts += further
        if file is None:
            return texts, None, False, path
        if file.text is None:
            is_packages = file.package and (file.where is None or (file.behind and None not in file.behind))
            if is_packages and self.program.package is not None:
                drawn_in, why = self._further(self.program.beside)
                why = None if why is not None and why.roots else why  # what packages bring is as their own is
                behind = [Text(one.text, one, Span(0, len(one.text))) for one in file.behind if one is not None]
                return [*texts, *behind, *drawn_in], why, True, path
            return texts, UnknownFact(f"dropcap cannot read {path}", where=file.where), False, path
        found, hidden = self._included(path, file.text)
        return [*texts, *found], hidden, False, path

    def _further(self, patterns: Sequence[str]) -> tuple[list[Text], UnknownFact | None]:
        """Return the texts of the files that are read beside the configuration, by their patterns."""
        texts: list[Text] = []
        hidden: UnknownFact | None = None
        for pattern in patterns:
            found, why = self.matching(pattern)
            hidden = why if hidden is None or (hidden.roots and why is not None) else hidden
            for name, file in found[:_MOST_FILES]:
                if file.text is not None:
                    texts.append(Text(file.text.text, file.text, Span(0, len(file.text.text))))
                elif not file.package or file.where is not None or self.program.package is None:
                    unread = UnknownFact(f"dropcap cannot read {name}", where=file.where)
                    hidden = unread if hidden is None or hidden.roots else hidden
        return texts, hidden

    def _file(self) -> tuple[str, File | UnknownFact | None]:
        """Return the configuration file that it reads; None where it has none."""
        hidden: UnknownFact | None = None
        first = ""
        for origin in self.program.config:
            found = self._of(origin)
            hidden = hidden or found.hidden
            if origin.kind != "plain" and not found.values:
                continue
            value = found.values[-1]
            if value.text is None:
                return first, value.unknown or UnknownFact("it is not known which configuration file it reads")
            path = self._absolute(value.text)
            if path is None:
                return first, UnknownFact("it is not known in which folder it runs", where=value.where)
            first = first or path
            file = resolved(self.context.facts, path)
            if isinstance(file, UnknownFact):
                hidden = hidden if self._is_alternative(path, file) else hidden or file
            elif isinstance(file, File):
                return path, hidden or file
            elif origin.kind != "plain":
                return path, None
        return first, hidden

    def _is_alternative(self, path: str, unknown: UnknownFact) -> bool:
        """Return whether a package's link leads to what it made the choice of `update-alternatives`."""
        link = self.context.facts.look(path)
        if not isinstance(link, File) or not link.package or link.kind is not FileKind.LINK:
            return False
        return unknown.roots and link.target.startswith("/etc/alternatives/")

    def _absolute(self, path: str) -> str | None:
        if not path.startswith("/"):
            if self.context.folder is None:
                return None
            path = posixpath.join(self.context.folder, path)
        return "/" + posixpath.normpath(path).lstrip("/")

    def _included(self, path: str, source: Source) -> tuple[list[Text], UnknownFact | None]:
        """Return a configuration file's text with those that it includes, each once."""
        texts: list[Text] = []
        hidden: UnknownFact | None = None
        seen, left = {path}, [(path, source)]
        while left and len(texts) < _MOST_FILES:
            here, text = left.pop(0)
            texts.append(Text(text.text, text, Span(0, len(text.text))))
            wanted = {name.lower() for name in self.program.include}
            for pattern in included_patterns(text.text, self.program.syntax, wanted):
                found, why = self._including(path, pattern)
                hidden = hidden or why
                for name, file in found:
                    if name in seen:
                        continue
                    seen.add(name)
                    if file.text is not None:
                        left.append((name, file.text))
                    elif not file.package or file.where is not None or self.program.package is None:
                        hidden = hidden or UnknownFact(f"{here} includes {name}, which dropcap cannot read")
        if left:
            hidden = hidden or UnknownFact(f"{path} includes too many files")
        return texts, hidden

    def _including(self, path: str, pattern: str) -> tuple[Sequence[tuple[str, File]], UnknownFact | None]:
        """Return the files of an include; what is no whole path lies beside the file or a folder above."""
        folder = posixpath.dirname(path)
        hidden: UnknownFact | None = None
        is_there = re.search(r"[*?\[]", pattern) is not None
        for start in dict.fromkeys((folder, posixpath.dirname(folder))):
            place = resolved(self.context.facts, posixpath.normpath(posixpath.join(start, pattern)))
            is_there = is_there or (isinstance(place, File) and place.kind is FileKind.FOLDER)
            found, why = self.matching(posixpath.join(start, pattern))
            hidden = hidden or why
            if found:
                return found, hidden
        if hidden is None and not is_there:
            hidden = UnknownFact(f"{path} includes {pattern}, which does not exist")
        return [], hidden

    def matching(self, pattern: str) -> tuple[Sequence[tuple[str, File]], UnknownFact | None]:
        """Return the files that a pattern of an include names, and why there may be others."""
        facts = self.context.facts
        based = self.based(pattern)
        if based is None:
            return [], UnknownFact(_NO_BASE)
        pattern = based
        if not re.search(r"[*?\[]", pattern):
            pattern = posixpath.normpath(pattern)  # `conf.d/` is the folder
            file = resolved(facts, pattern)
            if isinstance(file, UnknownFact):
                return [], file
            if isinstance(file, File) and file.kind is FileKind.FOLDER:
                return self.matching(posixpath.join(pattern, "*"))
            return ([(pattern, file)] if isinstance(file, File) else []), None
        folder = re.split(r"[*?\[]", pattern, maxsplit=1)[0].rpartition("/")[0] or "/"
        found: list[tuple[str, File]] = []
        hidden = facts.hidden_below(folder)
        for name, file in facts.below(folder):
            if not fnmatch(name, pattern) or name.count("/") != pattern.count("/"):
                continue
            target = resolved(facts, name) if file.kind is FileKind.LINK else file
            if isinstance(target, File) and target.kind is FileKind.FILE:
                found.append((name, target))
            elif isinstance(target, UnknownFact) and not (file.package and target.roots):
                hidden = hidden or target
        return found, hidden


_BASE = "{base}"
_NO_BASE = "the folder of its files is not known"


def _fits(text: str, wanted: set[str], within: str) -> bool:
    return re.search(within, text) is not None if within else not wanted or _is_one_of(text, wanted)


def _is_one_of(text: str, wanted: set[str]) -> bool:
    """Return whether a text is one of those that are wanted; a `*` at the end of one stands for anything."""
    text = text.lower()
    return text in wanted or any(text.startswith(one[:-1]) for one in wanted if one.endswith("*"))


def _of_word(word: Word, whole: Word) -> Value:
    if word.unknown is not None and word.unknown in word.value:
        return Value(
            None, _place(whole), UnknownFact(word.reason or f"{word.unknown} is not known", where=_place(whole))
        )
    return Value(word.value, _place(whole))


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)
