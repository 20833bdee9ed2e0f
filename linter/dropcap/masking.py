"""Secrets in text that is about to be shown, hidden.

It is a guess by looks, and it errs on the side of hiding: an excerpt helps a person to find a place, and the
file itself is at hand. Every character of a value becomes one asterisk, so that columns stay what they are. Of the
values of environments and labels in YAML and JSON nothing is guessed: see :mod:`dropcap.writers.values`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET_WORDS = ("pass", "secret", "token", "key", "cred", "auth", "pwd")
"""In lower case, what stands in the name of something secret."""
FORMS = (
    r"\b(?:gh[opusr]_[A-Za-z0-9]{36}|github_pat_\w{60}|glpat-[\w-]{20}|xox[abprs]-[\w-]{20}|[sr]k_live_[A-Za-z0-9]{20}"
    r"|npm_[A-Za-z0-9]{36}|dckr_pat_[\w-]{20}|hf_[A-Za-z]{34}|sk-(?:proj-|ant-)?[\w-]{40}|AIza[\w-]{35}|AKIA[A-Z0-9]{16}"
    r"|SG\.[\w-]{22}\.[\w-]{40})[\w-]*|-----BEGIN [A-Z ]{0,20}PRIVATE KEY"
)
"""An expression for the forms of tokens that services hand out, and of private keys, whatever their names are."""
SHORTEST_FORM = 20
"""How many characters a text has at least that :data:`FORMS` is found in: `AKIA` and 16 more."""
_FORM_SIGNS = (
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "k_live_", "npm_", "dckr_pat_", "hf_"),
    *("sk-", "aiza", "akia", "sg.", "private key"),
)
_SIGNS = ("=", "@", "-p", "env", "label", "annotation", *SECRET_WORDS)
"""Without one of these there is nothing to hide; the patterns take 3 ms to compile."""

# What stands before a value. Every repetition starts at the start of a word only or has a bound, so that a
# line of any length takes linear time.
_HEAD = rf"""
    # An option that sets a variable or a label of the container or the build: its value is hidden whatever the name.
    (?<![\w-]) (?: -[dit]*[el] | --env | --label | --build-arg | --annotation | --(?:env|label|container-label)-add )
        (?: = | [\s"',\\]{{0,200}}? ) (?P<open>["']?) [A-Za-z_][\w./-]* (?P<variable> = )
    |
    # An instruction that does so in an image or in its build: `ENV NAME=…`, `LABEL NAME …`, `ARG NAME=…`.
    ^[ \t]* (?:ENV|LABEL|ARG) [ \t]+ (?P<instruction>[A-Za-z_][\w./-]* (?: = | [ \t]+ ))
    |
    # A line of a unit that does so.
    ^[ \t]* (?:Environment|Label|Annotation) [ \t]*=[ \t]* ["']? [A-Za-z_][\w./-]* (?P<unit> = )
    |
    # The password of `login -p` or of a client that takes it the same way; a port has digits there.
    (?<![\w-]) -p (?P<attached>(?=["']?(?:[^\s\d:=\["'$(,)\]}}-]|\d+[A-Za-z])))
    |
    \blogin (?:[ \t]+[^\s|;&]{{1,200}}){{0,9}}? [ \t]+ (?: -p | --password ) (?P<login>[ \t]+ | =)
    |
    (?<![\w.-]) (?=[\w.-]*?(?:{"|".join(SECRET_WORDS)})) (?P<name>[\w.-]+)
    (?:
        (?P<assignment> = )
      | (?P<spaced> [ \t]{{1,20}} [:?+]?= [ \t]{{1,20}} )
      | (?P<default> :[-=] )
      | (?P<mapping> ["']?[ \t]*:[ \t]+ | ["']: )
      | (?P<word> [\s"',\\]{{1,200}}? (?=["']?[^\s"',\\]) )
    )
    """
_SHELL_VALUE = r"""(?: "(?:\\.|[^"\\\n])*"? | '[^'\n]*'? | \\. | [^\s"'\\] )+"""
_URL = r"""://(?: [^\s/:@"']{0,256}:([^\s@"']{1,256}) | ([^\s/:@"']{16,256}) )@
    | (?<![\w.+/:-]) [\w.+-]{1,128} : ([^\s@"'/]{1,256}) @ (?!sha\d+:)"""
_FLOW_END = r"[,}]"
_ENV = r"\bENV[ \t]+$"
_QUOTES = ('"', "'")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE | re.IGNORECASE | re.MULTILINE)


def without_secrets(text: str) -> str:
    """Replace what looks like a secret by asterisks; the length stays."""
    if text.isalnum():
        return text  # as most names are
    folded = text.casefold()
    return mask(text) if any(sign in folded for sign in (*_SIGNS, *_FORM_SIGNS)) else text


def mask(text: str) -> str:
    """Replace what looks like a secret by asterisks; the length stays.

    Hidden are the values of `-e NAME=…`, `--label NAME=…` and their kin and of the instructions ENV, LABEL and ARG,
    those of names that contain PASS, PWD, SECRET, TOKEN, KEY, CRED or AUTH (`NAME=…`, `NAME: …`, `--name …`), what
    `login -p` is given, the password in a URL, and tokens by their forms.
    """
    pieces: list[str] = []
    done = 0
    for start, end in sorted(_secrets(text)):
        if end > done:
            pieces += text[done : max(start, done)], "*" * (end - max(start, done))
            done = end
    return "".join((*pieces, text[done:]))


def has_form(text: str) -> bool:
    """Return whether a token of a known form, or a private key, is in a text."""
    folded = text.casefold()  # few texts have a sign of one; to look for those is quicker than the expression
    return any(sign in folded for sign in _FORM_SIGNS) and re.search(FORMS, text) is not None


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    if has_form(text):
        yield from (match.span() for match in re.finditer(FORMS, text))
    for match in _pattern(_URL).finditer(text):
        yield match.span(match.lastindex or 0)
    at, line_end, brace = 0, -1, -1
    while head := _pattern(_HEAD).search(text, at):
        if head.end() > line_end:
            line_start = text.rfind("\n", 0, head.end()) + 1
            line_end = _until(text, "\n", line_start, len(text))
            brace = text.find("{", line_start, line_end)
        start, end = _value(text, head, line_end, in_braces=0 <= brace < head.start())
        yield start, end
        at = max(end, head.end())


def _value(  # noqa: PLR0911  # one for each way that a value is written
    text: str, head: re.Match[str], line_end: int, *, in_braces: bool
) -> tuple[int, int]:
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
    if head["unit"] or head["spaced"] or (head["instruction"] and "=" not in head["instruction"]):
        return start, line_end
    if head["mapping"]:
        return start, _mapping_end(text, start, line_end, in_braces=in_braces)
    value = _pattern(_SHELL_VALUE).match(text, start)
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
    return head["name"].startswith("-") or bool(_pattern(_ENV).search(text, max(head.start() - 10, 0), head.start()))


def _mapping_end(text: str, start: int, line_end: int, *, in_braces: bool) -> int:
    """Find the end of a YAML value that is not quoted; a mapping has names of its own to look at."""
    if text.startswith("{", start):
        return start
    found = _pattern(_FLOW_END).search(text, start, line_end) if in_braces else None
    end = found.start() if found else line_end
    comment = text.find(" #", start, end)
    return end if comment < 0 else comment


def _until(text: str, end: str, start: int, stop: int) -> int:
    at = text.find(end, start, stop)
    return stop if at < 0 else at
