"""Edits of open texts: where they are, and what they have to be so that one text becomes another."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import accumulate
from typing import TYPE_CHECKING

from dropcap.lsp.action import FileEdit
from dropcap.real_paths import real_path
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_BREAK = re.compile(r"\r\n|\n|\r")
_MOST_LINES = 3000
"""Of how many lines the differences are looked for one by one."""


def line_break_of(text: str) -> str:
    """Return the line break that a text has first."""
    found = _BREAK.search(text)
    return found[0] if found else "\n"


def meets(source: Source, one: Span, other: Span) -> bool:
    """Return whether two stretches of a text have a line in common."""
    first, last = (source.position(min(at, len(source.text))).line for at in one)
    start, end = (source.position(min(at, len(source.text))).line for at in other)
    return first <= end and start <= last


def differences(path: str, before: bytes, after: bytes) -> Iterator[FileEdit]:
    """Give the edits that make one text of another, as small as is found soon.

    Args:
        path: the file.
        before: its bytes.
        after: what they become.

    """
    source, text = Source.decode(path, before), Source.decode(path, after).text
    real = real_path(path)
    for start, end, new in _changed_lines(source.text, text):
        old = source.text[start:end]
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        yield FileEdit(real, source, Span(start + head, end - tail), new[head : len(new) - tail])


def _changed_lines(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """Give where lines are others, and what stands there then."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(len(old), len(new)) > _MOST_LINES:
        yield 0, len(before), after
        return
    offsets = [0, *accumulate(map(len, old))]
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield offsets[start], offsets[end], "".join(new[first:last])


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    most = min(len(one), len(other))
    return next((at for at in range(most) if one[at] != other[at]), most)
