"""Physical lines of a Dockerfile become instructions: directives, continuations, comments, heredocs.

The list of instructions comes from the library dockerfile-parse. It is handed a prepared copy of the text with
as many lines, each instruction joined on its first one, because by itself it takes the lines of a heredoc for
instructions, ends an instruction at a blank line, loses one whose continuation ends the file, and takes quadratic time
for many lines of one. The rules are those of BuildKit, `frontend/dockerfile/parser`.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from dropcap.lang.dockerfile.lexer import WORD, json_strings
from dropcap.model import Failure, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.source import Source

MAX_LINE = 65535
"""The longest line that BuildKit reads, in bytes."""

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_COMMENT = re.compile(r"[^\S\x1c-\x1f]*#")  # Go's blanks are Python's, without the separators of ASCII
_SPACE = " \t\v\f\r"
# Go's strings.TrimSpace, within a line.
_KEYWORD = re.compile(r"[^\t\v\f\r ]+")
_ONBUILD = re.compile(r"onbuild[\t\v\f\r ]+", re.IGNORECASE)
_TAKES_HEREDOC = re.compile(r"(?:run|copy|add)[\t\v\f\r ]", re.IGNORECASE)
_HEREDOC = re.compile(r"(\d*)<<(-?)([^<]+)")


class Heredoc(NamedTuple):
    """A text that stands below its instruction.

    Attributes:
        name: the word that ends it.
        word: where `<<NAME` stands in the instruction's text.
        body: where the text stands in the file, without the line that ends it.

    """

    name: str
    word: Span
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


class _Line(NamedTuple):
    start: int
    text: str


class _Reader:
    """Walks the lines once; `prepared` gathers what dockerfile-parse is given."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = _split(source.text)
        self.at = 0
        self.prepared: list[str] = []
        self.escape = "\\"

    def instructions(self) -> Iterator[Logical]:
        self._directives()
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if _COMMENT.match(line.text) or not line.text.strip(_SPACE):
                self._skip()
                continue
            yield self._instruction()

    def _directives(self) -> None:
        seen = set()
        while self.at < len(self.lines):
            line = self.lines[self.at]
            found = _DIRECTIVE.match(line.text)
            name = found[1].lower() if found else ""
            if found is None or name not in _DIRECTIVES:
                return
            span = Span(line.start, line.start + len(line.text))
            if name in seen:
                raise refusal(self.source, span, f"only one {name} parser directive can be used; take this one out")
            seen.add(name)
            if name == "escape":
                self.escape = found[2].rstrip()
                if self.escape not in {"\\", "`"}:
                    raise refusal(self.source, span, f"the escape character is ` or \\, not {self.escape[:30]}")
            self._skip()

    def _instruction(self) -> Logical:
        first = self.at
        parts: list[str] = []
        segments: list[tuple[int, int]] = []
        length = 0
        goes_on = True
        while goes_on and self.at < len(self.lines):
            line = self.lines[self.at]
            self._check_length(line)
            if self.at > first and (_COMMENT.match(line.text) or not line.text.strip(_SPACE)):
                self._skip()
                continue
            content, goes_on = self._without_continuation(line.text)
            blanks = len(content) - len(content.lstrip(_SPACE)) if self.at == first else 0
            content = content[blanks:]
            segments.append((length, line.start + blanks))
            parts.append(content)
            length += len(content)
            self._skip()
        text = self.source.piece("".join(parts), segments)
        self.prepared[first] = text.text.rstrip("\\" + _SPACE)
        heredocs = tuple(self._heredocs(text))
        last = self.lines[self.at - 1]
        found = _KEYWORD.match(text.text)
        keyword = found[0].upper() if found else ""
        return Logical(keyword, text, first + 1, self.at, last.start + len(last.text), heredocs)

    def _without_continuation(self, text: str) -> tuple[str, bool]:
        """Take the escape character off a line's end; after another one it means itself."""
        content = text.rstrip(" \t")
        before = content[:-1]
        if not content.endswith(self.escape) or before.endswith(self.escape):
            return text, False
        return before, True

    def _heredocs(self, text: Source) -> Iterator[Heredoc]:
        if "<<" not in text.text:
            return
        inner = _ONBUILD.match(text.text)
        start = inner.end() if inner else 0
        if not _TAKES_HEREDOC.match(text.text, start) or _is_json(text.text[start:]):
            return
        for word in list(WORD.finditer(text.text)):
            found = _HEREDOC.fullmatch(word[0])
            if found is not None:
                yield self._heredoc(text, Span(*word.span()), unquoted(found[3]), chomps=bool(found[2]))

    def _heredoc(self, text: Source, word: Span, name: str, *, chomps: bool) -> Heredoc:
        first = self.at
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self._check_length(line)
            self._skip()
            if (line.text.lstrip("\t") if chomps else line.text) == name:
                start = self.lines[first].start
                return Heredoc(name, word, Span(start, line.start))
        raise refusal(text, word, f"unterminated heredoc: no line {name} ends it")

    def _skip(self) -> None:
        self.prepared.append("")
        self.at += 1

    def _check_length(self, line: _Line) -> None:
        if len(line.text) > MAX_LINE // 4 and len(line.text.encode()) > MAX_LINE:
            message = f"this line is longer than the {MAX_LINE} bytes that the builder reads; break it"
            raise refusal(self.source, Span(line.start, line.start), message)


def read_lines(source: Source) -> tuple[list[Logical], str]:
    """Give a Dockerfile's instructions, in their order, and its escape character.

    Raises:
        UnreadableError: a directive or a heredoc that the builder refuses, or a line that is too long.

    """
    reader = _Reader(source)
    found = {logical.first: logical for logical in reader.instructions()}
    return [found[first] for first in _starts(reader.prepared) if first in found], reader.escape


def refusal(source: Source, span: Span, message: str) -> UnreadableError:
    """Make the error of a file that the builder does not read."""
    return UnreadableError(Failure(source.path, message, source=source, span=span))


def unquoted(word: str) -> str:
    """Take quotation marks and escapes off a word."""
    return _QUOTED.sub(lambda found: found[1] or found[2] or found[3] or "", word)


_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|\\(.)")


def _starts(prepared: Sequence[str]) -> list[int]:
    """Ask dockerfile-parse for the first lines of the instructions, from 1."""
    from dockerfile_parse import DockerfileParser

    text = "\n".join(prepared) + "\n"
    parser = DockerfileParser(fileobj=BytesIO(text.encode("utf-8", "surrogatepass")), env_replace=False)
    return [part["startline"] + 1 for part in parser.structure]


def _split(text: str) -> list[_Line]:
    """Split at line feeds, as the builder does; a carriage return before one is not part of the line."""
    lines = []
    start = 0
    for part in text.split("\n"):
        lines.append(_Line(start, part.removesuffix("\r")))
        start += len(part) + 1
    if lines and not lines[-1].text:
        lines.pop()
    return lines


def _is_json(text: str) -> bool:
    """Whether an instruction has the JSON form, in which nothing is a heredoc."""
    rest = text.partition(" ")[2].lstrip(_SPACE)
    if not rest.startswith("["):
        return False
    return json_strings(rest) is not None
