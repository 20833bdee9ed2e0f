"""The option that a value belongs to, and what can be written as a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.fixes.command_lines.gaps import gap_before
from dropcap.fixes.contract import RefusedError
from dropcap.model.changes import Edit
from dropcap.source import Span

if TYPE_CHECKING:
    from dropcap.source import Source

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:=,@+-]*(?<![:])")
_LONGEST = 200
# The end of a text: an option with what parts it from its value.
_OPTION = re.compile(r"(--[a-z][a-z0-9-]*|-[a-z])(=?)\Z")
_QUOTE = re.compile(r"\\{0,3}[\"']")
_QUOTE_BEFORE = re.compile(r"\\{0,3}[\"']\Z")
_START_OF_WORD = " \t\r\n("


def plain_word(text: str) -> str:
    """Return a text that is one word wherever it is written, and the same for every program.

    Raises:
        RefusedError: it is not.

    """
    if not _PLAIN.fullmatch(text) or len(text) > _LONGEST:
        raise RefusedError("the value would need quotation marks or escapes")
    return text


def exact(source: Source, span: Span, value: str) -> Span:
    """Return where the text of a value stands, without quotation marks.

    Raises:
        RefusedError: it is written in another way.

    """
    start, end = span
    written = source.text[start : min(end, start + len(value) + _LONGEST)]
    at = written.find(value) if value else -1
    if at < 0 or not _is_only_quotes(written[:at]):
        raise RefusedError("the value is written with escapes, or a variable is a part of it")
    return Span(start + at, start + at + len(value))


def _is_only_quotes(text: str) -> bool:
    return not text.strip("\\\"'")


def word_of(text: str, span: Span) -> Span:
    """Return a stretch with the quotation marks around it."""
    before = _QUOTE_BEFORE.search(text, max(0, span.start - 4), span.start)
    behind = _QUOTE.match(text, span.end)
    if before and behind and before[0] == behind[0]:
        return Span(before.start(), behind.end())
    return span


def option_of(text: str, value: Span, *, is_shell: bool = True) -> Span:
    """Return an option with its value.

    Args:
        text: the file.
        value: where the value stands, without quotation marks.
        is_shell: whether quotation marks around an option belong to it; otherwise they are the file's.

    Raises:
        RefusedError: no option is found before it.

    """
    word = word_of(text, value)
    for inner in (word, value):
        gap = gap_before(text, inner.start)
        at = inner.start - len(gap)
        found = _OPTION.search(text, max(0, at - _LONGEST), at)
        if found and bool(found[2]) != bool(gap):
            start = found.start()
            if text[start - 1 : start].isalnum() or text[start - 1 : start] == "-":
                break
            is_one_word = not gap and is_shell
            return _with_quotes(text, Span(start, inner.end), value) if is_one_word else Span(start, inner.end)
    raise RefusedError("the option is written in a way that is not known")


def _with_quotes(text: str, span: Span, value: Span) -> Span:
    """Return a word that is an option, with quotation marks that are its own: `'--cap-add=X'`."""
    if span.end != value.end:
        return span
    whole = word_of(text, span)
    before = text[whole.start - 1 : whole.start]
    return whole if whole != span and before and before in _START_OF_WORD else span


def flag_of(text: str, span: Span) -> Span:
    """Return an option without a value, as it is written.

    Raises:
        RefusedError: letters of other options stand in the same word.

    """
    word = text[span.start : span.end].strip("\\\"'")
    if not word.startswith("--"):
        raise RefusedError("it is written together with other options")
    if text[span.end - 1] == "\\" and text[span.end : span.end + 1] in "\"'":
        return Span(span.start, span.end + 1)
    return span


def comma_list(text: str, value: Span) -> bool:
    """Whether a value is one of several that commas part."""
    return text[value.start - 1 : value.start] == "," or text[value.end : value.end + 1] == ","


def out_of_commas(text: str, value: Span) -> Span:
    """Return what is to go for one of several values that commas part."""
    if text[value.end : value.end + 1] == ",":
        return Span(value.start, value.end + 1)
    return Span(value.start - 1, value.end)


def rewritten(source: Source, span: Span, old: str, new: str) -> Edit:
    """Return the edit that writes another value in the place of one, within the same quotation marks."""
    return Edit(source, exact(source, span, old), plain_word(new))
