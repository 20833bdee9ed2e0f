"""What is known of the word at a place: a capability, privileged mode, an image, a rule that a comment names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.rule import Rule
    from dropcap.source import Source, Span


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
    del checks, source, offset, rules
    return None
