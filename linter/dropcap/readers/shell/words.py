"""The words of one simple command, by bash's rules: quoting, escapes, expansions, braces, redirections.

What is known is taken as bash takes it; what bash would expand stays as it is written and marks the word.
Patterns such as `*` stand for themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.readers.flags import Word, is_several
from dropcap.readers.shell.ansi import decode
from dropcap.readers.shell.braces import Piece, PieceKind, expand
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dropcap.source import Source

    EndOf = Callable[[int], int | None]

LONGEST_UNKNOWN = 200
"""How much of an expansion is kept: nested ones would take the square of their depth."""

_BLANK = re.compile(r"(?:[ \t]|\\\r?\n)*")
_END = re.compile(r"[\n;|&()#]|\r\n|\Z")
_REDIRECTION = re.compile(r"&>>?|<<<|<<-?|<>|>>|>\||[<>]&|[<>](?!\()")
_DESCRIPTOR = re.compile(r"\d+|\{[A-Za-z_]\w*\}")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(\[[^]\s]*\])?\+?=", re.ASCII)
_UNQUOTED = re.compile(
    r"""(?P<plain>(?:[^ \t\r\n\\'"$`;|&()<>{},]|\r(?!\n))+)
      | (?P<brace>[{},])
      | (?P<joined>\\\r?\n)
      | \\(?P<escaped>[\s\S])
      | '(?P<single>[^']*)'
      | \$'(?P<ansi>(?:[^'\\]|\\[\s\S])*)'
      | (?P<double>\$?")
      | (?P<expansion>[$`]|[<>]\()
      | (?P<lonely>\\\Z)
    """,
    re.VERBOSE,
)
_KINDS = {
    "plain": PieceKind.PLAIN,
    "brace": PieceKind.BRACE,
    "escaped": PieceKind.QUOTED,
    "single": PieceKind.QUOTED,
    "lonely": PieceKind.QUOTED,
}
_DOUBLE_QUOTED = re.compile(
    r"""(?P<plain>[^\\"$`]+)
      | (?P<joined>\\\r?\n)
      | \\(?P<escaped>[\\"$`])
      | (?P<lonely>\\)
      | (?P<end>")
      | (?P<expansion>[$`])
    """,
    re.VERBOSE,
)
_SIMPLE = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9@*#?!$-])", re.ASCII)
_BACKQUOTED = re.compile(r"`(?:[^`\\]|\\[\s\S])*`")
_COMMENT = re.compile(r"`[ \t]*#[^`\n]*`")  # a way to put a comment between joined lines: it becomes nothing
_ONE_WORD = re.compile(r"\$(?:[#?$!](?!\w)|\(\(|\[|\{#\w+\})")


class _StopError(Exception):
    """The word cannot be read to its end: a quotation mark is missing, or the tree knows of no end."""


class _Reader:
    """Reads one word after the other; `at` is where the next one starts."""

    def __init__(self, text: str, at: int, limit: int, end_of: EndOf) -> None:
        self.text = text
        self.at = at
        self.limit = limit
        self.end_of = end_of

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match at the reader's place, as if the text ended at its limit."""
        return pattern.match(self.text, self.at, self.limit)

    def skip_blank(self) -> None:
        """Go to the next character that is neither blank nor a joined line's end."""
        blank = self.match(_BLANK)
        self.at = blank.end() if blank else self.at

    def word(self, pieces: list[Piece]) -> None:
        """Read a word into `pieces`.

        Raises:
            _StopError: its end is missing; what was read stands in `pieces`.

        """
        while token := self.match(_UNQUOTED):
            kind = token.lastgroup
            if kind == "expansion":
                self.expansion(pieces, is_quoted=False)
                continue
            self.at = token.end()
            if kind == "double":
                self.double_quoted(pieces)
            elif kind == "ansi":
                pieces.append(Piece(decode(token["ansi"])))
            elif kind != "joined":
                pieces.append(Piece(token[str(kind)], _KINDS[str(kind)]))
        if self.at < self.limit and self.text[self.at] == "'":
            raise _StopError

    def double_quoted(self, pieces: list[Piece]) -> None:
        """Read up to the closing quotation mark."""
        pieces.append(Piece(""))  # nothing in quotation marks is a word nevertheless
        while token := self.match(_DOUBLE_QUOTED):
            if token.lastgroup == "expansion":
                self.expansion(pieces, is_quoted=True)
                continue
            self.at = token.end()
            if token.lastgroup == "end":
                return
            if token.lastgroup != "joined":
                pieces.append(Piece(token[str(token.lastgroup)]))
        raise _StopError

    def expansion(self, pieces: list[Piece], *, is_quoted: bool) -> None:
        """Read an expansion, or a lone dollar."""
        text, at = self.text, self.at
        known = self.match(_BACKQUOTED) or self.match(_SIMPLE)
        if known:
            end: int | None = known.end()
        elif text[at] == "$" and text[at + 1 : at + 2] not in {"{", "(", "["}:
            pieces.append(Piece("$", PieceKind.PLAIN))
            self.at += 1
            return
        else:
            end = self.end_of(at)
        if end is None or not at < end <= self.limit:
            raise _StopError
        self.at = end
        if _COMMENT.fullmatch(text, at, end):
            return
        written = text[at:end] if end - at <= LONGEST_UNKNOWN else text[at : at + LONGEST_UNKNOWN] + "…"
        splits = is_several(written) if is_quoted else not _ONE_WORD.match(written)
        pieces.append(Piece(written, PieceKind.UNKNOWN, splits))


def read_words(source: Source, start: int, limit: int, end_of: EndOf) -> Iterator[Word]:
    """Read a simple command's words, without redirections and the assignments before them.

    Args:
        source: the script.
        start: the offset of the command's first character.
        limit: the offset that it cannot reach beyond: the backquote that ends it, or the end of the text.
        end_of: gives the end of the expansion that starts at an offset, None where none starts.

    """
    text = source.text
    reader = _Reader(text, start, limit, end_of)
    is_before_program = is_whole = True
    while is_whole:
        reader.skip_blank()
        begin = reader.at
        redirection = reader.match(_REDIRECTION)
        if redirection:
            reader.at = redirection.end()
            reader.skip_blank()
        elif reader.match(_END):
            return
        pieces: list[Piece] = []
        try:
            reader.word(pieces)
        except _StopError:
            is_whole = False
            line = text[begin : min(limit, begin + LONGEST_UNKNOWN)].splitlines()[0]
            pieces = [Piece(line, PieceKind.UNKNOWN, splits=True)]
            reader.at = begin + len(line)
        if reader.at == begin:
            return
        raw = text[begin : reader.at]
        is_descriptor = text[reader.at : reader.at + 1] in {"<", ">"} and _DESCRIPTOR.fullmatch(raw)
        if redirection or is_descriptor or (is_before_program and _ASSIGNMENT.match(raw)):
            continue
        is_before_program = False
        for word in expand(pieces):
            if word:
                yield _to_word(word, source, Span(begin, reader.at))


def _to_word(pieces: list[Piece], source: Source, span: Span) -> Word:
    unknown = next((piece.text for piece in pieces if piece.kind is PieceKind.UNKNOWN), None)
    value = "".join(piece.text for piece in pieces)
    return Word(value, source, span, unknown, any(piece.splits for piece in pieces))
