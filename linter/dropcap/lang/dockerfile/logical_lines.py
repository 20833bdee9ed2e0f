"""Physical lines of a Dockerfile become instructions: directives, continuations, comments, heredocs.

The list of instructions comes from the library dockerfile-parse. It is handed a prepared copy of the text with each
instruction joined on a line, because by itself it takes the lines of a heredoc for instructions, ends an instruction
at a blank line, loses one whose continuation ends the file, and takes quadratic time for many lines of one. The rules
are those of BuildKit, `frontend/dockerfile/parser`.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from dropcap.fast_start import dockerfile_parser
from dropcap.lang.dockerfile.heredocs import heredoc_words
from dropcap.lang.dockerfile.lexer import SPACE, arguments, flags, json_list, keyword
from dropcap.model import Failure, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.dockerfile.heredocs import HeredocWord
    from dropcap.source import Source

MAX_LINE = 65535
"""The longest line that BuildKit reads, in bytes."""
MAX_INSTRUCTIONS = 100_000
"""How many instructions of a file are read. An image has at most 127 layers, so that nobody builds as many."""

# The blanks are Go's, which a vertical tab is not one of.
_BLANKS = "\t\n\f\r "
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
TAKES_HEREDOCS = frozenset({"ADD", "COPY", "RUN"})


class Heredoc(NamedTuple):
    """A text that stands below its instruction.

    Attributes:
        word: what begins it, with the name that ends it.
        body: where the text stands in the file, without the line that ends it.

    """

    word: HeredocWord
    body: Span


class Logical(NamedTuple):
    """An instruction as the builder joins it.

    Attributes:
        keyword: its first word, in upper case.
        text: the joined text, a piece of the file; comments and blank lines in between are gone.
        first: the number of its first line, from 1.
        last: the number of its last line, heredocs included.
        end: the offset in the file where its last line ends.
        heredocs: in their order.

    """

    keyword: str
    text: Source
    first: int
    last: int
    end: int
    heredocs: tuple[Heredoc, ...]


class Lines(NamedTuple):
    """What a Dockerfile holds.

    Attributes:
        instructions: in their order.
        escape: the file's escape character.
        broken: why the instructions end before the file does, where a heredoc is not ended.

    """

    instructions: list[Logical]
    escape: str
    broken: Failure | None


class _Line(NamedTuple):
    start: int
    text: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.text))


class _UnendedError(Exception):
    """A heredoc is not ended; its first line and its word."""

    def __init__(self, text: Source, word: HeredocWord) -> None:
        super().__init__(word.name)
        self.text = text
        self.word = word


class _Reader:
    """Walks the lines once; `prepared` gathers what dockerfile-parse is given, `comments` the lines that are such."""

    def __init__(self, source: Source, *, keeps_comments: bool = False) -> None:
        self.source = source
        self._lines = _lines(source.text)
        self.line = next(self._lines, None)
        """The line that is read next; None behind the last one."""
        self.at = 0  # how many lines were read
        self.end = 0  # where the last of these ends
        self.prepared: list[str] = []
        self.comments: list[Span] = []
        self._keeps_comments = keeps_comments
        self.escape = "\\"

    def instructions(self) -> Iterator[Logical]:
        self.directives()
        while self.line is not None:
            if _says_nothing(self.line):
                self._skip_comment(self.line)
            else:
                yield self._instruction()

    def directives(self) -> None:
        seen = set()
        while self.line is not None:
            line = self.line
            text = line.text.lstrip(SPACE)
            written, equals, value = text[1:].lstrip(SPACE).partition("=")
            name = written.rstrip(_BLANKS).lower() if written.isascii() else ""
            if not (text.startswith("#") and equals and value) or name not in _DIRECTIVES:
                return
            if name in seen:
                raise refusal(
                    self.source, line.span, f"only one {name} parser directive can be used; take this one out"
                )
            seen.add(name)
            if name == "escape":
                self.escape = value.strip(_BLANKS) or value[-1]
                if self.escape not in {"\\", "`"}:
                    message = f"the escape character must be ` or \\, not {self.escape[:30]}"
                    raise refusal(self.source, line.span, message)
            self._skip()

    def _instruction(self) -> Logical:
        first = self.at
        parts: list[str] = []
        segments: list[tuple[int, int]] = []
        length = 0
        goes_on = True
        while goes_on and self.line is not None:
            line = self.line
            self._check_length(line)
            if parts and _says_nothing(line):
                self._skip_comment(line)
                continue
            self._skip()
            content, goes_on = self._without_continuation(line.text)
            blanks = len(content) - len(content.lstrip(SPACE)) if not length else 0
            segments.append((length, line.start + blanks))
            parts.append(content[blanks:])
            length += len(content) - blanks
        text = self.source.piece("".join(parts), segments)
        # On one line, and never empty: it would lose that one.
        self.prepared.append(text.text.strip("\\\x1c\x1d\x1e\x1f" + SPACE) or "X")
        at = keyword(text.text)
        name = text.text[at.start : at.end].upper()
        heredocs = tuple(self._heredocs(text))
        return Logical(name, text, first + 1, self.at, self.end, heredocs)

    def _without_continuation(self, text: str) -> tuple[str, bool]:
        """Take the escape character off a line's end; after another one it means itself."""
        content = text.rstrip(" \t")
        before = content[:-1]
        if not content.endswith(self.escape) or before.endswith(self.escape):
            return text, False
        return before, True

    def _heredocs(self, text: Source) -> Iterator[Heredoc]:
        if "<<" in text.text and self._takes_heredocs(text):
            for word in heredoc_words(text.text):
                yield self._heredoc(text, word)

    def _takes_heredocs(self, text: Source) -> bool:
        """Return whether an instruction, or the one that ONBUILD keeps, takes heredocs; the JSON form has none."""
        start = 0
        for is_inside in (False, True):
            at = keyword(text.text, start)
            name = text.text[at.start : at.end].upper()
            _, rest = flags(text, arguments(text.text, start), self.escape)
            if name != "ONBUILD" or is_inside:
                return name in TAKES_HEREDOCS and json_list(text.text[rest.start : rest.end]) is None
            start = rest.start
        return False

    def _heredoc(self, text: Source, word: HeredocWord) -> Heredoc:
        start = None
        while self.line is not None:
            line = self.line
            start = line.start if start is None else start
            self._check_length(line)
            self._skip()
            if (line.text.lstrip("\t") if word.chomps else line.text) == word.name:
                return Heredoc(word, Span(start, line.start))
        raise _UnendedError(text, word)

    def _skip(self) -> None:
        if self.line is not None:
            self.end = self.line.span.end
        self.at += 1
        self.line = next(self._lines, None)

    def _skip_comment(self, line: _Line) -> None:
        if self._keeps_comments and line.text.strip(SPACE):
            self.comments.append(line.span)
        self._skip()

    def _check_length(self, line: _Line) -> None:
        if len(line.text) > MAX_LINE // 4 and len(line.text.encode()) > MAX_LINE:
            message = f"this line is longer than the {MAX_LINE} bytes that the builder reads; break it up"
            raise refusal(self.source, Span(line.start, line.start), message)


