"""What `read` gets for one who hears every command: of a text that a pipe or a here-document is known to give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, known_text
from dropcap.lang.shell.scope import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.scope import Values

__all__ = ["Lines", "lines", "read_into", "succeeds", "to_document"]

_NOTHING = Piece("", at=-2)
"""What is certain to print nothing; `echo` without words prints a line, and gives a text that is as empty."""
_BLANK = " \t"


class Lines:
    """The lines that a loop reads, and the variables that it reads them into."""

    def __init__(self, names: Sequence[str], rounds: Sequence[Sequence[Values]]) -> None:
        """Take the names of the variables, and their values by round."""
        self.names = names
        self.rounds = rounds

    def begin(self, shell: Shell, values: Sequence[Values]) -> None:
        """Give the variables what they have in a round."""
        for name, value in zip(self.names, values, strict=True):
            shell.scope.set(name, value)

    def end(self, shell: Shell) -> None:
        """Empty the variables, as `read` does where no line is left."""
        self.begin(shell, [(Value(((),)),)] * len(self.names))


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


def read_into(shell: Shell, texts: Sequence[Text], document: Text | None) -> bool:
    """Give the variables of a `read` what it gets of the first line of a text; returns whether that is known.

    Args:
        shell: where it stands.
        texts: its words, its own name first.
        document: what it reads by itself; what a group reads, several read one after the other.

    """
    found = _lines(document, is_whole=True)
    words = [known_text(text) or "" for text in texts[1:]]
    is_raw = words[:1] == ["-r"]
    names = words[1:] if is_raw else words
    if not found or not names or not all(name.isidentifier() for name in names):
        return False
    if any(document is one for one in shell.documents.values()) or (not is_raw and "\\" in found[0].text):
        return False
    set_here = shell.run.prefixed or {}
    values = set_here["IFS"] if "IFS" in set_here else shell.scope.get("IFS")
    separator = None if values is None else known_text(values[0].elements[0]) if values and values[0].elements else ""
    if (values is not None and len(values) != 1) or (separator is not None and len(separator.strip()) != 1):
        return False
    for name, part in zip(names, _parts(found[0].text, len(names), separator), strict=True):
        shell.scope.set(name, (Value(((Piece(part, at=found[0].at),),)),))
    return True


def lines(shell: Shell, conditions: Sequence[tree_sitter.Node]) -> Lines | None:
    """Return what `while read -r NAME …` goes over; None where nobody knows, or it is another loop.

    Args:
        shell: where the loop stands.
        conditions: the statements of its condition.

    """
    named = [node for node in conditions if node.is_named and node.type != "comment"]
    if len(named) != 1 or named[0].type not in {"command", "list"}:
        return None
    match = _READ.fullmatch(shell.text(named[0]).strip())
    document = shell.documents.get(named[0].start_byte) if match is not None else None
    found = _lines(document, is_whole=match is not None and match["last"] is not None)
    if match is None or found is None or (not match["raw"] and any("\\" in line.text for line in found)):
        return None
    names = match["names"].split()
    separator = match["separator"]  # blanks around a line stay with any IFS without blanks
    if len(names) == 1:
        taken = found if separator is not None else [_stripped(line) for line in found]
        return Lines(names, [[(Value(((line,),)),)] for line in taken])
    if separator is not None and len(separator.strip("'\"")) != 1:
        return None
    parted = [_parts(line.text, len(names), separator and separator.strip("'\"")) for line in found]
    return Lines(names, [[(Value(((Piece(part),),)),) for part in parts] for parts in parted])


_READ = re.compile(
    r"""(?:IFS=(?P<separator>'[^'\s]?'|"[^"\s$`\\]?"|[^\s'"$`\\]?)\s+)?read(?P<raw>\s+-r)?\s+(?P<names>[A-Za-z_]\w*(?:\s+[A-Za-z_]\w*)*)"""
    r"""(?P<last>\s*\|\|\s*(?:\[\[?|test)\s+(?:-n\s+)?"?\$\{?[A-Za-z_]\w*\}?"?(?:\s+\]\]?)?)?"""
)
"""`IFS=: read -r a b || [[ -n "$a" ]]`."""


def _parts(text: str, count: int, separator: str | None) -> list[str]:
    """Take a line apart as `read` does: the last variable gets what is left. Source: POSIX, read."""
    if separator is None:
        parts = text.strip(_BLANK).split(None, count - 1)
        parts = [*parts[:-1], parts[-1].rstrip(_BLANK)] if parts else parts
    else:
        parts = text.split(separator, count - 1)
        if len(parts) == count and parts[-1].count(separator) == 1:
            parts[-1] = parts[-1].removesuffix(separator)
    return [*parts, *[""] * (count - len(parts))]


def _stripped(line: Piece) -> Piece:
    left = line.text.lstrip(_BLANK)
    at = line.at + len(line.text) - len(left) if line.at >= 0 else -1
    return line._replace(text=left.rstrip(_BLANK), at=at)


def _lines(document: Text | None, *, is_whole: bool = False) -> list[Piece] | None:
    """Return the lines of a text, with the places where they are written if it is written in one piece.

    Args:
        document: the text.
        is_whole: whether a last line without an end counts too.

    """
    if document is None:
        return None
    if document == (_NOTHING,):
        return []
    text = known_text(document)
    if text and is_whole and not text.endswith("\n"):
        text += "\n"
    if not text or not text.endswith("\n"):
        return None
    at = document[0].at if len(document) == 1 else -1
    found = []
    for line in text[:-1].split("\n"):
        found.append(Piece(line, at=at))
        at += len(line) + 1 if at >= 0 else 0
    return found
