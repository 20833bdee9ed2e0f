"""The table of programs, `programs.toml`, read strictly: a key, a kind or a source that nobody knows is refused."""

from __future__ import annotations

import re
import sys
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dropcap.capabilities.names import NAMES
from dropcap.namedtuple import NamedTuple
from dropcap.needs.model import Access, Certainty, DemandKind, Phase
from dropcap.needs.resource_limits import LIMITS
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Ask", "Example", "Origin", "Program", "Test", "described", "load", "lookup", "programs"]


class Origin(NamedTuple):
    """Where a value comes from.

    Attributes:
        kind: `option`, `word` (behind the options), `words` (that one and all behind it), `env`, `config`, `launch`
            (as whom a launcher runs its command), `lines` (of its whole configuration), `files` and
            `entries` (paths and names in a folder), `behind` (of a command only: what follows a word), `served` (of a
            table of inetd: the `user` or the `port` of each service) or `plain`.
        names: the options, the variables or the directives; of words the number from 1; of `plain` the value.
        within: which part of it counts, an expression with one group; empty for all.
        template: what is made of it, which stands where the template has `{}`; empty where it counts as it is.

    """

    kind: str
    names: tuple[str, ...]
    within: str = ""
    template: str = ""


class Test(NamedTuple):
    """A condition.

    Attributes:
        kind: `root`, `option`, `word`, `env`, `config`, `there` (a path of the container), `foreign` (it or its
            group is not root's), `leads` (it is a link that somebody has turned to one of the values) or `lines` (an
            expression that is found in its configuration).
        names: as of :class:`Origin`; of `there`, `foreign` and `leads` the path, of `lines` the expression.
        values: what the value has to be one of, `*` at its end for anything; none where it only has to be there.
        is_not: whether it is to be the other way round.
        within: of an option, an expression that has to be found in its value.

    """

    kind: str
    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    is_not: bool = False
    within: str = ""


class Ask(NamedTuple):
    """One thing that a program asks the kernel for: a demand whose values are not yet known.

    Attributes:
        kind: as of a demand; `own` makes a folder where it is not there and gives it
            away, `hand` a file each time.
        why: as of a demand; `{user}`, `{path}` and `{port}` stand for the values.
        user: where the user is named, the first that names one.
        group: likewise.
        path: likewise.
        port: likewise.
        when: the conditions; all have to hold.
        capabilities_from: where the capabilities are named, of a program that is told.
        is_rare: whether what it depends on is so rare that nobody is told to add it where that is not known.

    The rest is as of :class:`~dropcap.needs.model.Demand`.

    """

    kind: DemandKind | str
    why: str
    user: tuple[Origin, ...] = ()
    group: tuple[Origin, ...] = ()
    path: tuple[Origin, ...] = ()
    port: tuple[Origin, ...] = ()
    when: tuple[Test, ...] = ()
    capabilities: tuple[str, ...] = ()
    capabilities_from: tuple[Origin, ...] = ()
    is_any: bool = False
    is_rare: bool = False
    access: Access = Access.READ
    is_deep: bool = False
    certainty: Certainty = Certainty.REQUIRED
    phase: Phase | None = None
    condition: str = ""
    loss: str = ""
    source: str = ""
    known: str = "source"
    limit: str = ""


class Sites(NamedTuple):
    """The files of a folder with each of which a program starts itself once more.

    Attributes:
        folder: where the folder is named.
        by_owner: the condition under which each runs as the owner of its file.
        options: the option that a file is named by, by the end of its name.

    """

    folder: Origin
    by_owner: Test
    options: Mapping[str, str]


class Example(NamedTuple):
    """A call and what it asks for: a test runs it."""

    command: str
    capabilities: frozenset[str]


