"""The commands that scripts in JavaScript and Ruby start by calls whose words stand in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.words import Word
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.source import Source

__all__ = ["Started", "started"]


class Started(NamedTuple):
    """A command that a script starts.

    Attributes:
        words: it.
        user: as whom; None for whoever runs the script.

    """

    words: tuple[Word, ...]
    user: str | None = None


_TEXT = r"""(?:'[^'\\\n]{0,500}'|"[^"\\\n#$]{0,500}")"""
_RUBY_LIST = rf"{_TEXT}(?:[ \t]?,\s*(?:{_TEXT}|\*ARGV\b(?!\[)))*"
_RUBY_CALL = re.compile(
    rf"(?:exec|system|spawn)(?:[ \t]?\([ \t]?|[ \t]|(?=['\"]))({_RUBY_LIST})[ \t]?\)?[ \t]?(?:$|;)", re.MULTILINE
)
_RUBY_WORD = re.compile(rf"{_TEXT}|\*ARGV\b")
_REQUIRED = re.compile(
    r"\{([\w\s,]*)\}\s*=\s*require\(\s*['\"](?:node:)?child_process['\"]\s*\)|import\s*\{([\w\s,]*)\}\s*from\s*['\"](?:node:)?child_process['\"]"
)
_NODE_CALL = re.compile(r"(?<![\w.$])(spawn|spawnSync|execFile|execFileSync)\s*\(")
_NODE_WORDS = re.compile(
    rf"(?:spawn|execFile)(?:Sync)?\s*\(\s*({_TEXT})\s*(?:,\s*\[\s*((?:{_TEXT}\s*(?:,\s*)?)*)\]\s*)?(?:,\s*\{{([^{{}}()]{{0,300}})\}}\s*)?\)"
)
_OPTION = re.compile(r"\s*(\w+)\s*:\s*(?:(\d+)|'[\w-]+'|\"[\w-]+\"|true|false|\[[^\]]*\]|process\.env)\s*")
_HARMLESS = frozenset({"detached", "encoding", "env", "gid", "stdio", "timeout", "uid", "windowsHide"})


def started(text: str, source: Source, language: str, arguments: Sequence[Word]) -> list[Started] | None:
    """Return the commands that a script starts; None where not all of them are read.

    Args:
        text: the script without its comments.
        source: the script.
        language: what it is written in.
        arguments: the words that it is given.

    """
    if language == "Ruby":
        return _of_ruby(text, source, arguments)
    return _of_javascript(text, source) if language == "JavaScript" else None


_RUBY_STARTS = re.compile(
    r"(?<![\w.@:])(?:system|exec|spawn|%x)\b(?!\s*=)|`|\bOpen3\b|\bIO\.popen\b|\bProcess\.spawn\b|\bKernel\.\w+"
)


def _of_ruby(text: str, source: Source, arguments: Sequence[Word]) -> list[Started] | None:
    found = []
    for start in _RUBY_STARTS.finditer(text):
        call = _RUBY_CALL.match(text, start.start())
        if call is None:
            return None
        words: list[Word] = []
        for one in _RUBY_WORD.finditer(text, call.start(1), call.end(1)):
            words += arguments if one[0] == "*ARGV" else [_word(source, one)]
        if len(words) == 1 and re.search(r"[^\w./-]", words[0].value):  # one text alone is for a shell
            shell = words[0]._replace(value="/bin/sh")
            words = [shell, shell._replace(value="-c"), *words]
        found.append(Started(tuple(words)))
    return found


def _of_javascript(text: str, source: Source) -> list[Started] | None:
    drawn_in = _REQUIRED.search(text)
    if drawn_in is None or len(re.findall(r"child_process|\bexeca\b|cross-spawn|shelljs|['\"]zx['\"]", text)) != 1:
        return None
    names = set(re.findall(r"\w+", drawn_in[1] or drawn_in[2] or ""))
    calls = list(_NODE_CALL.finditer(text))
    if not names <= {"spawn", "spawnSync", "execFile", "execFileSync"}:
        return None
    mentioned = sum(len(re.findall(rf"(?<![\w$]){name}(?![\w$])", text)) for name in names)
    if mentioned != len(calls) + len(names):  # one is handed on, or goes by another name
        return None
    found = []
    for start in calls:
        call = _NODE_WORDS.match(text, start.start())
        options = None if call is None else _options(call[3] or "")
        if call is None or options is None:
            return None
        words = [_word(source, one) for one in re.finditer(_TEXT, text[: call.end()]) if one.start() >= call.start()]
        listed = len(re.findall(_TEXT, call[2] or ""))
        found.append(Started(tuple(words[: 1 + listed]), options.get("uid")))
    return found


def _options(text: str) -> dict[str, str] | None:
    """Return the numbers among the options of a call; None where one of them may change what is started."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text.rstrip().rstrip(",")):
        one = _OPTION.match(text, at)
        if one is None or one[1] not in _HARMLESS or (one[1] in {"uid", "gid"} and one[2] is None):
            return None
        found[one[1]] = one[2] or ""
        at = one.end() + 1
    return found


def _word(source: Source, found: re.Match[str]) -> Word:
    return Word(found[0][1:-1], source, Span(*found.span()))
