"""Where a cursor is: the keys that lead there, what is typed already, and what stands beside it.

A text is mostly broken while somebody types, so that no parser helps. The line says what is typed, and the
indentation of the lines above says which keys hold it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KEY, ITEM, VALUE = "key", "item", "value"
MOST_LINES = 3000
"""How far up keys are looked for."""
LONGEST_LINE = 2000
"""A longer line is nobody's to complete."""
_LONGEST_ABOVE = 400  # of a line above as much as has its key
_NEAR_LINES = 200
_SERVICE = 2
"""How many keys lead to what a service has: `services`, and its name."""
_DASHES = re.compile(r"[ ]*(?:-[ ]+)*(?:-\Z)?")
_LETTER = r"""[^\s"'#:\[\]{},]"""
# No blank is its last letter, so that it is found in one pass.
_KEY = re.compile(rf"""(["']?)({_LETTER}(?:[^"'#:\[\]{{}},]*{_LETTER})?)\1[ ]*:(?=\s|\Z)[ ]*""")
_OPEN = re.compile(r"(?:[&!]\S*)?")  # what may follow a key that holds the lines below: an anchor or a tag
_TYPED = re.compile(r"""["']?([^\s"'#\[\]{},]*)\Z""")
_REST = re.compile(r"[^\s\"'#\[\]{},]*")


class Cursor(NamedTuple):
    """A place where something is typed.

    Attributes:
        path: the keys that lead there, from the root; an item of a list is no step.
        role: whether a key is typed, an item of a list or the value of a key.
        typed: the word around the place, without quotation marks.
        siblings: what the same list or mapping has besides.
        is_bare: whether an item is typed in a line that has no dash yet.
        is_flow: whether an item is typed between brackets.

    """

    path: tuple[str, ...]
    role: str
    typed: Span
    siblings: tuple[str, ...] = ()
    is_bare: bool = False
    is_flow: bool = False

    @property
    def is_service_key(self) -> bool:
        """Whether a key of a Compose service is typed."""
        return self.role == KEY and self.path[:1] == ("services",) and len(self.path) == _SERVICE

    def lead(self, text: str) -> str:
        """Return what has to be written before an item: a dash where its line has none, a blank behind a bare one."""
        if self.is_bare:
            return "- "
        is_dash = not self.is_flow and text[: self.typed.start].endswith("-")
        return " " if is_dash and self.role == ITEM else ""


class _Line(NamedTuple):
    """A line without its comment.

    Attributes:
        indent: how far its dash, or else its first word, is from the left.
        content: how far its first word is.
        text: from there on.

    """

    indent: int
    content: int
    text: str

    @property
    def is_item(self) -> bool:
        """Whether it begins with a dash."""
        return self.content > self.indent


