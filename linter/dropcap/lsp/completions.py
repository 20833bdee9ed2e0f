"""What may be written at a place: capabilities, rules in a comment, security keys of Compose and their values.

A text is mostly broken while somebody types, so it is not parsed: the line and the indentation of those above say
where the cursor is. What is offered there is never a finding, so that a wrong guess costs a keystroke; what needs a
parser (what a container holds and needs) comes of the last check, whichever text that was of.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.lsp.cursor import LONGEST_LINE, VALUE
from dropcap.lsp.cursors import LISTS, spots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.lsp.completion import Completion
    from dropcap.lsp.cursors import Spot
    from dropcap.rule import Rule
    from dropcap.source import Source

_CONFIGURATIONS = (".dropcap.toml", "pyproject.toml")
_COMMENT = re.compile(r"dropcap:\s*ignore(?:-file)?\s*\[([^\]\n]*)\Z")


def completions(
    checks: Sequence[Checked], source: Source, offset: int, rules: Sequence[Rule]
) -> tuple[Completion, ...]:
    """Return what may be written at an offset; nothing where that is not sure.

    Args:
        checks: the last checks of the targets that the open text is part of; the text may have changed since.
        source: the open text as it is now, as a whole file.
        offset: where the cursor is, in code points.
        rules: all rules that there are.

    """
    if not 0 <= offset <= len(source.text):
        return ()
    comment = _in_comment(source.text, offset)
    if comment is not None:
        from dropcap.lsp.rule_words import rule_words

        return tuple(rule_words(checks, source, offset, comment, rules))
    if os.path.basename(source.path) in _CONFIGURATIONS:
        from dropcap.lsp.config_words import config_words

        return tuple(config_words(source, offset, rules))
    offered = (tuple(_at(spot, checks, source, offset)) for spot in spots(checks, source, offset))
    return next(filter(None, offered), ())


def _in_comment(text: str, offset: int) -> str | None:
    """Return what is typed between the brackets of a comment to dropcap; None outside of one."""
    start = max(text.rfind("\n", 0, offset) + 1, offset - LONGEST_LINE)
    found = _COMMENT.search(text, start, offset)
    return None if found is None else found[1]


def _at(spot: Spot, checks: Sequence[Checked], source: Source, offset: int) -> Iterator[Completion]:
    """Give what may be written at a place whose keys are known."""
    if spot.field in LISTS and spot.is_item:
        from dropcap.lsp.capability_words import capability_words

        yield from capability_words(spot.cursor, spot.field, checks, source, offset)
        return
    if spot.carrier == "quadlet":
        return
    from dropcap.lsp.service_words import key_words, value_words

    if spot.cursor.role == VALUE or (spot.field == "security_opt" and spot.is_item):
        yield from value_words(spot.cursor, spot.field, checks, source)
    elif spot.carrier == "compose" and spot.cursor.is_service_key:
        yield from key_words(spot.cursor)
