"""The words of a line that begin a heredoc, as the builder finds them.

It splits the line as its own shell would, always with a backslash as the escape character. Where a quotation mark or a
`${` is not closed, or a `${` holds what it does not know, it gives up: then the line has no heredoc.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.budget import Budget
from dropcap.lang.dockerfile.expand import Absent, Expander, ExpansionError
from dropcap.lang.dockerfile.lexer import SPACE
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# Patterns are compiled where they are asked for: few Dockerfiles have a heredoc.
_HEREDOC = r"(?a)\d*<<(-?)[\t\n\f\r ]*([^<]*)"
_PLAIN = rf"<<[\t\r ]*|[^{re.escape(SPACE)}'\"$\\<]+"
# Of a word with `${…:-…}` or the like in it, the builder loses what stands before that.
_FORGETS = r"\$\{(?!(?:\d+|[@*#?!$-]|[^\W\d]\w*)\})"
_ESCAPE = "\\"
_BLANK = rf"[{re.escape(SPACE)}]+"


class HeredocWord(NamedTuple):
    """A word that begins a heredoc.

    Attributes:
        name: the line that ends it.
        chomps: whether tabs at the beginning of its lines are taken off (`<<-`).
        expands: whether variables in it are expanded; quotation marks around the name say that they are not.

    """

    name: str
    chomps: bool
    expands: bool


def heredoc_words(line: str) -> list[HeredocWord]:
    """Find the heredocs that a line begins, in their order."""
    try:
        return [found for word in _words(line) if (found := heredoc_word(word)) is not None]
    except ExpansionError:
        return []


def heredoc_word(word: str) -> HeredocWord | None:
    """Read a word that begins a heredoc; None where it is none.

    Raises:
        ExpansionError: a quotation mark or a `${` that is not closed.

    """
    found = re.fullmatch(_HEREDOC, word)
    if found is None or len(list(_words(found[2]))) != 1:
        return None
    parts = list(_parts(found[2]))
    name = "".join(_unquoted(part) for part in parts)
    if not name:
        return None
    return HeredocWord(name, chomps=bool(found[1]), expands=not any(part[0] in "'\"" for part in parts))


def is_heredoc(word: str) -> bool:
    """Return whether a word begins a heredoc; one that is broken does not."""
    try:
        return "<<" in word and heredoc_word(word) is not None
    except ExpansionError:
        return False


def _words(line: str) -> Iterator[str]:
    """Split at blanks that are neither quoted nor escaped; quotation marks and escapes stay in the words."""
    word = ""
    for part in _parts(line):
        if part[0] in '$"' and re.search(_FORGETS, part):
            word = ""
        if part[0] == "$":
            first, *more = re.split(_BLANK, part)  # a blank inside a variable's default ends a word too
            word += first
            for following in more:
                if word:
                    yield word
                word = following
        elif part[0] not in SPACE:
            word += part
        elif word:
            yield word
            word = ""
    if word:
        yield word


def _parts(text: str) -> Iterator[str]:
    """Take a text apart: plain text, blanks, what is quoted, escaped characters, variables and `<<`."""
    plain = re.compile(_PLAIN)
    expander = Expander(text, lambda _name: Absent.UNKNOWN, _ESCAPE, Budget(""), only_splits=True)
    at = 0
    while at < len(text):
        character = text[at]
        if character in "'\"":
            end = expander.quoted(at, 0).end
        elif character == "$":
            end = expander.variable(at, 0).end
        elif character == _ESCAPE:
            end = min(at + 2, len(text))
        else:
            found = plain.match(text, at)
            end = found.end() if found else at + 1
        yield text[at:end]
        at = end


def _unquoted(part: str) -> str:
    if part[0] == "'":
        return part[1:-1]
    if part[0] == '"':
        return re.sub(r'\\(["$\\])', r"\1", part[1:-1])
    return part[1:] if part[0] == _ESCAPE else part
