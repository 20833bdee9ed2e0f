"""A TOML text to a table; where it is none, what to mend, in plain words.

A parser stops at the first mistake. The commonest one, a word without quotes, is mended in memory and told, so that
what follows is told too.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from dropcap.configuration.checking import shortened
from dropcap.namedtuple import NamedTuple

_MOST_REPAIRS = 20
# Parsers take time by the square of a key's parts.
_MOST_DOTS = 2000
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_WORD = re.compile(r"[A-Za-z_*./~-][\w*./~:-]*")
_NUMBERS = re.compile(r"\d+(?:\.\d+){2,}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\b")
_A_DAY = "2000-01-01"
_SWITCH = {"True": "true", "False": "false", "TRUE": "true", "FALSE": "false", "yes": "true", "no": "false"}
_CURLY = "“”„‘’"  # noqa: RUF001  # what word processors make of quotes


class Parsed(NamedTuple):
    """What a text is.

    Attributes:
        table: what it says; None where it is no TOML and cannot be mended.
        text: the text, as it was mended.
        faults: the line of each mistake and what to write there.

    """

    table: dict[str, Any] | None
    text: str
    faults: tuple[tuple[int, str], ...]


def parse(text: str) -> Parsed:
    """Read a text as TOML."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    faults: list[tuple[int, str]] = []
    for number, content in enumerate(text.split("\n"), 1):
        if content.count(".") > _MOST_DOTS:
            return Parsed(None, text, ((number, "the line is too long: break it into several"),))
    while True:
        try:
            return Parsed(tomllib.loads(text), text, tuple(faults))
        except RecursionError:
            return Parsed(None, text, (*faults, (1, "the lists or tables are nested too deep")))
        except tomllib.TOMLDecodeError as error:
            at, reason = _place(str(error), text)
        line = text.count("\n", 0, at) + 1
        mended = _mended(text, at) if len(faults) < _MOST_REPAIRS else None
        if mended is None:
            return Parsed(None, text, (*faults, (line, _advice(reason, text, at, line))))
        text, advice = mended
        faults.append((line, advice))


def _place(message: str, text: str) -> tuple[int, str]:
    """Return where a parser stopped, and why."""
    found = _PLACE.search(message)
    reason = message[: found.start()] if found else message
    if found is None or found[1] is None:
        return len(text.rstrip()), reason
    start = 0
    for _ in range(int(found[1]) - 1):
        start = text.find("\n", start) + 1
    return min(start + int(found[2]) - 1, len(text)), reason


def _mended(text: str, at: int) -> tuple[str, str] | None:
    """Put a word into quotes that stands where a value is expected; gives the text, and what was wrong."""
    start = _start_of_value(text, at)
    if day := _DAY.match(text, start):
        return f'{text[:start]}"{_A_DAY}"{text[day.end() :]}', f"there is no such day: {day[0]}"
    found = _NUMBERS.match(text, start) or _WORD.match(text, start)
    if found is None or start > at or re.sub(r"#[^\n]*", "", text[:start]).rstrip()[-1:] not in {*"=[,{"}:
        return None
    word = found[0]
    if word in _SWITCH:
        return f"{text[:start]}{_SWITCH[word]}{text[found.end() :]}", f"write {_SWITCH[word]}, not {word}"
    rest = text[found.end() :].split("\n", 1)[0].strip()
    if rest and rest[0] not in ",]}#":  # several words: what they mean is not clear
        return None
    line = text[text.rfind("\n", 0, start) + 1 : start]
    quoted = f'{line.split("=")[0].strip()} = "{word}"' if re.fullmatch(r'\s*[\w."-]+\s*=\s*', line) else f'"{word}"'
    advice = f"put {shortened(word)} in quotes: {shortened(quoted)}"
    return f'{text[:start]}"{word}"{text[found.end() :]}', advice


def _start_of_value(text: str, at: int) -> int:
    """Return where the value begins in which a parser stopped: it takes `24.0` of `24.0.1` and `tr` of `tru`."""
    while at > 0 and text[at - 1] not in " \t\n=[,{":
        at -= 1
    return at


def _advice(reason: str, text: str, at: int, line: int) -> str:
    """Say what is wrong at a place that a parser refuses."""
    content = text.split("\n")[line - 1]
    known = (
        (any(one in content for one in _CURLY), 'write straight quotes, "'),
        ("Cannot overwrite" in reason or "Cannot declare" in reason, "is written twice: put the two together"),
        (re.match(r"\s*[\w-]+\s*:", content), "write = instead of the colon"),
        (re.match(r"\s*[\w.-]+\s*=\s*(?:#.*)?$", content), "the value is missing"),
        (_has_open_quote(content), "the closing quote is missing"),
        (re.fullmatch(r"\s*[\w-]+\s*", content), "write `key = value`, or a header `[table]`"),
        (at >= len(text.rstrip()), "the closing bracket is missing"),
    )
    advice = next((words for is_so, words in known if is_so), f"not TOML: {reason[:1].lower()}{reason[1:]}")
    return f"{shortened(content)}: {advice}"


def _has_open_quote(line: str) -> bool:
    return re.sub(r"\\.|'[^']*'", "", line).count('"') % 2 == 1