def read_lines(source: Source) -> Lines:
    """Give a Dockerfile's instructions; they end at a heredoc that nothing ends, and where there are too many.

    Raises:
        UnreadableError: a directive that the builder refuses, or a line that is too long.

    """
    reader = _Reader(source)
    found: list[Logical] = []
    broken = None
    try:
        for logical in reader.instructions():
            if len(found) == MAX_INSTRUCTIONS:
                message = (
                    f"the file has more than {MAX_INSTRUCTIONS:,} instructions: dropcap checks nothing from here on"
                )
                broken = Failure(source.path, message, source=logical.text, span=keyword(logical.text.text))
                break
            found.append(logical)
    except _UnendedError as error:
        message = (
            f"the builder refuses this: unterminated heredoc: no line {error.word.name[:30]} ends it; "
            "dropcap checks nothing from here on"
        )
        at = keyword(error.text.text)
        broken = Failure(source.path, message, source=error.text, span=at)
    numbers = _numbers(reader.prepared)
    return Lines([found[number] for number in numbers if number < len(found)], reader.escape, broken)


def comment_lines(source: Source) -> tuple[list[Span], list[Logical]]:
    """Return where a Dockerfile's lines stand that are comments, and its instructions; both as far as it is whole.

    Raises:
        UnreadableError: as :func:`read_lines`.

    """
    reader = _Reader(source, keeps_comments=True)
    instructions: list[Logical] = []
    try:
        for logical in reader.instructions():
            instructions.append(logical)
            if len(instructions) == MAX_INSTRUCTIONS:
                break
    except _UnendedError:
        pass  # what is below is no part of it: the reader of instructions says so
    return reader.comments, instructions


def escape_character(source: Source) -> str:
    """Return the character that escapes others in a Dockerfile that is readable."""
    reader = _Reader(source)
    reader.directives()
    return reader.escape


def refusal(source: Source, span: Span, message: str) -> UnreadableError:
    """Make the error of a file that the builder does not read."""
    return UnreadableError(Failure(source.path, message, source=source, span=span))


def _numbers(prepared: Sequence[str]) -> list[int]:
    """Ask dockerfile-parse which of the lines that it is given begin an instruction, and return their numbers, from 0.

    It takes no line for a directive: the first one of all is empty.
    """
    text = "\n".join(("", *prepared, ""))
    parser = dockerfile_parser()(fileobj=BytesIO(text.encode("utf-8", "surrogatepass")), env_replace=False)
    return [part["startline"] - 1 for part in parser.structure]


def _lines(text: str) -> Iterator[_Line]:
    """Split at line feeds, as the builder does; carriage returns before one are not part of the line."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield _Line(start, text[start:end].rstrip("\r"))
        start = end + 1


def _says_nothing(line: _Line) -> bool:
    """Return whether a line is blank or a comment."""
    return line.text.lstrip(SPACE)[:1] in {"", "#"}
