"""What is wrong with a text that is not YAML, in words that say what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Failure, Level
from dropcap.source import Span

if TYPE_CHECKING:
    from dropcap.source import Source

# A part of the parser's problem or context (the C parser's words, then the pure one's where they differ), whether
# the mistake is where the construct begins and not where the parser noticed it, and what to tell.
_WORDS = (
    ("quoted scalar found unexpected end", True, "this quote is never closed"),
    ("',' or ']'", True, "the list that opens here lacks a comma or its closing ]"),
    ("',' or '}'", True, "the mapping that opens here lacks a comma or its closing }"),
    ("simple key could not find expected ':'", True, "this line has no colon and does not continue the line above"),
    ("mapping values are not allowed", False, "no key can be here: correct the indentation, or quote the colon"),
    ("entries are not allowed", False, "no list item can start here: put the - on its own line, or quote the text"),
    ("tab character", False, "a tab indents here: use spaces"),
    ("unknown escape", False, r"this escape does not exist: write \\ for a backslash, or use single quotes"),
    ("alphabetic or numeric character", True, "a name must follow & and *: if this is plain text, put it into quotes"),
    ("node content", False, "a value is missing before this character"),
    ("block mapping", False, "this does not fit the mapping: correct the indentation, or the quotes before it"),
    ("block collection", False, "this is not an item of the list above: correct the indentation"),
    ("<document start>", False, "this comes after the end of the document: correct the indentation"),
)  # fmt: skip
_CLOSING = {"[": "',' or ']'", "{": "',' or '}'"}
_BOUND = 100
# An expression to fill in, in a line with no quotation mark before it.
_TEMPLATE = re.compile(r"[^'\"\r\n]*?(\{\{|\{%|<%)")
_CONTROL = re.compile("[^\\t\\n\\r -~\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def syntax_failure(source: Source, error: Exception) -> Failure:
    """Make a failure of an exception of the parser's."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if problem is None or mark is None:
        return _control_failure(source)
    context, opening = getattr(error, "context", None) or "", getattr(error, "context_mark", None)
    at = min(mark.index, len(source.text))
    begin = at if opening is None else min(opening.index, at)
    template = _template_in_line(source.text, at)
    if template is None and "simple key" in context:
        template = _template_in_line(source.text, begin)
    if template is not None:
        return template_failure(source, template)
    if "cannot start any token" in problem:
        return _failure(source, at, _wrong_start(source.text[at : at + 1]))
    if "node content" in problem and not source.text[at:].strip():
        unclosed = _unclosed(source.text)
        if unclosed is not None:
            at, begin, problem = unclosed, unclosed, _CLOSING[source.text[unclosed]]
    words = f"{context} {problem}"
    for part, is_at_opening, message in _WORDS:
        if part in words:
            return _failure(source, begin if is_at_opening else at, message)
    return _failure(source, at, " ".join(problem.split())[:_BOUND])


def _unclosed(text: str) -> int | None:
    """Find the innermost bracket that is open where a text ends."""
    from ruamel.yaml.error import YAMLError

    from dropcap.lang.yaml.events import event_getter

    next_event = event_getter(text)
    opened: list[int] = []
    try:
        while True:
            event = next_event()
            is_flow = getattr(event, "flow_style", None)
            if is_flow is not None:  # the start of a collection
                opened.append(event.start_mark.index if is_flow else -1)
            elif type(event).__name__ in {"MappingEndEvent", "SequenceEndEvent"}:
                opened.pop()
    except YAMLError:
        # A start may have an anchor or a tag before its bracket.
        start = opened[-1] if opened else -1
        found = re.compile(r"[\[{]").search(text, start) if start >= 0 else None
        return found.start() if found else None


def template_failure(source: Source, offset: int) -> Failure:
    """Refuse a text that becomes YAML only when something fills it in; nobody but that something starts anything."""
    message = "this is a template of a YAML file: run its tool first and check the result"
    return Failure(source.path, message, Level.NOTE, source, Span(offset, offset + 2))


def _template_in_line(text: str, at: int) -> int | None:
    """Find an expression to fill in, in the line that an offset is in."""
    found = _TEMPLATE.match(text, max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1)
    return found.start(1) if found else None


def _wrong_start(character: str) -> str:
    if character == "\t":
        return "a tab indents here: use spaces"
    return f"no value can start with {character}: put it into quotes"


def _control_failure(source: Source) -> Failure:
    found = _CONTROL.search(source.text)
    at = found.start() if found else 0
    name = f"U+{ord(found[0]):04X}" if found else "that YAML does not allow"
    return _failure(source, at, f"here is the control character {name}: take it out")


def _failure(source: Source, offset: int, message: str) -> Failure:
    end = min(offset + 1, len(source.text))
    return Failure(source.path, f"invalid YAML: {message}", source=source, span=Span(offset, end))