class Program(NamedTuple):
    """What is known of one program.

    Attributes:
        name: its name, as the last part of its path.
        also: names that mean the same.
        role: `daemon`, `server` (a daemon that keeps files where it is told), `tool`, `launcher`, `interpreter`,
            `harmless` or `writer`.
        asks: what it asks for.
        takes: the options that take a value, with their dashes.
        takes_two: those that take two; what such an option has for a value is both with a space between them.
        is_long: whether one dash starts a whole word, as in programs in Go and of X11.
        stops: whether its options end at the first word that is none.
        base: where the folder of its files is named, which `{base}` stands for in paths of the table.
        config: where its configuration file's path comes from; of several plain ones the first that is there.
        texts: the options whose values are lines of configuration.
        syntax: how that file is written: `space`, `equals`, `colon`, `nginx`, `cron`, `anacron`, `inetd`, `xinetd` or
            `procfile`.
        include: the directives that name further files.
        extra: patterns of further files that it always reads.
        beside: patterns of the files that the configuration of its package draws in.
        package: the directives that the file sets as its package brings it, as far as its demands look at them; None
            where nobody has looked.
        runs: which words are a command that it runs; an option whose value is one.
        runs_as: as whom it runs them; none for whoever runs the program.
        sections: how the sections of its configuration begin that hold a `command` and perhaps a `user`.
        services: the folder whose folders hold a script `run` each, and perhaps one for their log.
        parts: the folder whose programs it runs one after the other.
        scripts: patterns of the scripts that it runs where they are there.
        sites: what it starts itself once more with.
        starts: the commands that it starts by name: its first word is the name, its second says to start it.
        seen_only: the names of those that count only where the script of that name is seen: not every release has it.
        children: whom its own children run as.
        private: the folders in which it makes others that its user alone may enter.
        prints: the settings that it prints with `--verbose --help`, a line each.
        has_effects: whether it changes files, which `images/file_commands.py` knows more of.
        refuses: `root`, or `others`, where it does not start as these.
        is_certain: whether all that it asks for is known.
        certain_when: the conditions under which it is; all have to hold.
        examples: calls, and what they ask for.

    """

    name: str
    also: tuple[str, ...] = ()
    role: str = "tool"
    asks: tuple[Ask, ...] = ()
    takes: frozenset[str] = frozenset()
    takes_two: frozenset[str] = frozenset()
    is_long: bool = False
    stops: bool = False
    base: tuple[Origin, ...] = ()
    config: tuple[Origin, ...] = ()
    texts: tuple[str, ...] = ()
    syntax: str = "space"
    include: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    package: Mapping[str, str] | None = None
    runs: Origin | None = None
    runs_as: tuple[Origin, ...] = ()
    sections: tuple[str, ...] = ()
    services: tuple[Origin, ...] = ()
    parts: tuple[Origin, ...] = ()
    scripts: tuple[str, ...] = ()
    sites: Sites | None = None
    starts: Mapping[str, str] = MappingProxyType({})
    seen_only: tuple[str, ...] = ()
    children: tuple[Origin, ...] = ()
    private: tuple[Origin, ...] = ()
    prints: tuple[tuple[str, tuple[Origin, ...]], ...] = ()
    has_effects: bool = False
    refuses: str = ""
    is_certain: bool = True
    certain_when: tuple[Test, ...] = ()
    examples: tuple[Example, ...] = ()


@cache
def programs() -> Mapping[str, Program]:
    """Return all programs that are known, by name; a program stands under each of its names."""
    return load(package_text("needs", "programs.toml"))


def lookup(name: str) -> Program | None:
    """Return what is known of a program, by its name or path; None where the table does not have it."""
    if name.startswith("/etc/init.d/"):
        return _known("service")
    last = name.rpartition("/")[2]
    found = _known(last)
    if found is not None:
        return found
    bare = re.sub(r"(?:\.py|-?\d+(?:\.\d+)*)$", "", last)  # python3.11
    return _known(bare) if bare != last else None


@lru_cache(maxsize=4096)  # a name may be any
def _known(name: str) -> Program | None:
    """Return the program of a name; of all tables, its own alone is read, as a startup has few of a thousand."""
    section = _sections().get(name)
    return None if section is None else load(section)[name]


