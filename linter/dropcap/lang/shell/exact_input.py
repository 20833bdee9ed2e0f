"""What `read` gets for one who hears every command: of a text that a pipe or a here-document is known to give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, known_text
from dropcap.lang.shell.scope import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.scope import Values

__all__ = ["Lines", "lines", "succeeds", "to_document"]

_NOTHING = Piece("", at=-2)
"""What is certain to print nothing; `echo` without words prints a line, and gives a text that is as empty."""
_BLANK = " \t"


class Lines:
    """The lines that a loop reads, and the variable that it reads them into."""

    def __init__(self, name: str, values: Sequence[Values]) -> None:
        """Take the variable's name, and its values by round."""
        self.name = name
        self.values = values


def to_document(printed: Sequence[str | None] | None) -> Text | None:
    """Return what commands print as a text that another one reads; None where that is not known.

    Args:
        printed: what each of them prints; None where it is not known.

    """
    if printed is None:
        return None
    texts = [text for text in printed if text is not None]
    if len(texts) != len(printed):
        return None
    joined = "".join(texts)
    return (Piece(joined),) if joined else (_NOTHING,)


def succeeds(document: Text | None) -> bool | None:
    """Return whether the first `read` of a text gets a line; None where nobody knows."""
    found = _lines(document)
    return None if found is None else bool(found)


def lines(shell: Shell, conditions: Sequence[tree_sitter.Node]) -> Lines | None:
    """Return what `while read -r NAME` goes over; None where nobody knows, or it is another loop.

    Args:
        shell: where the loop stands.
        conditions: the statements of its condition.

    """
    named = [node for node in conditions if node.is_named and node.type != "comment"]
    if len(named) != 1 or named[0].type != "command":
        return None
    found = _lines(shell.documents.get(named[0].start_byte))
    if found is None:
        return None
    words = [shell.text(child) for child in named[0].children]
    is_kept = bool(words) and words[0].startswith("IFS=")  # blanks around a line stay with any IFS without blanks
    words = words[1:] if is_kept else words
    if len(words) < _SHORTEST or words[0] != "read" or not words[-1].isidentifier():
        return None
    options = words[1:-1]
    if options not in ([], ["-r"]) or (not options and any("\\" in line.text for line in found)):
        return None
    taken = found if is_kept else [_stripped(line) for line in found]
    return Lines(words[-1], [(Value(((line,),)),) for line in taken])


def _stripped(line: Piece) -> Piece:
    left = line.text.lstrip(_BLANK)
    at = line.at + len(line.text) - len(left) if line.at >= 0 else -1
    return line._replace(text=left.rstrip(_BLANK), at=at)


_SHORTEST = 2  # `read NAME`


def _lines(document: Text | None) -> list[Piece] | None:
    """Return the lines of a text, with the places where they are written if it is written in one piece."""
    if document is None:
        return None
    if document == (_NOTHING,):
        return []
    text = known_text(document)
    if not text or not text.endswith("\n"):
        return None
    at = document[0].at if len(document) == 1 else -1
    found = []
    for line in text[:-1].split("\n"):
        found.append(Piece(line, at=at))
        at += len(line) + 1 if at >= 0 else 0
    return found
