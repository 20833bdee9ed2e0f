"""The comments of a Dockerfile: lines of their own, and those of the shell in the scripts that RUN hands to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.comments import Lines, joined, mistaken, placed
from dropcap.lang.dockerfile.lexer import arguments, flags, json_list
from dropcap.lang.dockerfile.logical_lines import comment_lines, escape_character
from dropcap.model import UnreadableError
from dropcap.source import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.comments import Comment
    from dropcap.lang.dockerfile.logical_lines import Logical
    from dropcap.source import Source, Span


def comments(source: Source) -> list[Comment]:
    """Return the comments that speak to dropcap.

    Raises:
        UnreadableError: the builder cannot take the file apart.

    """
    spans, instructions = comment_lines(source)
    lines = Lines(source.text, r"\n")
    pairs = [(one.first - 1, one.last - 1) for one in instructions]
    content = lines.starts[instructions[0].first - 1] if instructions else len(source.text)
    found = placed(source, spans, joined(pairs), content, lines)
    escape = escape_character(source)
    for one in instructions:
        if one.keyword == "RUN":
            whole = lines.span(one.first - 1, one.last - 1)
            found += _of_shell(source, one, escape, whole)
        else:
            found += mistaken(one.text)
    return found


def _of_shell(source: Source, instruction: Logical, escape: str, whole: Span) -> Iterator[Comment]:
    """Give the comments of a RUN instruction's script; of what stands on its own lines each speaks of all of it."""
    texts = [(source.slice(document.body), True) for document in instruction.heredocs]
    _, rest = flags(instruction.text, arguments(instruction.text.text), escape)
    if json_list(instruction.text.text[rest.start : rest.end]) is None:
        texts.append((instruction.text.slice(rest), False))
    for text, is_apart in texts:
        if MARK not in text.text:
            continue
        from dropcap.lang.shell.comments import comments as of_shell

        try:
            found = of_shell(text)
        except UnreadableError:
            continue  # the reader of build steps says so
        yield from found if is_apart else (one._replace(covers=whole, narrow=whole) for one in found)