def yaml_cursor(text: str, offset: int) -> Cursor | None:
    """Return where an offset of a text of YAML is; None where that is not sure."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    head = text[start:offset]
    if end - start > LONGEST_LINE or "\t" in head[: len(head) - len(head.lstrip())] or _comment_at(head) is not None:
        return None
    dashes = _DASHES.match(head)
    content = dashes.end() if dashes is not None else 0
    indent = len(head) - len(head.lstrip(" ")) if head.strip() else content
    rest = head[content:]
    above = _above(text, start)
    flow = _flow(rest, above)
    if flow is not None:
        return _in_flow(text, offset, flow, above, (indent, content))
    typed = _typed(text, offset, start + content)
    is_item = content > indent
    key = _KEY.match(rest)
    path = _path(above, indent, content, is_item=is_item)
    if path is None or _TYPED.fullmatch(rest, key.end() if key is not None else 0) is None:
        return None
    if key is not None:
        return Cursor((*path, key[2]), VALUE, typed)
    column = indent if is_item else content
    beside = (*_beside(above, column, is_item=is_item), *_beside(_below(text, end), column, is_item=is_item))
    return Cursor(path, ITEM if is_item else KEY, typed, beside, is_bare=not is_item)


def _typed(text: str, offset: int, first: int) -> Span:
    """Return the word around an offset, which does not begin before a place."""
    start = offset
    while start > first and text[start - 1] not in " \t\"'#[]{},":
        start -= 1
    rest = _REST.match(text, offset)
    return Span(start, rest.end() if rest is not None else offset)


def _above(text: str, start: int) -> list[_Line]:
    """Return the lines above a place that hold something, the nearest first."""
    found = []
    end = start - 1
    for _ in range(MOST_LINES):
        if end < 0:
            break
        begin = text.rfind("\n", 0, end) + 1
        line = _line(text[begin : min(end, begin + _LONGEST_ABOVE)])
        if line is not None:
            found.append(line)
            if line.content == 0:
                break  # what is further up belongs to other keys
        end = begin - 1
    return found


def _below(text: str, end: int) -> list[_Line]:
    """Return the lines below a place that hold something, as far as items of one list may go."""
    found = []
    for raw in text[end + 1 : end + 1 + _NEAR_LINES * 80].split("\n")[:_NEAR_LINES]:
        line = _line(raw[:_LONGEST_ABOVE])
        if line is not None:
            found.append(line)
    return found


def _line(raw: str) -> _Line | None:
    """Return a line; None of one that is blank or holds a comment alone."""
    comment = _comment_at(raw)
    text = (raw if comment is None else raw[:comment]).rstrip()
    if not text or text.startswith(("---", "%")):
        return None
    dashes = _DASHES.match(text)
    content = dashes.end() if dashes is not None else 0
    return _Line(len(text) - len(text.lstrip(" ")), content, text[content:])


def _comment_at(text: str) -> int | None:
    """Return where a comment begins in a line; a quoted sign begins none."""
    if "#" not in text:
        return None  # as of most
    quote = ""
    for number, one in enumerate(text):
        if quote:
            quote = "" if one == quote else quote
        elif one in "\"'" and (number == 0 or text[number - 1] in " [{,:-"):
            quote = one
        elif one == "#" and (number == 0 or text[number - 1] in " \t"):
            return number
    return None


def _path(above: Sequence[_Line], indent: int, content: int, *, is_item: bool) -> tuple[str, ...] | None:
    """Return the keys that hold a line; None where a line above has another form."""
    keys: list[str] = []
    # What holds an item may stand as far to the right as its dash; what holds a key stands further left.
    limit, in_list = (indent + 1, True) if is_item else (content, False)
    for line in above:
        if limit <= 0:
            break
        if line.indent >= limit or (in_list and line.is_item and line.indent == limit - 1):
            continue  # it holds nothing of this, or is a neighbour in the same list
        if line.content < limit:
            key = _KEY.match(line.text)
            if key is None or not _OPEN.fullmatch(line.text, key.end()):
                return None
            keys.append(key[2])
        # Else its key is a neighbour of ours, and its dash is that of the mapping that holds both.
        limit, in_list = (line.indent + 1, True) if line.is_item else (line.indent, False)
    return tuple(reversed(keys))


def _beside(lines: Sequence[_Line], column: int, *, is_item: bool) -> Iterator[str]:
    """Give the items or keys that stand in the same list or mapping, on one side."""
    for line in lines:
        if line.indent < column or (line.indent == column and line.is_item is not is_item):
            return
        if line.indent == column:
            key = None if is_item else _KEY.match(line.text)
            yield key[2] if key is not None else line.text.strip("\"'")


class _Flow(NamedTuple):
    """A list in brackets that is not closed before the cursor: what stands in it, and how many lines up it opens."""

    inside: str
    opening: str
    lines_up: int


def _flow(rest: str, above: Sequence[_Line]) -> _Flow | None:
    """Return the list in brackets that a place is in; None where it is in none."""
    inside = rest
    for number in range(min(len(above), _NEAR_LINES) + 1):
        depth = inside.rfind("[")
        if depth > inside.rfind("]"):
            return _Flow(inside[depth + 1 :], inside[:depth], number)
        if depth >= 0 or "]" in inside or number == len(above) or not above[number].text.endswith(("[", ",")):
            return None
        inside = f"{above[number].text}\n{inside}"
    return None


def _in_flow(text: str, offset: int, flow: _Flow, above: Sequence[_Line], columns: tuple[int, int]) -> Cursor | None:
    """Return where an offset is in a list in brackets."""
    indent, content = columns
    key = _KEY.fullmatch(flow.opening.split("\n")[0])
    *before, typed = flow.inside.replace("\n", " ").split(",")
    if key is None or "{" in flow.inside or _TYPED.fullmatch(typed.strip()) is None:
        return None
    if flow.lines_up:
        line = above[flow.lines_up - 1]
        indent, content = line.indent, line.content
    path = _path(above[flow.lines_up :], indent, content, is_item=content > indent)
    if path is None:
        return None
    word = _typed(text, offset, 0)
    end = text.find("]", word.end, word.end + _NEAR_LINES * 80)
    after = re.split(r"[,\n]", text[word.end : end])[1:] if end >= 0 else []
    siblings = tuple(one.strip().strip("\"'") for one in (*before, *after) if one.strip())
    return Cursor((*path, key[2]), ITEM, word, siblings, is_flow=True)
