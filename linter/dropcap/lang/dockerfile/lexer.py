"""What stands in an instruction: flags, the JSON form, `key=value` pairs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Located
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.source import Source

# Runs are taken whole: the engine keeps what it might have to give back, for each round of a repeat.
_PART = r"""\\.|'[^']*'|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s'"\\]+|['"\\]"""
WORD = re.compile(rf"(?:{_PART})+")
"""A word of a line: quotation marks and escapes keep blanks together."""
_BLANKS = re.compile(r"[\t\v\f\r ]*")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
# `name=value` where the value may be quoted in part; what is before the `=` cannot be, and begins a word.
_PAIR = re.compile(rf"(?<![^\s=])([^\s=]+)=((?:{_PART})*)")


def arguments(text: Source) -> Span:
    """Find what follows an instruction's keyword, without the blanks around it."""
    keyword = WORD.match(text.text)
    start = _BLANKS.match(text.text, keyword.end() if keyword else 0)
    begin = start.end() if start else 0
    return Span(begin, max(begin, len(text.text.rstrip())))


def flags(text: Source, at: Span) -> tuple[tuple[Located[str], ...], Span]:
    """Read the `--name=value` words at the beginning; gives them, and what follows them."""
    found = []
    start = at.start
    while text.text.startswith("--", start, at.end):
        word = WORD.match(text.text, start, at.end)
        if word is None:
            break
        end = _BLANKS.match(text.text, word.end(), at.end)
        start = end.end() if end else word.end()
        if word[0] == "--":
            break
        found.append(Located(word[0], text, Span(*word.span())))
    return tuple(found), Span(start, at.end)


def json_words(text: Source, at: Span) -> tuple[Located[str], ...] | None:
    """Read the JSON form, a list of strings; None where it is none and the text is for a shell.

    Raises:
        ValueError: it is a list of something else, which the builder refuses.

    """
    written = text.text[at.start : at.end]
    if not written.startswith("["):
        return None
    strings = json_strings(written)
    if strings is None:
        return None
    if not all(isinstance(string, str) for string in strings):
        raise ValueError("only string type is allowed in JSON format arrays")
    spans = [Span(at.start + found.start(), at.start + found.end()) for found in _STRING.finditer(written)]
    return tuple(Located(str(string), text, span) for string, span in zip(strings, spans, strict=False))


def json_strings(text: str) -> list[object] | None:
    """Read a JSON list at the beginning of a text; what follows it does not count. None where it is none."""
    from json import JSONDecodeError, JSONDecoder

    try:
        value, _ = JSONDecoder().raw_decode(text)
    except (JSONDecodeError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def words(text: Source, at: Span) -> Iterator[Located[str]]:
    """Split at blanks; quotation marks and escapes stay in the words."""
    for found in WORD.finditer(text.text, at.start, at.end):
        yield Located(found[0], text, Span(*found.span()))


def pairs(text: Source, at: Span) -> Iterator[tuple[str, Located[str]]]:
    """Read `name=value …`, or the old form `name rest of the line`; values are as written, quotes and all."""
    first = WORD.match(text.text, at.start, at.end)
    if first is None:
        return
    if "=" not in first[0]:
        rest = _BLANKS.match(text.text, first.end(), at.end)
        start = rest.end() if rest else first.end()
        yield first[0], Located(text.text[start : at.end], text, Span(start, at.end))
        return
    for found in _PAIR.finditer(text.text, at.start, at.end):
        yield found[1], Located(found[2], text, Span(*found.span(2)))
