"""Secrets in a line of a file, hidden before the line is shown.

It is a guess by looks, and it errs on the side of hiding: an excerpt helps a person to find a place, and the
file itself is at hand. Every character of a value becomes one asterisk, so that columns stay what they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.writers.printable import SECRET_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

# What stands before a value. Every repetition starts at the start of a word only or has a bound, so that a
# line of any length takes linear time.
_HEAD = re.compile(
    rf"""
    # An option that sets a variable in the container: its value is hidden whatever the name.
    (?<![\w-]) (?: -[dit]*e | --env ) (?: = | [\s"',\\]{{0,200}}? )
        (?P<open>["']?) [A-Za-z_][\w.-]* (?P<variable> = )
    |
    (?<![\w.-]) (?=[\w.-]*?(?:{"|".join(SECRET_WORDS)})) (?P<name>[\w.-]+)
    (?:
        (?P<assignment> = )
      | (?P<default> :[-=] )
      | (?P<mapping> ["']?[ \t]*:[ \t]+ | ["']: )
      | (?P<word> [\s"',\\]{{1,200}}? (?=["']?[^\s"',\\]) )
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SHELL_VALUE = re.compile(r"""(?: "(?:\\.|[^"\\\n])*"? | '[^'\n]*'? | \\. | [^\s"'\\] )+""", re.VERBOSE)
_URL = re.compile(r"""://(?: [^\s/:@"']{0,256}:([^\s@"']{1,256}) | ([^\s/:@"']{16,256}) )@""", re.VERBOSE)
_FLOW_END = re.compile("[,}]")
_ENV = re.compile(r"\bENV[ \t]+$", re.IGNORECASE)
_QUOTES = ('"', "'")


def mask(text: str) -> str:
    """Replace what looks like a secret by asterisks; the length stays.

    Hidden are the values of `-e NAME=…` and `--env NAME=…`, those of names that contain PASS, SECRET, TOKEN,
    KEY, CRED or AUTH (`NAME=…`, `NAME: …`, `--name …`, `ENV NAME …`), and the password in a URL. Writers call
    `without_secrets`, which imports this module only where there is a reason to.
    """
    pieces: list[str] = []
    done = 0
    for start, end in sorted(_secrets(text)):
        if end > done:
            pieces += text[done : max(start, done)], "*" * (end - max(start, done))
            done = end
    return "".join((*pieces, text[done:]))


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    for match in _URL.finditer(text):
        yield match.span(match.lastindex or 0)
    at, line_end, brace = 0, -1, -1
    while head := _HEAD.search(text, at):
        if head.end() > line_end:
            line_start = text.rfind("\n", 0, head.end()) + 1
            line_end = _until(text, "\n", line_start, len(text))
            brace = text.find("{", line_start, line_end)
        start, end = _value(text, head, line_end, in_braces=0 <= brace < head.start())
        yield start, end
        at = max(end, head.end())


def _value(text: str, head: re.Match[str], line_end: int, *, in_braces: bool) -> tuple[int, int]:
    """Give the range of the value that follows a name; an empty one where there is none."""
    start = head.end()
    if head["word"] and not _takes_word(text, head):
        return start, start
    quote = _open_quote(text, head)
    if quote:
        return start, _until(text, quote, start, line_end)
    if start < line_end and text[start] in _QUOTES:
        return start + 1, _until(text, text[start], start + 1, line_end)
    if head["default"]:
        return start, _until(text, "}", start, line_end)
    if head["mapping"]:
        return start, _mapping_end(text, start, line_end, in_braces=in_braces)
    value = _SHELL_VALUE.match(text, start)
    return value.span() if value else (start, start)


def _open_quote(text: str, head: re.Match[str]) -> str:
    """Give the quote that opened before the name and is not closed yet: `"NAME=value"`."""
    if head["variable"]:
        return head["open"]
    before = text[max(head.start() - 1, 0) : head.start()]
    closed = head["word"] or (head["mapping"] or "").startswith(_QUOTES)
    return before if before in _QUOTES and not closed else ""


def _takes_word(text: str, head: re.Match[str]) -> bool:
    """Whether a name is an option or a Dockerfile's variable, so that the next word is its value."""
    if text.startswith(("-", '"-', "'-"), head.end()):
        return False
    return head["name"].startswith("-") or bool(_ENV.search(text, max(head.start() - 10, 0), head.start()))


def _mapping_end(text: str, start: int, line_end: int, *, in_braces: bool) -> int:
    """Find the end of a YAML value that is not quoted; a mapping has names of its own to look at."""
    if text.startswith("{", start):
        return start
    found = _FLOW_END.search(text, start, line_end) if in_braces else None
    end = found.start() if found else line_end
    comment = text.find(" #", start, end)
    return end if comment < 0 else comment


def _until(text: str, end: str, start: int, stop: int) -> int:
    at = text.find(end, start, stop)
    return stop if at < 0 else at
