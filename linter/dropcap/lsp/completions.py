"""What may be written at a place: capabilities, rules in a comment, security keys of Compose and their values.

A text is mostly broken while somebody types, so it is not parsed: the line and the indentation of those above say
where the cursor is. What is offered there is never a finding, so that a wrong guess costs a keystroke; what needs a
parser (what a container holds and needs) comes of the last check, whichever text that was of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.rule import Rule
    from dropcap.source import Source, Span


class Completion(NamedTuple):
    """Something that may be written at a place.

    Attributes:
        label: what it is called.
        kind: `value`, `key` or `rule`.
        detail: one short line beside it.
        documentation: what it is, as Markdown.
        span: what it replaces in the open text.
        text: what is written there.
        order: where it stands among the others, by the alphabet.

    """

    label: str
    kind: str
    detail: str
    documentation: str
    span: Span
    text: str
    order: str


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
    del checks, source, offset, rules
    return ()
