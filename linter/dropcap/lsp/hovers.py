"""What is known of the word at a place: a capability, privileged mode, an image, a rule that a comment names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.names import ALL, CAP, NAMES, bare_name
from dropcap.lsp.compose_words import keys
from dropcap.lsp.cursors import LISTS, spots
from dropcap.lsp.values import current, holds_its_own, values_at
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.lsp.values import Value
    from dropcap.rule import Rule
    from dropcap.source import Source

MOST_CONTAINERS = 3
"""How many containers that share a text are told of."""
LONGEST = 8000
"""How many characters a page has at most; what is longer is cut at a line."""
_LONGEST_LINE = 4000
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_COMMENT = re.compile(r"dropcap:\s*ignore(?:-file)?\s*\[([^\]\n]*)")
_TOOLS = re.compile(r"(?<![\w-])(?:setcap|capsh|setpriv|getpcaps)(?![\w-])")


class Hover(NamedTuple):
    """What is known of a word.

    Attributes:
        markdown: what to show; what comes of files is escaped in it.
        span: the word, in the open text.

    """

    markdown: str
    span: Span


def hover(checks: Sequence[Checked], source: Source, offset: int, rules: Sequence[Rule]) -> Hover | None:
    """Return what is known of the word at an offset; None where nothing is.

    Args:
        checks: what is known of the targets that the open text is part of; one of an earlier text is left out.
        source: the open text as it is now, as a whole file.
        offset: where, in code points.
        rules: all rules that there are.

    """
    if not 0 <= offset <= len(source.text):
        return None
    values = values_at(checks, source, offset)
    found = (
        (_of_value(values, source, offset) if values else None)
        or _of_comment(checks, source, offset, rules)
        or _of_tool(source, offset)
        or _of_spot(checks, source, offset)
    )
    return found and found._replace(markdown=_cut(found.markdown))


def _of_value(values: Sequence[Value], source: Source, offset: int) -> Hover | None:
    """Return what is known of a value, in the containers that have it."""
    first = min(values, key=lambda one: one.span.end - one.span.start)
    alike = [one for one in values if one.span == first.span and one.field == first.field]
    if first.field in {"image", "base"}:
        from dropcap.lsp.image_hover import image_page

        return Hover(image_page(alike[:MOST_CONTAINERS]), first.span)
    shown = [one for one in alike if holds_its_own(one.container)][:MOST_CONTAINERS]
    if first.field == "privileged":
        from dropcap.lsp.capability_hover import privileged_page

        return Hover(privileged_page(shown), first.span)
    from dropcap.lsp.capability_hover import all_page, capability_page

    name = bare_name(str(first.where.value))
    if name == ALL:
        return Hover(all_page(first.field, shown), first.span)
    if name not in NAMES:
        return None
    word = _word(source.text, offset)
    is_own = word is not None and bare_name(source.text[word.start : word.end]) == name
    return Hover(capability_page(name, shown), word if is_own and word is not None else first.span)


def _of_comment(checks: Sequence[Checked], source: Source, offset: int, rules: Sequence[Rule]) -> Hover | None:
    """Return what is known of a rule, or a capability, that a comment to dropcap names."""
    line = _line(source.text, offset)
    if line is None:
        return None
    comment = next((one for one in _COMMENT.finditer(source.text, *line) if one.start(1) <= offset <= one.end(1)), None)
    word = _word(source.text, offset)
    if comment is None or word is None:
        return None
    text = source.text[word.start : word.end]
    if source.text[: word.start].rstrip().endswith(":"):
        return _capability(text, word)
    rule = next((one for one in rules if one.id == text), None)
    if rule is None:
        return None
    from dropcap.lsp.rule_hover import rule_page

    return Hover(rule_page(rule, current(checks, source), source, offset), word)


def _of_tool(source: Source, offset: int) -> Hover | None:
    """Return what is known of a capability in a command that gives it to a file or a process."""
    line = _line(source.text, offset)
    word = _word(source.text, offset)
    if line is None or word is None or _TOOLS.search(source.text, *line) is None:
        return None
    text = source.text[word.start : word.end].partition("-")[0]  # `cap_net_raw-ep` takes it away
    return _capability(text, Span(word.start, word.start + len(text))) if text.upper().startswith(CAP) else None


def _of_spot(checks: Sequence[Checked], source: Source, offset: int) -> Hover | None:
    """Return what is known of a word by its place alone: a capability in a list, a key of a service."""
    word = _word(source.text, offset)
    text = source.text[word.start : word.end] if word is not None else ""
    if word is None or not (bare_name(text) in NAMES or text in keys()):
        return None
    for spot in spots(checks, source, word.end):
        if spot.field in LISTS and spot.is_item:
            return _capability(text, word)
        if spot.carrier == "compose" and spot.cursor.is_service_key and text in keys():
            return Hover(f"**{text}**: {keys()[text].about}", word)
    return None


def _capability(text: str, word: Span) -> Hover | None:
    name = bare_name(text)
    if name not in NAMES:
        return None
    from dropcap.lsp.capability_hover import capability_page

    return Hover(capability_page(name, ()), word)


def _line(text: str, offset: int) -> Span | None:
    """Return the line around an offset; None of one that is longer than a person reads."""
    start, end = text.rfind("\n", 0, offset) + 1, text.find("\n", offset)
    end = len(text) if end < 0 else end
    return Span(start, end) if end - start <= _LONGEST_LINE else None


def _word(text: str, offset: int) -> Span | None:
    """Return the word around an offset, or that ends there."""
    start = offset
    while start > 0 and offset - start < _LONGEST_WORD and _WORD.match(text[start - 1]):
        start -= 1
    found = _WORD.match(text, start, start + 2 * _LONGEST_WORD)
    return Span(*found.span()) if found is not None and found.end() >= offset else None


_LONGEST_WORD = 60


def _cut(page: str) -> str:
    return page if len(page) <= LONGEST else f"{page[:LONGEST].rpartition(chr(10))[0]}\n\n…"
