"""Files in the manner of systemd's units: sections, keys, continuation lines, and words with quotation marks.

The rules are those of Podman's own reader (containers/podman c6580b4, pkg/systemd/parser/unitfile.go and split.go),
which follow systemd's; where systemd differs (src/shared/conf-parser.c), that is asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.words import Word
from dropcap.model import Failure, Located, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.comments import Comment
    from dropcap.source import Source

_BLANKS = " \t\n\r"
_HEADER = r"\[([^\[\]\x00-\x1f\x7f]+)\][ \t]*"
_ESCAPES = {
    **dict(zip("abfnrtvs", "\a\b\f\n\r\t\v ", strict=True)),
    **{character: character for character in "\\\"'"},
}
_CODE = r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})"
_LAST_BYTE, _LAST_CHARACTER = 0xFF, 0x10FFFF
# Specifiers (systemd.unit(5)) and variables (systemd.service(5)); `%%` and `$$` are the characters themselves.
_UNKNOWN = r"%%|\$\$|(%[A-Za-z]|\$\{\w+\}|\$\w+)"
_LONGEST_SHOWN = 60


class Entry(NamedTuple):
    """A key and its value, which is a source of its own: continuation lines are joined in it."""

    key: Located[str]
    value: Source

    @property
    def span(self) -> Span:
        """The whole value."""
        return Span(0, len(self.value.text))


class Section(NamedTuple):
    """A section's name where it first stands, and its entries in their order."""

    name: Located[str]
    entries: list[Entry]


class _Word(NamedTuple):
    """What was read of a word, and where it began and ended."""

    text: str
    start: int
    end: int


class BrokenError(ValueError):
    """A value cannot be split into words: its quotation marks or escapes are wrong."""


def read_unit(source: Source, *, is_systemd: bool = False) -> dict[str, Section]:
    """Read a unit file; sections of one name are one.

    Args:
        source: the file.
        is_systemd: whether systemd reads it, which passes over lines that mean nothing, and makes a blank of each
            place where lines are joined.

    Raises:
        UnreadableError: a line is none of section, entry and comment, and nothing of the file counts then.

    """
    sections: dict[str, Section] = {}
    current: Section | None = None
    for line in _logical_lines(source, is_systemd=is_systemd):
        text = line.text
        header = re.fullmatch(_HEADER, text)
        if header:
            name = Located(header[1], line, Span(*header.span(1)))
            current = sections.setdefault(header[1], Section(name, []))
            continue
        key, equals, _ = text.partition("=")
        if not equals or not key.strip():
            if is_systemd:
                continue
            raise _refused(line, f"{_shown(text)} is not a [Section], a Key=value or a # comment")
        if current is None and is_systemd:  # a part of a unit, as a template has it
            current = sections["Service"] = Section(Located("Service", line, Span(0, 0)), [])
        if current is None:
            raise _refused(line, "a section such as [Container] must come first")
        current.entries.append(_entry(line, key))
    return sections


def comments(source: Source) -> list[Comment]:
    """Return the comments of a unit that speak to dropcap."""
    from dropcap.lang.comments import Lines, joined, mistaken, placed

    silent: list[Span] = []
    lines = Lines(source.text, r"\n")
    pairs: list[tuple[int, int]] = []
    found: list[Comment] = []
    content = len(source.text)
    for logical in _logical_lines(source, is_systemd=True, silent=silent):
        first, last = (logical.to_root(Span(at, at + 1))[1].start for at in (0, max(0, len(logical.text) - 1)))
        content = min(content, first)
        pairs.append((lines.of(first), lines.of(last)))
        found += mistaken(logical, "#;")
    return [*placed(source, silent, joined(pairs), content, lines), *found]


def _entry(line: Source, key: str) -> Entry:
    start = len(key) + 1
    while start < len(line.text) and line.text[start].isspace():
        start += 1
    name = key.rstrip()
    return Entry(Located(name, line, Span(0, len(name))), line.slice(Span(start, len(line.text))))