@cache
def _sections() -> Mapping[str, str]:
    """Return the part of the table that each name stands in; of a list, the name alone."""
    _, *parts = f"\n{package_text('needs', 'programs.toml')}".split("\n[")  # a pattern takes five times as long
    sections: list[str] = []
    for part in parts:
        if re.match(_HEADER, part):
            sections.append(part)
        else:  # a table or a list within the one before
            sections[-1] += f"\n[{part}"
    found: dict[str, str] = {}
    for part in sections:
        section = f"[{part}\n"
        name = part.partition("]\n")[0]
        if name == "lists":
            for role, names in re.findall(_LIST, section):
                found.update({name: f'[lists]\n{role} = ["{name}"]' for name in re.findall(_QUOTED, names)})
            continue
        found[name.strip('"')] = section
        _, _, also = part.partition("\nalso = [")
        if also:
            found.update(dict.fromkeys(re.findall(_QUOTED, also.partition("]")[0]), section))
    return found


_HEADER = r'(?:"[^"\n]+"|[\w-]+)\]\n'
_LIST = r"(?m)^(\w+) = \[\n((?:[^\n]*,\n)*)\]"
_QUOTED = r'"([^"]*)"'
"""How the table is written; a test sees to it that all is found that is there."""


def load(text: str) -> Mapping[str, Program]:
    """Read a table.

    Raises:
        ValueError: it is no TOML, or something in it is not known; says where.

    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    tables = tomllib.loads(text)
    found: dict[str, Program] = {}
    for role, names in tables.pop("lists", {}).items():
        for name in _strings(f"lists.{role}", names):
            _add(found, Program(name, role=_one_of(f"lists.{role}", role, _ROLES)))
    for name, table in tables.items():
        _add(found, _program(name, table))
    return found


def described(name: str, table: Mapping[str, Any]) -> Program:
    """Read the table of one program that stands elsewhere.

    Raises:
        ValueError: something in it is not known; says where.

    """
    return _program(name, table)


def _add(found: dict[str, Program], program: Program) -> None:
    for name in (program.name, *program.also):
        if name in found:
            raise ValueError(f"{name}: it is there twice")
        found[name] = program


_ROLES = frozenset({"daemon", "server", "tool", "launcher", "interpreter", "harmless", "writer"})
_SYNTAXES = frozenset({"space", "equals", "colon", "nginx", "cron", "procfile", "anacron", "inetd", "xinetd"})
_ORIGINS = frozenset({"option", "word", "words", "env", "config", "lines", "files", "entries", "behind", "served"})
_TESTS = frozenset({"option", "word", "env", "config", "there", "foreign", "leads", "lines"})
_PROGRAM_KEYS = frozenset(
    {
        "also",
        "asks",
        "base",
        "certain",
        "children",
        "private",
        "config",
        "effects",
        "examples",
        "extra",
        "beside",
        "include",
        "is",
        "package",
        "parts",
        "prints",
        "refuses",
    }
    | {
        "runs",
        "runs_as",
        "scripts",
        "sections",
        "seen_only",
        "services",
        "sites",
        "source",
        "starts",
        "stops",
        "style",
        "syntax",
        "takes",
        "takes_two",
        "texts",
    }
)
_ASK_KEYS = frozenset(
    {
        "access",
        "any",
        "caps",
        "caps_from",
        "certainty",
        "deep",
        "does",
        "group",
        "if",
        "known",
        "limit",
        "loss",
        "path",
        "phase",
        "port",
        "rare",
    }
    | {"source", "user", "when", "why"}
)
_WHY = {
    "become": "switches to {user}",
    "give": "gives {path} to {user}",
    "own": "makes {path} for {user}",
    "hand": "makes {path} anew for {user}",
    "alter": "changes {path}",
    "reach": "opens {path}",
    "make": "makes {path}",
    "bind": "listens on {port}",
    "signal": "signals processes of {user}",
    "execute": "executes {path}",
}
_VALUES = {
    "become": "user",
    "give": "path",
    "own": "path",
    "hand": "path",
    "alter": "path",
    "bind": "port",
    "signal": "user",
}
_WANTED = _VALUES | {"reach": "path", "make": "path", "execute": "path", "keep-bits": "path"}


def _program(name: str, table: Mapping[str, Any]) -> Program:
    _only(name, table, _PROGRAM_KEYS)
    source = str(table.get("source", ""))
    style = _one_of(name, table.get("style", "getopt"), {"getopt", "long"})
    return Program(
        name,
        also=_strings(name, table.get("also", [])),
        role=_one_of(name, table.get("is", "tool"), _ROLES),
        asks=tuple(_ask(name, one, source) for one in table.get("asks", [])),
        takes=_options(table.get("takes", ""), style),
        takes_two=_options(table.get("takes_two", ""), style),
        is_long=style == "long",
        stops=bool(table.get("stops", False)),
        base=_origins(name, table.get("base", [])),
        config=_origins(name, table.get("config", [])),
        texts=_strings(name, table.get("texts", [])),
        syntax=_one_of(name, table.get("syntax", "space"), _SYNTAXES),
        include=_strings(name, table.get("include", [])),
        extra=_strings(name, table.get("extra", [])),
        beside=_strings(name, table.get("beside", [])),
        package={str(key): str(value) for key, value in table["package"].items()} if "package" in table else None,
        runs=_origin(name, table["runs"]) if "runs" in table else None,
        runs_as=_origins(name, table.get("runs_as", [])),
        sections=_strings(name, table.get("sections", [])),
        services=_origins(name, table.get("services", [])),
        parts=_origins(name, table.get("parts", [])),
        scripts=_strings(name, table.get("scripts", [])),
        sites=_sites(name, table["sites"]) if "sites" in table else None,
        starts={str(key): str(value) for key, value in table.get("starts", {}).items()},
        seen_only=_strings(name, table.get("seen_only", [])),
        children=_origins(name, table.get("children", [])),
        private=_origins(name, table.get("private", [])),
        prints=tuple((one, _origins(name, texts)) for one, texts in table.get("prints", {}).items()),
        has_effects=bool(table.get("effects", False)),
        refuses=_one_of(name, table.get("refuses", ""), {"", "root", "others"}),
        is_certain=table.get("certain", True) is not False,
        certain_when=tuple(_test(name, one) for one in _list(table.get("certain", []))),
        examples=tuple(Example(str(call), frozenset(str(caps).split())) for call, caps in table.get("examples", [])),
    )


def _options(text: object, style: str) -> frozenset[str]:
    return frozenset(_option(one, is_long=style == "long") for one in str(text).split())


def _sites(name: str, table: Mapping[str, Any]) -> Sites:
    """Read `{ folder = "option:--emperor", by_owner = "option:--emperor-tyrant", options = { ini = "--ini" } }`."""
    _only(name, table, frozenset({"folder", "by_owner", "options"}))
    options = {str(key): str(value) for key, value in table["options"].items()}
    return Sites(_origin(name, table["folder"]), _test(name, table["by_owner"]), options)


def _option(text: str, *, is_long: bool) -> str:
    """Return an option as it is written in `takes`, where its dashes may be left out, with its dashes."""
    if is_long or text.startswith("-"):
        return text
    return f"-{text}" if len(text) == 1 else f"--{text}"


def _ask(name: str, table: Mapping[str, Any], source: str) -> Ask:
    _only(name, table, _ASK_KEYS)
    does = _one_of(name, table.get("does", "kernel"), {kind.value for kind in DemandKind} | {"own", "hand"})
    wanted = _WANTED.get(does)
    if wanted is not None and wanted not in table:
        raise ValueError(f"{name}: `{does}` asks for `{wanted}`")
    names = tuple(str(table.get("caps", "")).split())
    if (does in {"kernel", "raise"}) is not bool(names or "caps_from" in table):
        raise ValueError(f"{name}: `{does}` and `caps` do not fit")
    unknown = set(names) - set(NAMES)
    if unknown:
        raise ValueError(f"{name}: no capabilities: {sorted(unknown)}")
    why = str(table.get("why", "") or _WHY.get(does, ""))
    certainty = Certainty[
        _one_of(name, table.get("certainty", "required"), {"required", "degrades", "possible"}).upper()
    ]
    if not why or not (table.get("source") or source):
        raise ValueError(f"{name}: `{does}` lacks `why` or `source`")
    if (certainty is Certainty.DEGRADES) is not ("loss" in table):
        raise ValueError(f"{name}: `degrades` and `loss` belong together")
    if certainty is Certainty.POSSIBLE and "if" not in table:
        raise ValueError(f"{name}: `possible` asks for `if`")
    return Ask(
        kind=does if does in {"own", "hand"} else DemandKind(does),
        why=why,
        user=_origins(name, table.get("user", [])),
        group=_origins(name, table.get("group", [])),
        path=_origins(name, table.get("path", [])),
        port=_origins(name, table.get("port", [])),
        when=tuple(_test(name, one) for one in _list(table.get("when", []))),
        capabilities=names,
        capabilities_from=_origins(name, table.get("caps_from", [])),
        is_any=bool(table.get("any", False)),
        is_rare=bool(table.get("rare", False)),
        access=Access(_one_of(name, table.get("access", "read"), {one.value for one in Access})),
        is_deep=bool(table.get("deep", False)),
        certainty=certainty,
        phase=Phase(table["phase"]) if "phase" in table else Phase.STOP if does == "signal" else None,
        condition=str(table.get("if", "")),
        loss=str(table.get("loss", "")),
        source=str(table.get("source", "") or source),
        known=_one_of(name, table.get("known", "source"), {"source", "declared", "kernel"}),
        limit=_one_of(name, table.get("limit", ""), {"", *LIMITS}),
    )


def _origins(name: str, texts: object) -> tuple[Origin, ...]:
    return tuple(_origin(name, text) for text in _list(texts))


def _origin(name: str, text: str) -> Origin:
    """Read `option:-u,--user`, `word:1`, `env:USER`, `config:user`, `launch`, `=www-data` or `env:NET=>/etc/{}`."""
    if text.startswith("="):
        return Origin("plain", (text[1:],))
    if text == "launch":
        return Origin("launch", ())
    kind, colon, rest = text.partition(":")
    if not colon or kind not in _ORIGINS:
        raise ValueError(f"{name}: no source of a value: {text!r}")
    rest, _, template = rest.partition("=>")
    names, _, within = rest.partition("~")
    return Origin(kind, _named(name, kind, names), within, template)


def _test(name: str, text: str) -> Test:
    """Read `root`, `not root`, `option:-u`, `no option:-u`, `word:1=start|restart`, `there:/etc/x`, `lines:*~x`."""
    is_not = text.startswith(("no ", "not "))
    positive = text.partition(" ")[2] if is_not else text
    if positive == "root":
        return Test("root", is_not=is_not)
    kind, colon, rest = positive.partition(":")
    if not colon or kind not in _TESTS:
        raise ValueError(f"{name}: no condition: {text!r}")
    if kind in {"there", "foreign"}:
        return Test(kind, (rest,), is_not=is_not)
    if kind == "lines":
        return Test(kind, (rest.partition("~")[2],), is_not=is_not)
    if kind == "option" and "~" in rest:
        names, _, within = rest.partition("~")
        return Test(kind, _named(name, kind, names), (), is_not, within)
    names, _, values = rest.partition("=")
    return Test(kind, _named(name, kind, names), tuple(values.split("|")) if values else (), is_not)


def _named(name: str, kind: str, text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not all(names) or (kind in {"word", "words"} and not all(one.isdecimal() and int(one) > 0 for one in names)):
        raise ValueError(f"{name}: no name of a source: {text!r}")
    return names


def _list(texts: object) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else [str(one) for one in texts] if isinstance(texts, list) else []


def _strings(name: str, texts: object) -> tuple[str, ...]:
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise ValueError(f"{name}: a list of texts is wanted, not {texts!r}")
    return tuple(texts)


def _one_of(name: str, text: str, known: frozenset[str] | set[str]) -> str:
    if text not in known:
        raise ValueError(f"{name}: {text!r} is none of {', '.join(sorted(known))}")
    return text


def _only(name: str, table: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = set(table) - known
    if unknown:
        raise ValueError(f"{name}: nobody knows {', '.join(sorted(unknown))}")
