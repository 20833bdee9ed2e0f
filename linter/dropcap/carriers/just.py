"""Justfiles: each line of a recipe is a script, or all of a recipe that begins with `#!` is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, Script, may_concern, read_all
from dropcap.lang.budget import Budget
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.lang.comments import Comment
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["comments", "read"]

_LINE = r"[^\n]*(?:\n|\Z)"
_CONSTANT = r"""(?m)^(?:export[ \t]+)?([A-Za-z_][\w-]*)[ \t]*:=[ \t]*(?:'([^'\n]*)'|"([^"\\\n]*)")[ \t]*(?:#.*)?\r?$"""
_SHELL = r"#!\s*\S{0,200}?(?:/env\s+)?\S{0,200}?\b(?:ba|da|k|z)?sh\b"
_TEXT = r"""(?m)^[ \t]*#[^\n]*|(?:'{3}|"{3}|`{3})[\s\S]*?(?:'{3}|"{3}|`{3})|'[^'\n]*'|"(?:[^"\\\n]|\\.)*"|`[^`\n]*`"""
_FILLED = r"\{\{([^}]{0,1000})\}\}"


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a justfile."""
    if not may_concern(source):
        return read_all(source, "just", ())
    budget = Budget(source.text)
    constants = {match[1]: match for match in re.compile(_CONSTANT).finditer(source.text)}
    return read_all(source, "just", (_script(source, *bounds, constants, budget) for bounds in _bodies(source.text)))


def comments(source: Source) -> list[Comment]:
    """Return the comments that speak to dropcap: lines of their own; the others are the scripts'."""
    from dropcap.lang.comments import Lines, joined, placed

    lines = Lines(source.text, r"\n")
    texts = [Span(*match.span()) for match in re.compile(_TEXT).finditer(source.text)]
    # A sign within a text that is written over several lines begins none.
    spans = [one for one in texts if source.text[one.start] == "#"]
    pairs = [(lines.of(one.start), lines.of(one.end - 1)) for one in texts]
    pairs += [
        (number, number + 1) for number, at in enumerate(lines.starts[1:]) if source.text[at - 2 : at - 1] == "\\"
    ]
    content = re.compile(r"(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))*").match(source.text)
    return placed(source, spans, joined(pairs), content.end() if content else 0, lines)


def _bodies(text: str) -> Iterator[tuple[int, int, int]]:
    """Give each script's start and end, and how far its lines are indented."""
    is_recipe = False
    start, indent, is_whole = -1, 0, False
    for match in re.compile(_LINE).finditer(text):
        line = match[0]
        if not line.strip():
            continue
        blank = len(line) - len(line.lstrip(" \t"))
        if not blank:
            if start >= 0:
                yield start, match.start(), indent
            start = -1
            is_recipe = re.match(r"@?[A-Za-z_][\w-]*(?![\w-]|\s*:=)[^\n]*:(?!=)", line) is not None
            continue
        if not is_recipe:
            continue
        if start < 0:
            start, indent = match.start(), blank
            is_whole = line.lstrip().startswith("#!")
            if is_whole and not re.match(_SHELL, line.lstrip()):
                start, is_recipe = -1, False
                continue
        if not is_whole and not line.rstrip("\r\n").endswith("\\"):
            yield start, match.end(), indent
            start = -1
    if start >= 0:
        yield start, len(text), indent


def _script(  # three of them are the script's bounds
    source: Source, start: int, end: int, indent: int, constants: dict[str, re.Match[str]], budget: Budget
) -> Script:
    builder = Builder(source)
    for number, line in enumerate(re.compile(_LINE).finditer(source.text, start, end)):
        text = line[0]
        at = min(indent, len(text) - len(text.lstrip(" \t")))
        if not number:
            at += len(text[at:]) - len(text[at:].lstrip("@-"))
        for filled in re.compile(_FILLED).finditer(text):
            if filled.start() < at:
                continue
            builder.add(text[at : filled.start()], line.start() + at)
            constant = constants.get(filled[1].strip())
            group = 2 if constant and constant[2] is not None else 3
            if constant is not None and budget.take(len(constant[group])):
                builder.add(constant[group], constant.start(group))
            else:
                builder.unknown(filled[0], line.start() + filled.start(), "just fills it in")
            at = filled.end()
        builder.add(text[at:], line.start() + at)
    return builder.build()
