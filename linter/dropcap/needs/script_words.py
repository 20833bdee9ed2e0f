"""What scripts in JavaScript, Perl, PHP and Ruby ask the kernel for, by the calls that stand in their text.

Their text is not parsed: a call that is written is taken for one that may be made. Nothing of it is run, nor what it
draws in read. Sources: the documentation of each language and the manual of each system call.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.needs.model import Certainty, Demand, DemandKind, UnknownNeed
from dropcap.needs.python_scripts import ScriptCall
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["Language", "calls_in", "code_or_path", "language_of"]

_LONGEST = 200_000
_LAST_LOW_PORT = 1023


class Language(NamedTuple):
    """How a language says what matters here.

    Attributes:
        name: its name.
        code: the letters of the options whose value is code.
        takes: the letters of the other options whose value is a word of its own.
        comments: what is no code.
        calls: for each capability what asks for it, and why.
        ports: what listens on a port, which its group is.
        starts: what starts another program.

    """

    name: str
    code: str
    takes: str
    comments: re.Pattern[str]
    calls: tuple[tuple[str, str, re.Pattern[str]], ...]
    ports: re.Pattern[str]
    starts: re.Pattern[str]


_SWITCHES = r"(?:gosu|su-exec|setpriv|sudo|runuser|su|chpst|s6-setuidgid)(?=['\"`\s])"
_USER, _GROUPS, _FILES = "becomes another user", "takes other groups", "gives files away"
_HASHES = re.compile(r"(?m)(?:^|(?<=[\s;]))#(?!\{).*$")
_SPAWNED = r"\b(?:spawn|exec|execFile|fork)(?:Sync)?\s*\([^;]{0,300}?"
_JAVASCRIPT = Language(
    "JavaScript",
    "ep",
    "rC",
    re.compile(r"(?m)/\*[\s\S]*?(?:\*/|\Z)|(?:^|(?<=[\s;{}]))//.*$"),
    (
        ("SETUID", _USER, re.compile(r"\bprocess\.sete?uid\s*\(|" + _SPAWNED + r"\buid\s*:")),
        (
            "SETGID",
            _GROUPS,
            re.compile(r"\bprocess\.(?:sete?gid|setgroups|initgroups)\s*\(|" + _SPAWNED + r"\bgid\s*:"),
        ),
        ("CHOWN", _FILES, re.compile(r"\b[fl]?chown(?:Sync|r)?\s*\(")),
    ),
    re.compile(r"\.listen\s*\(\s*(?:\{[^}]{0,200}?\bport\s*:\s*)?(?:process\.env\.\w+\s*(?:\|\||\?\?)\s*)?(\d+)\b"),
    re.compile(r"\bchild_process\b|['\"](?:execa|cross-spawn|shelljs|zx)['\"]"),
)
_PERL = Language(
    "Perl",
    "eE",
    "",
    _HASHES,
    (
        (
            "SETUID",
            _USER,
            re.compile(r"\$(?:[<>]|E?UID\b|(?:EFFECTIVE|REAL)_USER_ID\b)[\s,)]*=(?![=~])|\bset(?:re|res)?uid\s*\("),
        ),
        (
            "SETGID",
            _GROUPS,
            re.compile(r"\$(?:[()]|E?GID\b|(?:EFFECTIVE|REAL)_GROUP_ID\b)[\s,)]*=(?![=~])|\bset(?:re|res)?gid\s*\("),
        ),
        ("CHOWN", _FILES, re.compile(r"(?<![\w$@%>{])chown\s*(?:[($@'\"]|-?\d)")),
        ("SYS_CHROOT", "changes its root folder", re.compile(r"(?<![\w$@%>{])chroot\s*[($@'\"]")),
    ),
    re.compile(r"\bLocalPort\s*=>\s*['\"]?(\d+)\b|\bsockaddr_in6?\s*\(\s*(\d+)\b"),
    re.compile(
        r"(?<![\w$@%>{])(?:system|exec|qx|popen|open[23])\b(?!\s*=)|`|\bopen\b[^;\n]{0,100}['\"](?:-\||\|-|[^'\"]{0,100}\|\s{0,9}['\"])"
    ),
)
_RUBY = Language(
    "Ruby",
    "e",
    "",
    _HASHES,
    (
        (
            "SETUID",
            _USER,
            re.compile(r"\bProcess(?:::Sys\.set\w*uid|::UID\.\w+\s*\(|\.e?uid\s*=(?!=))|\bUID\.change_privilege"),
        ),
        (
            "SETGID",
            _GROUPS,
            re.compile(
                r"\bProcess(?:::Sys\.set\w*gid|::GID\.\w+\s*\(|\.e?gid\s*=(?!=)|\.initgroups|\.groups\s*=(?!=))"
            ),
        ),
        ("CHOWN", _FILES, re.compile(r"\b(?:File|FileUtils)\.l?chown(?:_R)?\b|\.chown\s*\(")),
        ("SYS_CHROOT", "changes its root folder", re.compile(r"\bDir\.chroot\b")),
    ),
    re.compile(
        r"\bTCPServer\.(?:new|open)\s*(?:\(\s*)?(?:['\"][^'\"\n]{0,80}['\"]\s*,\s*)?(\d+)\b|:?\bPort\s*(?:=>|:)\s*(\d+)\b"
    ),
    re.compile(
        r"(?<![\w.@:])(?:system|exec|spawn|%x)\b(?!\s*=)|`|\bOpen3\b|\bIO\.popen\b|\bProcess\.spawn\b|\bKernel\.(?:exec|system)\b"
    ),
)
_PHP = Language(
    "PHP",
    "rBRE",
    "dcz",
    re.compile(r"(?m)/\*[\s\S]*?(?:\*/|\Z)|(?:^|(?<=[\s;{}]))(?://|#).*$"),
    (
        ("SETUID", _USER, re.compile(r"\bposix_sete?uid\s*\(")),
        ("SETGID", _GROUPS, re.compile(r"\bposix_(?:sete?gid|initgroups)\s*\(")),
        ("CHOWN", _FILES, re.compile(r"(?<![\w>:$])l?ch(?:own|grp)\s*\(")),
    ),
    re.compile(r"\b(?:tcp|udp)://[^'\":/\s]{0,200}:(\d+)\b"),
    re.compile(r"(?<![\w>:$])(?:exec|shell_exec|system|passthru|popen|proc_open|pcntl_exec)\s*\(|`"),
)
_LANGUAGES = (
    (re.compile(r"node(?:js)?|bun|tsx|ts-node"), _JAVASCRIPT),
    (re.compile(r"perl[\d.]*"), _PERL),
    (re.compile(r"j?ruby[\d.]*"), _RUBY),
    (re.compile(r"php(?:-cli)?[\d.]*"), _PHP),
)


def language_of(program: str) -> Language | None:
    """Return the language of an interpreter, by its name; None where it is none of these."""
    return next((language for names, language in _LANGUAGES if names.fullmatch(program)), None)


def code_or_path(words: Sequence[Word], language: Language) -> tuple[Word, bool] | None:
    """Return the word of a call that is code, or a script's path; None where it has neither.

    Args:
        words: the call, the interpreter's name first.
        language: its language.

    Returns:
        the word, and whether it is code.

    """
    rest = iter(words[1:])
    for word in rest:
        if word.unknown is not None or word.value == "-":
            return None
        if not word.value.startswith("-"):
            return word, False
        if word.value in {"--eval", "--print"}:
            return _code(next(rest, None))
        letters = "" if word.value.startswith("--") else word.value[1:]
        at = next((at for at, letter in enumerate(letters) if letter in language.code + language.takes), None)
        if at is None or at != len(letters) - 1:
            continue
        value = next(rest, None)
        if letters[at] in language.code:
            return _code(value)
    return None


def _code(word: Word | None) -> tuple[Word, bool] | None:
    return None if word is None or word.unknown is not None else (word, True)


def calls_in(source: Source, name: str, language: Language, arguments: Sequence[Word] = ()) -> list[ScriptCall]:
    """Return what the calls of a script may ask for; one place for each kind.

    Args:
        source: the script.
        name: what to call it.
        language: its language.
        arguments: the words that it is given.

    """
    if len(source.text) > _LONGEST:
        start = Located(name, source, Span(0, 1))
        return [ScriptCall(start, unknown=UnknownNeed(f"{name} is too large for dropcap to read", where=start))]
    text = language.comments.sub(lambda found: " " * len(found[0]), source.text)
    found = [*_calls(text, source, name, language), *_ports(text, source, name, language)]
    place = next((one.where for one in found if one.unknown is not None), None)
    return found if place is None else _with_starts(found, place, text, language, arguments)


def _with_starts(
    found: list[ScriptCall], place: Located[str], text: str, language: Language, arguments: Sequence[Word]
) -> list[ScriptCall]:
    """Return what a script asks for with the commands that it starts, where all of these are read."""
    if language is _JAVASCRIPT:
        changes_itself = re.search(r"\bprocess\.sete?uid\b", text) is not None
    else:
        changes_itself = any(one.demand is not None and one.demand.why == _USER for one in found)
    if changes_itself:  # as whom it starts them is not known
        return found
    from dropcap.needs.script_starts import started  # few scripts start others

    commands = started(text, place.source, language.name, arguments)
    if commands is None:
        return found
    told = {why for _, why, _ in _STARTED}
    known = [one for one in found if one.demand is not None and one.demand.why not in told]
    return [*known, *(ScriptCall(place, command=one.words, user=one.user) for one in commands)]


_STARTED = (
    ("SETUID", "starts a program as another user", re.compile(r"['\"`](?:/[\w/]{0,99}/)?" + _SWITCHES)),
    ("SETGID", "starts a program with other groups", re.compile(r"['\"`](?:/[\w/]{0,99}/)?" + _SWITCHES)),
    ("CHOWN", "starts a program that gives files away", re.compile(r"['\"`](?:/[\w/]{0,99}/)?(?:chown|chgrp)\b")),
)
"""What the text of a script starts by name, where it starts anything."""


def _calls(text: str, source: Source, name: str, language: Language) -> Iterator[ScriptCall]:
    started = _STARTED if language.starts.search(text) else ()
    for capability, why, pattern in (*language.calls, *started):
        found = pattern.search(text)
        if found is not None:
            demand = Demand(
                DemandKind.KERNEL,
                why,
                capabilities=(capability,),
                certainty=Certainty.POSSIBLE,
                condition=f"{name} gets there",
                source="the manual of the system call",
            )
            yield ScriptCall(Located(name, source, Span(*found.span())), demand)
    found = language.starts.search(text)
    if found is not None:
        place = Located(name, source, Span(*found.span()))
        yield ScriptCall(place, unknown=UnknownNeed(f"what {name} starts is not followed", where=place))


def _ports(text: str, source: Source, name: str, language: Language) -> Iterator[ScriptCall]:
    for found in language.ports.finditer(text):
        at = found.lastindex or 1
        port = int(found[at][:6])
        if 0 < port <= _LAST_LOW_PORT:
            demand = Demand(
                DemandKind.BIND,
                f"listens on port {port}",
                port=port,
                certainty=Certainty.POSSIBLE,
                condition=f"{name} gets there",
                source="bind(2)",
            )
            yield ScriptCall(Located(name, source, Span(*found.span(at))), demand)
            return