def _logical_lines(source: Source, *, is_systemd: bool, silent: list[Span] | None = None) -> Iterator[Source]:
    """Give the lines that count, continuation lines joined; comments are left out, and gathered where a list is given.

    Within a continuation they are comments as well.
    """
    parts: list[tuple[str, int]] = []
    offset = 0
    lines = source.text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines):
        start, offset = offset + len(line) - len(line.lstrip()), offset + len(line) + 1
        text = line.strip()
        if text.startswith(("#", ";")) or not (text or (is_systemd and parts)):
            if text and silent is not None:
                silent.append(Span(start, start + len(text)))
            continue
        goes_on = (line.removesuffix("\r") if is_systemd else text).endswith("\\")
        parts.append((text[:-1] + " " * is_systemd if goes_on else text, start))
        if goes_on and number < len(lines) - 1:
            continue
        yield _joined(source, parts)
        parts = []


def _joined(source: Source, parts: Sequence[tuple[str, int]]) -> Source:
    segments: dict[int, int] = {}
    length = 0
    for text, start in parts:
        segments[length] = start
        length += len(text)
    return source.piece("".join(text for text, _ in parts), list(segments.items()))


def unquoted(entry: Entry) -> Located[str]:
    """Give the whole value; double quotation marks around it are taken off."""
    text = entry.value.text.rstrip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return Located(text[1:-1], entry.value, Span(1, len(text) - 1))
    return Located(text, entry.value, Span(0, len(text)))


def split(value: Source, *, is_command: bool) -> list[Word]:
    """Split a value into words at blanks.

    Args:
        value: the value.
        is_command: whether escapes count, and quotation marks need no end, as in a command line; otherwise a
            backslash is a character like any other.

    Raises:
        BrokenError: quotation marks or escapes are wrong; Podman leaves the whole value out.

    """
    return [to_word(word.text, value, Span(word.start, word.end)) for word in _words(value.text, is_command)]


def to_word(text: str, source: Source, span: Span) -> Word:
    """Make a word of a text that systemd fills in: `%i`, `${NAME}` and `$NAME` are not known."""
    unknown = next((match[1] for match in re.finditer(_UNKNOWN, text) if match[1]), None)
    is_split = unknown == text and text.startswith("$") and not text.startswith("${")
    if unknown is None and ("%%" in text or "$$" in text):
        text = text.replace("%%", "%").replace("$$", "$")
    return Word(text, source, span, unknown, is_split)


def _words(text: str, is_command: bool) -> Iterator[_Word]:  # noqa: FBT001  # handed on from a keyword
    at = 0
    while True:
        while at < len(text) and text[at] in _BLANKS:
            at += 1
        start = at
        parts: list[str] = []
        quote = ""
        while at < len(text) and (quote or text[at] not in _BLANKS):
            character = text[at]
            if character == "\\" and is_command:
                part, size = _escape(text, at + 1)
                parts.append(part)
                at += 1 + size
            elif character == quote or (not quote and character in "'\""):
                quote = "" if quote else character
                at += 1
            else:
                parts.append(character)
                at += 1
        if quote and not is_command:
            raise BrokenError("unbalanced quotes")
        if not any(parts):
            return  # an empty word ends the list, whatever follows it
        yield _Word("".join(parts), start, at)


def _escape(text: str, at: int) -> tuple[str, int]:
    """Read what follows a backslash; a backslash at the very end is dropped."""
    if at >= len(text):
        return "", 0
    if text[at] in _ESCAPES:
        return _ESCAPES[text[at]], 1
    found = re.compile(_CODE).match(text, at)
    if found is None:
        raise BrokenError("unsupported escape char")
    octal = found[4]
    code = int(octal, 8) if octal else int(found[1] or found[2] or found[3], 16)
    if code == 0 or code > (_LAST_BYTE if octal else _LAST_CHARACTER):
        raise BrokenError("unsupported escape char")
    return chr(code), len(found[0])


def _refused(line: Source, message: str) -> UnreadableError:
    return UnreadableError(Failure(line.path, message, source=line, span=Span(0, len(line.text))))


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
