"""Edits of JSON texts with comments: items of lists and members of objects, written as their neighbours are."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.lang.jsonc import Array, Member, Object, Scalar, parse
from dropcap.model import UnreadableError
from dropcap.model.changes import Edit
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dropcap.lang.jsonc import Node
    from dropcap.source import Source

_SKIPPED = re.compile(r"(?:\s|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_REST = re.compile(r"[ \t]*(?://[^\r\n]*|(?:/\*[^\r\n]*?\*/[ \t]*)*)?(?=[\r\n]|\Z)")
_BREAK = re.compile(r"\r\n|\n|\r")


class Part(NamedTuple):
    """An item or a member.

    Attributes:
        node: its value.
        span: all of it; of a member from its key on.
        holder: the list or object that it is in.
        number: which one of it, from 0.
        of: the part that the holder is the value of; None for the outermost.
        name: a member's key; empty for an item.

    """

    node: Node
    span: Span
    holder: Array | Object
    number: int
    of: Part | None
    name: str


class Text:
    """A JSON text with its parts by place."""

    __slots__ = ("_spans", "_tops", "by_start", "parts", "root", "source", "text")

    def __init__(self, source: Source) -> None:
        """Read a text.

        Raises:
            RefusedError: it is no object, or has faults.

        """
        self.source, self.text = source, source.text
        try:
            found = parse(source)
        except UnreadableError as error:
            raise RefusedError(f"the file cannot be read: {error.failure.message}") from None
        if not isinstance(found.root, Object):
            raise RefusedError("the file is no object")
        self.root = found.root
        self.parts: list[Part] = []
        todo: list[tuple[Array | Object, Part | None]] = [(found.root, None)]
        while todo:
            holder, of = todo.pop()
            for number, one in enumerate(holder.items if isinstance(holder, Array) else holder.members):
                if isinstance(one, Member):
                    span = Span(one.key.span.start, one.value.span.end)
                    part = Part(one.value, span, holder, number, of, str(one.key.value))
                else:
                    part = Part(one, one.span, holder, number, of, "")
                self.parts.append(part)
                if isinstance(part.node, Array | Object):
                    todo.append((part.node, part))
        self._spans: dict[Span, list[Span]] = {}
        self._tops: dict[str, list[Part]] = {}
        for part in self.parts:
            if part.of is None:
                self._tops.setdefault(part.name, []).append(part)
        self.by_start = {part.node.span.start: part for part in self.parts}

    def at(self, span: Span) -> Part:
        """Return the single value that a stretch is or lies in.

        Raises:
            RefusedError: there is none.

        """
        start = span.start
        part = self.by_start.get(start)
        if part is None:
            part = self.by_start.get(self.text.rfind('"', 0, start))
        found = part
        if found is None or not isinstance(found.node, Scalar) or found.node.span.end < span.end:
            found = next(
                (one for one in self.parts if isinstance(one.node, Scalar) and _holds(one.node.span, span)), None
            )
        if found is None:
            raise RefusedError("it is no value of the file")
        return found

    def member(self, name: str) -> Part | None:
        """Return a member of the outermost object; of several of a name the last, which counts.

        Raises:
            RefusedError: it stands there twice.

        """
        found = self._tops.get(name, ())
        if len(found) > 1:
            raise RefusedError(f"{name} stands there twice")
        return found[0] if found else None

    def spans(self, holder: Array | Object) -> list[Span]:
        """Return where the parts of a list or an object stand."""
        found = self._spans.get(holder.span)
        if found is None:
            found = self._spans[holder.span] = _spans(holder)
        return found


@lru_cache(maxsize=8)
def text_of(source: Source) -> Text:
    """Return the parts of a text, and raise as :class:`Text` does."""
    return Text(source)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def quoted(text: str) -> str:
    """Write a text.

    Raises:
        RefusedError: it would need escapes.

    """
    if not text.isprintable() or '"' in text or "\\" in text:
        raise RefusedError("the value would need escapes")
    return f'"{text}"'


def _spans(holder: Array | Object) -> list[Span]:
    if isinstance(holder, Array):
        return [item.span for item in holder.items]
    return [Span(one.key.span.start, one.value.span.end) for one in holder.members]


def has_comment(text: str, holder: Array | Object) -> bool:
    """Whether a comment stands in a list between its items."""
    at = holder.span.start + 1
    for span in [*_spans(holder), Span(holder.span.end - 1, holder.span.end)]:
        if "/" in text[at : span.start]:
            return True
        at = span.end
    return False


def _comma(text: str, at: int, end: int) -> int | None:
    """Return where the comma behind a part stands."""
    found = _SKIPPED.match(text, at, end)
    at = found.end() if found else at
    return at if at < end and text[at] == "," else None


def removals(text: Text, parts: Iterable[Part]) -> Iterator[Edit]:
    """Give the edits that take parts out; a list whose last item goes takes its key along.

    Raises:
        RefusedError: nothing would be left.

    """
    of_holder: dict[Span, dict[int, Part]] = {}
    for part in parts:
        of_holder.setdefault(part.holder.span, {})[part.number] = part
    for key, found in list(of_holder.items()):
        first = next(iter(found.values()))
        is_all = isinstance(first.holder, Array) and len(found) == len(first.holder.items)
        if is_all and not has_comment(text.text, first.holder):
            if first.of is None or not first.of.name:
                raise RefusedError("nothing would be left of the list")
            del of_holder[key]
            of_holder.setdefault(first.of.holder.span, {})[first.of.number] = first.of
    for found in of_holder.values():
        yield from _of_one(text, next(iter(found.values())).holder, found)


def _of_one(text: Text, holder: Array | Object, found: dict[int, Part]) -> Iterator[Edit]:
    written, end = text.text, holder.span.end - 1
    spans = text.spans(holder)
    if len(found) == len(spans) and isinstance(holder, Object):
        raise RefusedError("nothing would be left beside it")
    edits = []
    for index in sorted(found):
        comma = _comma(written, spans[index].end, end)
        if comma is not None and written[spans[index].end : comma].strip(" \t"):
            raise RefusedError("a comment stands before its comma")
        edits.append(_whole_lines(text, spans[index].start, spans[index].end if comma is None else comma + 1))
    last = len(spans) - 1
    while last in found:
        last -= 1
    if last >= 0 and last + 1 < len(spans) and _comma(written, spans[-1].end, end) is None:
        comma = _comma(written, spans[last].end, end)
        if comma is None:
            raise RefusedError("its comma is not found")
        behind = [one for one in edits if one.span.start > comma]
        edits = [one for one in edits if one.span.start <= comma]
        yield _as_one(text, [Edit(text.source, Span(comma, comma + 1), ""), *behind])
    yield from edits


def _as_one(text: Text, edits: Sequence[Edit]) -> Edit:
    """Make one edit of several, so that nothing else can be written between them."""
    parts: list[str] = []
    at = edits[0].span.start
    for one in edits:
        parts += (text.text[at : one.span.start], one.text)
        at = one.span.end
    kept = _BREAK.sub("\n", "".join(parts))
    return Edit(text.source, Span(edits[0].span.start, at), kept if kept.strip(" \t") else "")


def _whole_lines(text: Text, start: int, end: int) -> Edit:
    """Take out a stretch, with the blanks behind it, or with its lines where nothing else stands on them."""
    written = text.text
    first = _line_start(written, start)
    behind = end
    while behind < len(written) and written[behind] in " \t":
        behind += 1
    is_end = behind == len(written) or written[behind] in "\r\n"
    if not written[first:start].strip(" \t") and is_end:
        found = _BREAK.match(written, behind)
        return Edit(text.source, Span(first, found.end() if found else behind), "")
    if is_end or written[behind] in "]}":
        while start > first and written[start - 1] in " \t":
            start -= 1
        return Edit(text.source, Span(start, end), "")
    is_comment = written[behind] == "/" and bool(written[first:start].strip(" \t"))
    return Edit(text.source, Span(start, end if is_comment else behind), "")


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def after(text: Text, holder: Array | Object, number: int, written: Sequence[str]) -> Edit:
    """Return the edit that adds items or members behind one of a list or an object.

    Each stands on a line of its own where that one does. The edit covers the end of that one, so that nothing else
    takes it out at the same time.

    Raises:
        RefusedError: the text is written in a way that is not known.

    """
    spans, source, whole = text.spans(holder), text.source, text.text
    at = spans[number]
    blanks = whole[_line_start(whole, at.start) : at.start]
    comma = _comma(whole, at.end, holder.span.end - 1)
    if comma is None and number < len(spans) - 1:
        raise RefusedError("its comma is not found")
    rest = _REST.match(whole, at.end if comma is None else comma + 1)
    is_apart = comma is not None and bool(whole[at.end : comma].strip(" \t"))
    if blanks.strip(" \t") or rest is None or is_apart:
        return Edit(source, Span(at.end - 1, at.end), whole[at.end - 1] + "".join(f", {one}" for one in written))
    lines = f",\n{blanks}".join(written)
    comment = whole[rest.start() : rest.end()]
    before = whole[at.end - 1 : at.end if comma is None else comma]
    ending = "" if comma is None else ","
    return Edit(source, Span(at.end - 1, rest.end()), f"{before},{comment}\n{blanks}{lines}{ending}")


def in_brackets(values: Sequence[str]) -> str:
    """Write a list in a row."""
    return f"[{', '.join(map(quoted, values))}]"
