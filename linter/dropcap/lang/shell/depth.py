"""What the parser of shell is not given: it would read it, but takes the square of its length, or the stack.

Each limit is far beyond what people write, and is counted in the text or in the parser's own steps.
"""

from __future__ import annotations

import re

__all__ = ["MAX_DEPTH", "MOST_ERRORS", "MOST_READS", "TOO_BROKEN", "unreadable_at"]

MAX_DEPTH = 200
"""How deeply substitutions and subshells may nest; people write three."""
MOST_EMPTY = 200
"""How many pairs of empty parentheses may follow one another."""
MOST_PENDING = 100
"""How many here-documents may begin in one line."""
MOST_DOCUMENTS = 2_000
"""How many here-documents may begin in a script."""
MOST_BLANKS = 50_000
"""How many blanks a line may have; each word takes the parser a hundred times its length."""
MOST_ERRORS = 100
"""In how many steps the parser may look for an end of what it does not understand; it counts in hundreds of its own."""
MOST_READS = 10_000
"""How many blocks the parser may ask for beyond one a byte; of what people write it asks for one in a hundred bytes."""

TOO_BROKEN = "dropcap cannot read this script (is a quote or a parenthesis missing?); correct it"

# What is quoted counts as well: this has to be quick, and it errs far beyond what people write.
_PARENTHESIS = r"[()]|\$\["
_EMPTY = r"\(\s*\)"
_NOTHING = r"[\w.\s-]*"
_DOCUMENT = r"<<-?[^<\n]"


def unreadable_at(text: str) -> tuple[int, str] | None:
    """Return the place of what cannot be parsed, and why; None if all can."""
    depth = arithmetic = 0
    for match in re.finditer(_PARENTHESIS, text):
        if match[0] == "$[":
            arithmetic += 1
        else:
            depth = depth + 1 if match[0] == "(" else max(0, depth - 1)
        if max(depth, arithmetic) > MAX_DEPTH:
            return match.start(), f"more than {MAX_DEPTH} parentheses are nested here; split the script"
    return _empty_at(text) or _documents_at(text) or _words_at(text)


def _words_at(text: str) -> tuple[int, str] | None:
    start = 0
    while len(text) - start > MOST_BLANKS:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > MOST_BLANKS and text.count(" ", start, end) + text.count("\t", start, end) > MOST_BLANKS:
            return start, f"a line has more than {MOST_BLANKS:,} words; split it"
        start = end + 1
    return None


def _empty_at(text: str) -> tuple[int, str] | None:
    count, end = 0, 0
    for match in re.finditer(_EMPTY, text):
        count = count + 1 if re.compile(_NOTHING).fullmatch(text, end, match.start()) else 1
        end = match.end()
        if count > MOST_EMPTY:
            return match.start(), f"more than {MOST_EMPTY} empty pairs of parentheses follow one another; {TOO_BROKEN}"
    return None


def _documents_at(text: str) -> tuple[int, str] | None:
    total = pending = line_end = 0
    for match in re.finditer(_DOCUMENT, text):
        if match.start() > line_end:
            pending, line_end = 0, text.find("\n", match.start())
            line_end = len(text) if line_end < 0 else line_end
        total, pending = total + 1, pending + 1
        if pending > MOST_PENDING:
            return match.start(), f"more than {MOST_PENDING} here-documents begin in this line; split it"
        if total > MOST_DOCUMENTS:
            return match.start(), f"more than {MOST_DOCUMENTS} here-documents begin in the script; split it"
    return None
