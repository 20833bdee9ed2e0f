"""Where a new comment may stand, so that it speaks of a line and of nothing else.

What is proposed here is tried: a file that means something else afterwards is not written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers import registry
from dropcap.lang.comments import Block, Lines
from dropcap.model import UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.source import Source

LONGEST_LINE = 120
"""How long a line may get by a comment at its end."""
_YAML = frozenset({"compose", "workflow", "action", "gitlab", "task"})
_SIGNS = {"devcontainer": "//", "jenkins": "//"}


class Place(NamedTuple):
    """A place for a comment.

    Attributes:
        line: the line, from 0, that it is put above, or at the end of.
        is_above: which of the two.
        before: what opens the comment, with the blanks before it.
        after: what closes it.

    """

    line: int
    is_above: bool
    before: str
    after: str = ""


class Ground:
    """A file that comments are to be put into."""

    def __init__(self, source: Source, syntax: str) -> None:
        """Take a file's text, and how it is read."""
        self.source = source
        self.syntax = syntax
        self.lines = Lines(source.text)
        self._sign = _SIGNS.get(syntax, "#")
        self._block_of: Callable[[int], Block] | None = None
        self._line_of: Callable[[int], int] = self.lines.of
        self._ends: set[int] = set()  # the lines whose end is within a value

    def places(self, offset: int, script: Source | None, line_of: Callable[[int], int]) -> list[Place]:
        """Return where a comment on what stands at an offset may be, the best place first.

        Args:
            offset: in the file.
            script: the script that it belongs to, where that is a part of the file, or of the file with comments in it.
            line_of: gives the line here of an offset in the file that the script is a part of.

        """
        self._line_of = line_of
        try:
            return self._places(offset, self.lines.of(offset), script)
        except UnreadableError:
            return []

    def _places(self, offset: int, line: int, script: Source | None) -> list[Place]:
        if not registry.has_comments(self.syntax):
            return []
        if self.syntax in _YAML:
            return self._of_yaml(offset, line, script)
        if self.syntax == "markdown":
            return self._of_markdown(line)
        if self.syntax == "script":
            self._line_of = self.lines.of
            return self._of_shell(self.source, line)
        if self.syntax in {"just", "jenkins"} and script is not None:
            found = self._of_shell(script, line)
            return found if self._is_apart(script) else [*self._of_line(line), *found]
        return self._of_line(line)

    def _of_line(self, line: int) -> list[Place]:
        """Give the places around a line of a language in which a comment is at the end of any, or alone."""
        if self._block_of is None:
            self._block_of = self._blocks()
        block = self._block_of(line)
        above = self._above(block.first)
        return [self._behind(line), above] if self.syntax in _SIGNS else [above]

    def _blocks(self) -> Callable[[int], Block]:
        """Ask the language which lines belong together: a comment that covers them is put above each."""
        if self.syntax == "dockerfile":
            from dropcap.lang.comments import joined
            from dropcap.lang.dockerfile.logical_lines import comment_lines

            return joined((one.first - 1, one.last - 1) for one in comment_lines(self.source)[1])
        return self._continued

    def _continued(self, line: int) -> Block:
        first = line
        while first and _goes_on(self._text(first - 1)):
            first -= 1
        return Block(first, line)

    def _of_yaml(self, offset: int, line: int, script: Source | None) -> list[Place]:
        from bisect import bisect_right

        from dropcap.lang.yaml import Scalar
        from dropcap.lang.yaml.comments import anatomy

        if self._block_of is None:
            self._values, self._block_of, self._yaml_lines = anatomy(self.source)
            self._starts = [one.span.start for one in self._values]
            self._ends = {
                number
                for one in self._values
                for number in range(self.lines.of(one.span.start), self.lines.of(max(one.span.start, one.span.end - 1)))
                if not (isinstance(one, Scalar) and one.style in {"|", ">"} and number == self.lines.of(one.span.start))
            }
        at = bisect_right(self._starts, offset) - 1
        value = self._values[at] if at >= 0 else None
        if value is not None and value.span.start <= offset < value.span.end:
            first = self.lines.of(value.span.start)
            if line > first or (self.lines.of(value.span.end - 1) > first):
                if isinstance(value, Scalar) and value.style == "|" and script is not None and line > first:
                    return self._of_shell(script, line)
                line = first
        above = self._above(line)
        return [above] if line in self._ends else [self._behind(line), above]

    def _of_shell(self, script: Source, line: int) -> list[Place]:
        from dropcap.lang.shell.comments import anatomy

        _, block_of, lines = anatomy(script)
        for number, start in enumerate(lines.starts):
            at = min(start, max(0, len(script.text) - 1))
            if self._line_of(script.to_root(Span(at, at))[1].start) == line:
                block = block_of(number)
                first = lines.starts[block.first]
                first_line = self._line_of(script.to_root(Span(first, first))[1].start)
                above = self._above(first_line, "#")
                return [self._behind(line, "#"), above] if block.first == block.last else [above]
        return []

    def _is_apart(self, script: Source) -> bool:
        """Whether a script has lines of its own."""
        return "\n" in script.text.strip()

    def _of_markdown(self, line: int) -> list[Place]:
        from dropcap.carriers.markdown import block_starts

        for first, last, is_fenced in block_starts(self.source):
            if first <= line <= last:
                indent = self._indent(first) if is_fenced else ""  # indented, it would be a part of the code
                return [Place(first, is_above=True, before=f"{indent}<!-- ", after=" -->")]
        return []

    def _above(self, line: int, sign: str = "") -> Place:
        indent = "" if self.syntax == "make" else self._indent(line)
        return Place(line, is_above=True, before=f"{indent}{sign or self._sign} ")

    def _behind(self, line: int, sign: str = "") -> Place:
        return Place(line, is_above=False, before=f"  {sign or self._sign} ")

    def _indent(self, line: int) -> str:
        text = self._text(line)
        indent = re.match(r"[ \t]*(?:>[ ]?)*[ \t]*", text) if self.syntax == "markdown" else re.match(r"[ \t]*", text)
        return indent[0] if indent else ""

    def _text(self, line: int) -> str:
        return self.source.text[slice(*self.lines.span(line, line))]

    def is_free(self, place: Place, comment: str) -> bool:
        """Return whether a comment fits at the end of a line, which has none; above one there is always room."""
        if place.is_above:
            return True
        text = self._text(place.line)
        has_comment = re.search(rf"(?:^|\s){re.escape(place.before.strip())}", text) is not None
        return not has_comment and len(text.rstrip()) + len(place.before) + len(comment) <= LONGEST_LINE


def _goes_on(text: str) -> bool:
    text = text.rstrip("\r")
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def syntax_of(path: str, data: bytes) -> str:
    """Say how a file is written: by its name, or else by what it holds."""
    found = registry.carrier_of_name(path) or registry.carrier_of_content(path, data)
    return found or ("compose" if registry.is_yaml(path) else "")
