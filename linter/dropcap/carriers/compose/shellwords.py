"""The words of a command that is written as one text, split as Docker Compose splits it.

Compose uses the Go library mattn/go-shellwords (`shellwords.go`) with its expansions off: quotes and backslashes
work more or less as in a shell, and the command ends at the first `;`, `&`, `|`, `<` or `>` outside of quotes.
"""

from __future__ import annotations

import re

from dropcap.namedtuple import NamedTuple

_ORDINARY = r"[^ \t\r\n\\'\"`()$;&|<>]+"
_BLANKS = frozenset(" \t\r\n")
_ENDS = frozenset(";&|<>")
_ESCAPES = {"t": "\t", "n": "\n"}


class Word(NamedTuple):
    """A word and where it stands in the text, quotation marks included."""

    text: str
    start: int
    end: int


class NotWordsError(ValueError):
    """Compose refuses the text: a quote or a parenthesis is not closed, or not opened."""


def split(text: str) -> list[Word]:  # noqa: C901, PLR0912  # one automaton; its states make sense only together
    """Split a command.

    Raises:
        NotWordsError: Compose refuses the text.

    """
    words: list[Word] = []
    parts: list[str] = []
    start = -1  # of the word that is being read, -1 between words
    quote = ""  # the quotation mark that is open
    in_backticks = in_substitution = False
    at, size = 0, len(text)
    while at < size:
        character = text[at]
        if character in _BLANKS and not (quote or in_backticks or in_substitution):
            if start >= 0:
                words.append(Word("".join(parts), start, at))
                parts, start = [], -1
            at += 1
            continue
        first = at
        at += 1
        if run := re.compile(_ORDINARY).match(text, first):
            at = run.end()
            parts.append(run[0])
        elif character == "\\" and quote != "'":
            if at == size:
                raise NotWordsError("it ends in a backslash")
            parts.append(_ESCAPES.get(text[at], text[at]))
            at += 1
        elif character in "'\"" and not in_substitution and quote in ("", character):
            quote = "" if quote else character
        elif character == "`" and not quote and not in_substitution:
            in_backticks = not in_backticks
            parts.append(character)
        elif character in "()" and not quote and not in_backticks:
            opens = character == "("
            if in_substitution is opens or (opens and not "".join(parts[-1:]).endswith("$")):
                raise NotWordsError("a parenthesis is not in quotes")
            in_substitution = opens
            parts.append(character)
        elif character in _ENDS and not (quote or in_backticks or in_substitution):
            if character == ">" and parts and parts[0][:1] in tuple("0123456789"):
                start = -1  # the number of a file descriptor
            size = first
            break
        else:
            parts.append(character)
        start = first if start < 0 else start
    if quote or in_backticks or in_substitution:
        raise NotWordsError("a quote or a parenthesis is not closed")
    if start >= 0:
        words.append(Word("".join(parts), start, size))
    return words
