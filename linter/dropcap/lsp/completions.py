"""What may be written at a place: capabilities, rules in a comment, security keys of Compose and their values.

A text is mostly broken while somebody types, so it is not parsed: the line and the indentation of those above say
where the cursor is. What is offered there is never a finding, so that a wrong guess costs a keystroke; what needs a
parser (what a container holds and needs) comes of the last check, whichever text that was of.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.carriers import registry
from dropcap.lsp.cursor import ITEM, KEY, LONGEST_LINE, VALUE, yaml_cursor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.lsp.completion import Completion
    from dropcap.lsp.cursor import Cursor
    from dropcap.rule import Rule
    from dropcap.source import Source

LISTS = frozenset({"cap_add", "cap_drop"})
_OF_DEVCONTAINER = {"capAdd": "cap_add", "securityOpt": "security_opt"}
_CONFIGURATIONS = (".dropcap.toml", "pyproject.toml")
_UNITS = (".container", ".pod", ".kube")
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
    return tuple(_of_carrier(checks, source, offset))


def _in_comment(text: str, offset: int) -> str | None:
    """Return what is typed between the brackets of a comment to dropcap; None outside of one."""
    start = max(text.rfind("\n", 0, offset) + 1, offset - LONGEST_LINE)
    found = _COMMENT.search(text, start, offset)
    return None if found is None else found[1]


def _of_carrier(checks: Sequence[Checked], source: Source, offset: int) -> Iterator[Completion]:
    """Give what may be written in a file of some kind."""
    carrier = _carrier(checks, source)
    text = source.text
    if carrier is None:
        return
    cursor: Cursor | None = None
    if carrier == "compose":
        cursor = yaml_cursor(text, offset)
    elif carrier == "devcontainer":
        from dropcap.lsp.cursor_json import json_cursor

        cursor = json_cursor(text, offset)
    elif carrier == "quadlet":
        from dropcap.lsp.cursor_options import unit_cursor

        cursor = unit_cursor(text, offset)
    if cursor is not None and cursor.path:
        found = list(_at(cursor, carrier, checks, source, offset))
        if found:
            yield from found
            return
    if carrier == "compose":
        return  # a service's command is no client's
    from dropcap.lsp.cursor_options import option_cursor

    cursor = option_cursor(text, offset)
    if cursor is not None:
        yield from _capabilities(cursor, cursor.path[-1], checks, source, offset)


def _at(cursor: Cursor, carrier: str, checks: Sequence[Checked], source: Source, offset: int) -> Iterator[Completion]:
    """Give what may be written at a place whose keys are known."""
    field = _OF_DEVCONTAINER.get(cursor.path[-1], cursor.path[-1])
    is_item = cursor.role == ITEM or (cursor.role == KEY and carrier == "compose")
    if field in LISTS and is_item:
        yield from _capabilities(cursor, field, checks, source, offset)
        return
    if carrier == "quadlet":
        return
    from dropcap.lsp.service_words import key_words, value_words

    if cursor.role == VALUE or (field == "security_opt" and is_item):
        yield from value_words(cursor, field, checks, source)
    elif carrier == "compose" and cursor.is_service_key:
        yield from key_words(cursor)


def _capabilities(
    cursor: Cursor, field: str, checks: Sequence[Checked], source: Source, offset: int
) -> Iterator[Completion]:
    from dropcap.lsp.capability_words import capability_words

    return capability_words(cursor, field, checks, source, offset)


def _carrier(checks: Sequence[Checked], source: Source) -> str | None:
    """Return the kind of file that the open text is, by its name, or as it was checked."""
    if source.path.lower().endswith(_UNITS):
        return "quadlet"
    found = registry.carrier_of_name(source.path)
    if found is not None:
        return found
    name = os.path.basename(source.path)
    for one in checks:
        if os.path.basename(one.target.path) == name:
            return one.target.carrier or ("compose" if registry.is_yaml(name) else "script")
    return "compose" if registry.is_yaml(name) and re.search(r"(?m)^services:", source.text) else None
