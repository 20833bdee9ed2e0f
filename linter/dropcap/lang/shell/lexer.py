"""The words of one simple command, by bash's rules: quoting, escapes, expansions, braces, redirections.

What is known is taken as bash takes it; what bash would expand stays as it is written and marks the word.
Patterns such as `*` stand for themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.braces import expand
from dropcap.lang.shell.fragments import Piece, PieceKind, to_word
from dropcap.lang.words import is_several
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dropcap.lang.words import Word
    from dropcap.source import Source

    EndOf = Callable[[int], int | None]

MOST_WORDS = 20_000
"""How many words of a command or a list are read; Linux would refuse to start a program with many more."""
LONGEST_UNKNOWN = 200
"""How much of an expansion is kept: nested ones would take the square of their depth."""

_BLANK = re.compile(r"(?:[ \t]|\\\r?\n)*")
_END = re.compile(r"[\n;|&()#]|\r\n|\Z")
_REDIRECTION = re.compile(r"&>>?|<<<|<<-?|<>|>>|>\||[<>]&|[<>](?!\()")
_DESCRIPTOR = re.compile(r"\d+|\{[A-Za-z_]\w*\}")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]|\\\r?\n|(?:(?<=[\s(])|^)#[^\n]*)*")
ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<index>\[[^]\s]*\])?(?P<adds>\+)?=", re.ASCII)
"""What stands before a value: a name, perhaps an index, `=` or `+=`."""
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
_DOCUMENT = re.compile(
    r"""(?P<plain>[^\\$`]+) | (?P<joined>\\\r?\n) | \\(?P<escaped>[\\$`]) | (?P<lonely>\\) | (?P<expansion>[$`])""",
    re.VERBOSE,
)
_BROKEN = "its end is missing"
_TOO_MANY = f"more than {MOST_WORDS:,} words are before it"
_SIMPLE = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9@*#?!$-])", re.ASCII)
_BACKQUOTED = re.compile(r"`(?:[^`\\]|\\[\s\S])*`")
_COMMENT = re.compile(r"`[ \t]*#[^`\n]*`")  # a way to put a comment between joined lines: it becomes nothing
_ONE_INSIDE = 2  # a mark and one piece
_ONE_WORD = re.compile(r"\$(?:[#?$!](?!\w)|\(\(|\[|\{#\w+\})")


class StopReadingError(Exception):
    """The word cannot be read to its end: a quotation mark is missing, or the tree knows of no end."""


class Reader:
    """Reads one word after the other; `at` is where the next one starts."""

    def __init__(self, text: str, at: int, limit: int, end_of: EndOf) -> None:
        """Begin at an offset of a text; the other arguments are those of :func:`read_raw`."""
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
            StopReadingError: its end is missing; what was read stands in `pieces`.

        """
        while token := self.match(_UNQUOTED):
            kind = token.lastgroup
            if kind == "expansion":
                self.expansion(pieces, is_quoted=False)
                continue
            self.token(pieces, token)
        if self.at < self.limit and self.text[self.at] == "'":
            raise StopReadingError

    def token(self, pieces: list[Piece], token: re.Match[str]) -> None:
        """Take one token outside of double quotation marks, no expansion."""
        kind = str(token.lastgroup)
        self.at = token.end()
        if kind == "double":
            self.double_quoted(pieces)
        elif kind == "ansi":
            from dropcap.lang.shell.ansi import decode  # few scripts have such a string

            pieces.append(Piece(decode(token[kind]), at=token.start(kind)))
        elif kind != "joined":
            pieces.append(Piece(token[kind], _KINDS[kind], at=token.start(kind)))

    def double_quoted(self, pieces: list[Piece]) -> None:
        """Read up to the closing quotation mark."""
        first = len(pieces)
        pieces.append(Piece("", at=self.at))  # nothing in quotation marks is a word nevertheless
        self.quoted(pieces)
        if len(pieces) == first + _ONE_INSIDE and is_several(pieces[-1].text):
            del pieces[first]  # `"$@"` may be no word at all

    def quoted(self, pieces: list[Piece]) -> None:
        """Read what stands between double quotation marks, and the closing one."""
        while token := self.match(_DOUBLE_QUOTED):
            if token.lastgroup == "expansion":
                self.expansion(pieces, is_quoted=True)
                continue
            self.at = token.end()
            if token.lastgroup == "end":
                return
            if token.lastgroup != "joined":
                pieces.append(Piece(token[str(token.lastgroup)], at=token.start(str(token.lastgroup))))
        raise StopReadingError

    def expansion(self, pieces: list[Piece], *, is_quoted: bool) -> None:
        """Read an expansion, or a lone dollar."""
        text, at = self.text, self.at
        known = self.match(_BACKQUOTED) or self.match(_SIMPLE)
        if known:
            end: int | None = known.end()
        elif text[at] == "$" and text[at + 1 : at + 2] not in {"{", "(", "["}:
            pieces.append(Piece("$", PieceKind.QUOTED if is_quoted else PieceKind.PLAIN, at=at))
            self.at += 1
            return
        else:
            end = self.end_of(at)
        if end is None or not at < end <= self.limit:
            raise StopReadingError
        self.at = end
        if _COMMENT.fullmatch(text, at, end):
            return
        written = text[at:end] if end - at <= LONGEST_UNKNOWN else text[at : at + LONGEST_UNKNOWN] + "…"
        splits = is_several(written) if is_quoted else not _ONE_WORD.match(written)
        pieces.append(Piece(written, PieceKind.UNKNOWN, splits, at, end, is_quoted))


class Raw(NamedTuple):
    """A word as it is written: its pieces, before anything is expanded, and its place."""

    pieces: list[Piece]
    span: Span


def read_raw(text: str, start: int, limit: int, end_of: EndOf) -> Iterator[Raw]:
    """Read a simple command's words, without redirections and the assignments before them.

    Args:
        text: the script.
        start: the offset of the command's first character.
        limit: the offset that it cannot reach beyond: the backquote that ends it, or the end of the text.
        end_of: gives the end of the expansion that starts at an offset, None where none starts.

    """
    reader = Reader(text, start, limit, end_of)
    is_before_program = is_whole = True
    count = 0
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
        except StopReadingError:
            is_whole = False
            line = text[begin : min(limit, begin + LONGEST_UNKNOWN)].splitlines()[0]
            pieces = [Piece(line, PieceKind.UNKNOWN, splits=True, at=begin, reason=_BROKEN)]
            reader.at = begin + len(line)
        if reader.at == begin:
            return
        raw = text[begin : reader.at]
        is_descriptor = text[reader.at : reader.at + 1] in {"<", ">"} and _DESCRIPTOR.fullmatch(raw)
        if redirection or is_descriptor or (is_before_program and ASSIGNMENT.match(raw)):
            continue
        is_before_program = False
        count += 1
        if count > MOST_WORDS:
            yield _rest(begin)
            return
        yield Raw(pieces, Span(begin, reader.at))


def _rest(at: int) -> Raw:
    """Make one word, not known, of all that are not read."""
    return Raw([Piece("…", PieceKind.UNKNOWN, splits=True, at=at, reason=_TOO_MANY)], Span(at, at + 1))


def read_words(source: Source, start: int, limit: int, end_of: EndOf) -> Iterator[Word]:
    """Read a simple command's words, expanding braces and nothing else; arguments as for :func:`read_raw`."""
    for raw in read_raw(source.text, start, limit, end_of):
        for pieces in expand(raw.pieces):
            if pieces:
                yield to_word(pieces, source, raw.span)


def to_plain_words(raws: Iterable[Raw], source: Source, reason: str) -> Iterator[Word]:
    """Make words of what is written, no variable followed; gives every expansion the same reason."""
    for raw in raws:
        for pieces in expand(raw.pieces):
            if pieces:
                yield to_word(pieces, source, raw.span)._replace(reason=reason)


def read_list(text: str, start: int, limit: int, end_of: EndOf) -> list[Raw]:
    """Read the words between the parentheses of `NAME=(…)`, which may be spread over lines with comments.

    Args:
        text: the script.
        start: the offset behind the opening parenthesis.
        limit: as for :func:`read_raw`.
        end_of: as for :func:`read_raw`.

    """
    reader = Reader(text, start, limit, end_of)
    found: list[Raw] = []
    while True:
        blank = reader.match(_BLANK_LINES)
        reader.at = begin = blank.end() if blank else reader.at
        pieces: list[Piece] = []
        try:
            reader.word(pieces)
        except StopReadingError:
            line = text[begin : min(limit, begin + LONGEST_UNKNOWN)].splitlines()[0]
            return [
                *found,
                Raw([Piece(line, PieceKind.UNKNOWN, splits=True, at=begin, reason=_BROKEN)], Span(begin, begin)),
            ]
        if reader.at == begin:
            return found
        if len(found) == MOST_WORDS:
            return [*found, _rest(begin)]
        found.append(Raw(pieces, Span(begin, reader.at)))


def read_value(text: str, start: int, limit: int, end_of: EndOf) -> list[Piece]:
    """Read the one word behind `NAME=`, in which no brace is expanded; arguments as for :func:`read_list`."""
    pieces: list[Piece] = []
    reader = Reader(text, start, limit, end_of)
    try:
        reader.word(pieces)
    except StopReadingError:
        return [Piece(text[start : start + LONGEST_UNKNOWN], PieceKind.UNKNOWN, True, start, reason=_BROKEN)]  # noqa: FBT003  # as the record has it
    return pieces


def read_operand(text: str, start: int, end: int, end_of: EndOf, *, is_quoted: bool) -> list[Piece]:
    """Read the word inside `${NAME:-…}`, which may have blanks; its bounds are known.

    Raises:
        StopReadingError: a quotation mark in it is not closed, or an expansion has no end.

    """
    pieces: list[Piece] = []
    reader = Reader(text, start, end, end_of)
    while reader.at < end:
        if is_quoted and (token := reader.match(_DOUBLE_QUOTED)):
            if token.lastgroup == "expansion":
                reader.expansion(pieces, is_quoted=True)
                continue
            reader.at = token.end()
            if token.lastgroup not in {"joined", "end"}:
                pieces.append(Piece(token[str(token.lastgroup)], at=token.start(str(token.lastgroup))))
            continue
        token = reader.match(_UNQUOTED)
        if token is None or (token.lastgroup == "expansion" and text[reader.at] in "<>"):
            pieces.append(Piece(text[reader.at], PieceKind.EXPANDED, at=reader.at))
            reader.at += 1
        elif token.lastgroup == "expansion":
            reader.expansion(pieces, is_quoted=False)
        else:
            reader.token(pieces, token)
    plain = {PieceKind.PLAIN, PieceKind.BRACE}
    return [piece._replace(kind=PieceKind.EXPANDED) if piece.kind in plain else piece for piece in pieces]


def read_document(text: str, start: int, end: int, end_of: EndOf) -> list[Piece]:
    """Read the body of a here-document whose end marker is not quoted: expansions count, quotation marks do not.

    Raises:
        StopReadingError: an expansion has no end.

    """
    pieces: list[Piece] = []
    reader = Reader(text, start, end, end_of)
    while token := reader.match(_DOCUMENT):
        if token.lastgroup == "expansion":
            reader.expansion(pieces, is_quoted=True)
            continue
        reader.at = token.end()
        if token.lastgroup != "joined":
            pieces.append(Piece(token[str(token.lastgroup)], at=token.start(str(token.lastgroup))))
    return pieces
