"""What stands in an instruction: flags, the JSON form, words, `key=value` pairs."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dropcap.model import Located
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.source import Source

SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Go takes for a blank; Python's are these and the separators of ASCII."""
_WORD = re.compile(r"[^\t\v\f\r ]+")
_BLANKS = re.compile(r"[\t\v\f\r ]*")
# Around flags the builder looks at bytes.
_ASCII_SPACE = "\t\n\v\f\r "
_ASCII_BLANKS = re.compile(r"[\t\n\v\f\r ]*")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')


def trimmed(text: str, at: Span) -> Span:
    """Leave out the blanks on both ends."""
    written = text[at.start : at.end]
    start = at.start + len(written) - len(written.lstrip(SPACE))
    return Span(start, start + len(written.strip(SPACE)))


def keyword(text: str, start: int = 0) -> Span:
    """Find the first word of a line."""
    at = trimmed(text, Span(start, len(text)))
    found = _WORD.match(text, at.start, at.end)
    return Span(at.start, found.end() if found else at.start)


def arguments(text: str, start: int = 0) -> Span:
    """Find what follows an instruction's keyword, without the blanks around it."""
    found = _BLANKS.match(text, keyword(text, start).end)
    begin = found.end() if found else len(text)
    return Span(begin, max(begin, len(text.rstrip(SPACE))))


def flags(text: Source, at: Span, escape: str) -> tuple[tuple[Located[str], ...], Span]:
    """Read the `--name=value` words at the beginning, without quotes and escapes; gives them, and what follows them."""
    found = []
    written, start = text.text, at.start
    while blanks := _ASCII_BLANKS.match(written, start, at.end):
        start = blanks.end()
        if not written.startswith("--", start, at.end):
            break
        value, end = _flag(written, Span(start, at.end), escape)
        if value == "--":
            start = end
            break
        found.append(Located(value, text, Span(start, end)))
        start = end
    return tuple(found), trimmed(written, Span(start, at.end))


def _flag(text: str, at: Span, escape: str) -> tuple[str, int]:
    """Read a flag; unlike elsewhere, an escape counts between single quotes too."""
    parts, quote, here = list[str](), "", at.start
    while here < at.end and (quote or text[here] not in _ASCII_SPACE):
        character = text[here]
        here += 1
        if character == quote:
            quote = ""
        elif character in "'\"" and not quote:
            quote = character
        elif character == escape:
            parts.append(text[here : min(here + 1, at.end)])
            here += 1
        else:
            parts.append(character)
    return "".join(parts), min(here, at.end)


def json_words(text: Source, at: Span) -> tuple[Located[str], ...] | None:
    """Read the JSON form, a list of strings; None where it is none and the text is for a shell.

    Raises:
        ValueError: it is a list of something else, which the builder refuses.

    """
    written = text.text[at.start : at.end]
    strings = json_list(written)
    if strings is None:
        return None
    if not all(isinstance(string, str) for string in strings):
        raise ValueError("only string type is allowed in JSON format arrays")
    spans = [Span(at.start + found.start(), at.start + found.end()) for found in _STRING.finditer(written)]
    return tuple(Located(_well_formed(str(string)), text, span) for string, span in zip(strings, spans, strict=True))


def json_list(text: str) -> list[object] | None:
    """Read a JSON list; None where the text is none, or holds more than one."""
    if not text.startswith("["):
        return None
    from json import JSONDecoder

    try:
        value = JSONDecoder(parse_constant=_refused, parse_int=float).decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _well_formed(string: str) -> str:
    """Replace halves of surrogate pairs, as Go does."""
    return string if string.isascii() else string.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def split(text: Source, at: Span) -> tuple[Located[str], ...]:
    """Split at blanks; quotation marks keep nothing together."""
    return tuple(Located(found[0], text, Span(*found.span())) for found in _WORD.finditer(text.text, at.start, at.end))


def words(text: Source, at: Span, escape: str) -> Iterator[Located[str]]:
    """Split at blanks that are neither quoted nor escaped; quotation marks and escapes stay in the words."""
    for found in _words(escape).finditer(text.text, at.start, at.end):
        yield Located(found[0], text, Span(*found.span()))


@cache
def _words(escape: str) -> re.Pattern[str]:
    mark, blank = re.escape(escape), re.escape(SPACE)
    # Runs are taken whole: the engine keeps what it might have to give back, for each round of a repeat.
    double = rf'"[^"{mark}]*(?:{mark}.[^"{mark}]*)*(?:"|{mark}?\Z)'
    return re.compile(rf"""(?:{mark}.|'[^']*(?:'|\Z)|{double}|[^{blank}'"{mark}]+)+""", re.DOTALL)


def declared(text: Source, at: Span, escape: str) -> Iterator[tuple[str, Located[str] | None]]:
    """Read the names of an ARG instruction, with the defaults of those that have one."""
    for word in words(text, at, escape):
        name, has_default, default = word.value.partition("=")
        start = word.span.start + len(name) + 1
        yield name, Located(default, text, Span(start, word.span.end)) if has_default else None


def pairs(text: Source, at: Span, escape: str) -> Iterator[tuple[Located[str], Located[str]]]:
    """Read `name=value …`, or the old form `name rest of the line`; all as written, quotes and all.

    Raises:
        ValueError: what the builder refuses.

    """
    found = tuple(words(text, at, escape))
    if found and "=" not in found[0].value:
        first, *rest = split(text, at)
        if not rest:
            raise ValueError("must have two arguments")
        after = Span(rest[0].span.start, at.end)
        yield first, Located(text.text[after.start : after.end], text, after)
        return
    for word in found:
        name, equals, value = word.value.partition("=")
        if not equals:
            raise ValueError(f"can't find = in {word.value[:30]!r}. Must be of the form: name=value")
        start, end = word.span
        middle = start + len(name)
        yield Located(name, text, Span(start, middle)), Located(value, text, Span(middle + 1, end))
