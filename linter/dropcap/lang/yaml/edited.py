"""The YAML of a text that is being edited: what stands around a change keeps its nodes.

The keys at the top of a Compose file, and those of its `services`, each begin a line; from there to the next one is an
entry, a :class:`~dropcap.lang.yaml.pieces.Piece` of the text. After a change inside one entry only that entry is
parsed, and those below it are moved.

What one entry says without the others is the same as with them, as long as the text has no anchor (an alias names what
stands elsewhere), no directive, and no key that is marked by `?` (where its value is missing, its place is that of
what follows). All else is parsed as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dropcap.lang.yaml.nodes import Mapping, Pair, Scalar, Sequence, Stream
from dropcap.lang.yaml.pieces import Piece
from dropcap.namedtuple import NamedTuple
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.lang.yaml.nodes import Node, Value

    # Composes the nodes of a text.
    Compose = Callable[[Source], Stream]

__all__ = ["Edited"]

_SERVICES = "services"
_ABOVE = "services:\n"
_IN_TEXTS = "TMPDIR"
"""What a command is asked for that decides by being anywhere in its text."""
_NOT_IN_TEXTS = re.compile(rf"&[\w-]|^%|{_IN_TEXTS}", re.MULTILINE)
_NOT_IN_ENTRIES = re.compile(r"\?|^(?:---|\.\.\.)|\r(?!\n)|[\x85\u2028\u2029]", re.MULTILINE)
"""What an entry that is parsed may not have: what ends a document, other ends of lines, and what the module names."""

_BLANK_LINES = re.compile(r"(?: *(?:#[^\r\n\x85\u2028\u2029]*)?\r?\n)*")


class Edited(Source):
    """A text that is being edited, as it is now.

    Attributes:
        tree: its entries, once it was parsed; None where it is not in pieces, or a later text has taken them over.
        before: the last text before it that has a tree, as long as this one has none.

    """

    __slots__ = ("_streams", "before", "tree")

    def __init__(self, path: str, text: str, *, encoding: str = "utf-8", before: Edited | None = None) -> None:
        """Take the text.

        Args:
            path: as it is to be printed.
            text: the text.
            encoding: of its file.
            before: the text before the last change.

        """
        super().__init__(path, text, encoding=encoding)
        self.tree: _Tree | None = None
        self._streams: dict[bool, Stream] = {}
        # What comes after a text that is broken for the moment is compared with the last one that was not.
        self.before: Edited | None = before if before is None or before.tree is not None else before.before

    def stream(self, compose: Compose, *, shares_anchors: bool) -> Stream:
        """Return the documents of the text, and raise what composing them raises.

        Args:
            compose: composes the nodes of a text, with or without shared anchors.
            shares_anchors: whether it shares them, and there are any.

        """
        found = self._streams.get(shares_anchors)
        if found is None:
            found = self._streams[shares_anchors] = self._in_pieces(compose) or compose(self)
        return found

    def _in_pieces(self, compose: Compose) -> Stream | None:
        """Return the documents in pieces; None where the text is not one to be parsed so."""
        if _NOT_IN_TEXTS.search(self.text):
            return None
        before = self.before
        tree = before.changed_to(self, compose) if before is not None else None
        if tree is None:
            stream = compose(self)
            tree = _taken_apart(stream, self)
            if tree is None:
                return stream
        self.tree, self.before = tree, None
        return tree.stream(self)

    def changed_to(self, newer: Edited, compose: Compose) -> _Tree | None:
        """Return the entries of a newer text, which takes them over; None where more than one of them is another."""
        tree = _changed(self.tree, self.text, newer, compose) if self.tree is not None else None
        if tree is not None:
            self.tree, self._streams = None, {}
        return tree


class _Part(NamedTuple):
    """An entry: a piece of the text, the key and value that it holds, and the column of the key."""

    piece: Piece
    key: Scalar
    value: Value
    is_service: bool
    column: int


class _Tree(NamedTuple):
    """The entries of a text in their order, and the key of the services, which stands before the first of them."""

    parts: tuple[_Part, ...]
    services: Scalar | None

    def stream(self, root: Source) -> Stream:
        """Return the document that they make up."""
        pairs: list[Pair] = []
        own = [part for part in self.parts if part.is_service]
        for part in self.parts:
            if not part.is_service:
                pairs.append(Pair(part.key, part.value))
            elif part is own[0] and self.services is not None:
                inner = tuple(Pair(one.key, one.value) for one in own)
                span = Span(_start(own[0]), _end(own[-1]))
                pairs.append(Pair(self.services, Mapping(inner, None, root, span)))
        first = pairs[0].key
        start = first.span.start if first is self.services else _start(self.parts[0])
        return Stream((Mapping(tuple(pairs), None, root, Span(start, _end(self.parts[-1]))),), ())


def _part(piece: Piece, key: Scalar, value: Node, by: int, *, is_service: bool, column: int) -> _Part:
    """Return an entry of a key and a value, which stand so many characters further on in its piece."""
    own = _moved(value, piece, by)
    piece.forms[id(own)] = own
    return _Part(piece, _moved(key, piece, by), own, is_service, column)


def _start(part: _Part) -> int:
    return part.piece.start + part.key.span.start


def _end(part: _Part) -> int:
    return part.piece.start + part.value.span.end


def _changed(tree: _Tree, old: str, root: Edited, compose: Compose) -> _Tree | None:
    """Return a text's entries by those of the text before; None where more than one entry is another."""
    new = root.text
    changed = _change(old, new)
    grown = len(new) - len(old)
    if _is_above_entries(tree, changed, old, new):
        return _pushed(tree, root, changed.start, grown)
    number = _part_at(tree, *changed)
    if number is None:
        return None
    part = tree.parts[number]
    at, length = part.piece.start, len(part.piece.text)
    text = new[at : at + length + grown]
    again = _parsed(text, part, root, at, is_last=at + length == len(old), compose=compose)
    if again is None:
        return None
    names = [one.key.text for one in tree.parts if one.is_service == part.is_service and one is not part]
    if part.key.text != again.key.text and (again.key.text in names or _SERVICES in (part.key.text, again.key.text)):
        return None
    pushed = _pushed(tree, root, at + 1, grown)
    return pushed._replace(parts=(*tree.parts[:number], again, *tree.parts[number + 1 :]))


def _change(old: str, new: str) -> Span:
    """Return the stretch of a text that is another in a newer one; of whole lines that come or go, from their start."""
    start = _common(old, new)
    behind = min(_common_end(old, new), len(old) - start, len(new) - start)
    more, less = new[start : len(new) - behind], old[start : len(old) - behind]
    line = old.rfind("\n", 0, start) + 1
    # The line below may begin as the first of them does: then the change seems to begin within that line.
    if not (more and less) and (more or less).endswith(old[line:start]):
        return Span(line, len(old) - behind - (start - line))
    return Span(start, len(old) - behind)


def _pushed(tree: _Tree, root: Source, start: int, grown: int) -> _Tree:
    """Return entries as they are in another text, those from an offset on so many characters further on."""
    for part in tree.parts:
        part.piece.move(root, part.piece.start + (grown if part.piece.start >= start else 0))
    services = tree.services
    if services is not None:
        services = _moved(services, root, grown if services.span.start >= start else 0)
    return _Tree(tree.parts, services)


def _is_above_entries(tree: _Tree, changed: Span, old: str, new: str) -> bool:
    """Whether nothing but blank lines and comments has changed, above all entries or above all services."""
    first = old.rfind("\n", 0, changed.start) + 1
    end = changed.end + len(new) - len(old)
    is_at_line = all(not at or text[at - 1] == "\n" for text, at in ((old, changed.end), (new, end)))
    rest = 0 if is_at_line else len(old[changed.end :].partition("\n")[0]) + 1
    stop, new_stop = min(changed.end + rest, len(old)), min(end + rest, len(new))
    if _BLANK_LINES.fullmatch(old, first, stop) is None or _BLANK_LINES.fullmatch(new, first, new_stop) is None:
        return False
    # What is put in where an entry ends belongs to it; where one begins, it is above that.
    return not any(
        part.piece.start < max(stop, first + 1) and first <= part.piece.start + len(part.piece.text)
        for part in tree.parts
        if part.piece.start != first or stop != first
    )


def _part_at(tree: _Tree, start: int, end: int) -> int | None:
    """Return the entry that a stretch of the text lies in; what is put in between two belongs to the first."""
    for number, part in enumerate(tree.parts):
        first = part.piece.start
        if first <= start and end <= first + len(part.piece.text):
            return number
    return None


def _parsed(text: str, part: _Part, root: Edited, at: int, *, is_last: bool, compose: Compose) -> _Part | None:
    """Parse an entry by itself; None where it is none any more, or may not be parsed so."""
    if _NOT_IN_ENTRIES.search(text) or not (is_last or text.endswith("\n")):
        return None
    above = _ABOVE if part.is_service else ""
    try:
        documents, repeats = compose(Source(root.path, above + text))
    except Exception:  # noqa: BLE001  # whatever it is, the whole text is to say so
        return None
    found: Node | None = documents[0] if len(documents) == 1 and not repeats else None
    if part.is_service and isinstance(found, Mapping):
        found = found.pairs[0].value if len(found.pairs) == 1 else None
    if not isinstance(found, Mapping) or len(found.pairs) != 1:
        return None
    key, value = found.pairs[0]
    column = key.span.start - len(above)
    if value.span.start == value.span.end and not is_last:
        return None  # nothing, whose place is that of the next entry
    # Its first line is that of the key: a line before may belong to the value of the entry above.
    if not isinstance(key, Scalar) or column != part.column or text[:column].strip(" "):
        return None
    piece = Piece(text, root, at)
    return _part(piece, key, value, -len(above), is_service=part.is_service, column=column)


def _taken_apart(stream: Stream, root: Edited) -> _Tree | None:
    """Take a document apart into its entries; None where it is not written so."""
    if len(stream.documents) != 1 or stream.repeats:
        return None
    top = _lines(stream.documents[0], root.text)
    if not top or top[0][0] != top[0][1]:
        return None
    services: Scalar | None = None
    starts: list[tuple[int, int, Scalar, Value, bool]] = []
    for line, start, key, value in top:
        inner = _lines(value, root.text) if key.text == _SERVICES else ()
        if inner:
            services = key
            starts += [(*one, True) for one in inner]
        else:
            starts.append((line, start, key, value, False))
    # The line of the services' key ends the entry above it, and belongs to none itself.
    ends = sorted([*(one[0] for one in starts), *([services.span.start] if services else []), len(root.text)])
    parts = []
    for line, start, key, value, is_service in starts:
        end = next(one for one in ends if one > line or one == len(root.text))
        if value.span.end > end:
            return None  # nothing, which stands where the next entry begins
        piece = Piece(root.text[line:end], root, line)
        parts.append(_part(piece, key, value, -line, is_service=is_service, column=start - line))
    return _Tree(tuple(parts), services) if parts else None


def _lines(node: Node, text: str) -> list[tuple[int, int, Scalar, Any]]:
    """Return the entries of a mapping that each begin a line, in one column: the line's start, the key's, and both."""
    found: list[tuple[int, int, Scalar, Any]] = []
    if not isinstance(node, Mapping) or node.tag is not None or text[node.span.start : node.span.start + 1] == "{":
        return []
    for key, value in node.pairs:
        start = key.span.start
        line = text.rfind("\n", 0, start) + 1
        is_first = isinstance(key, Scalar) and key.tag is None and not text[line:start].strip(" ")
        if not is_first or (found and found[0][1] - found[0][0] != start - line):
            return []
        found.append((line, start, key, value))  # type: ignore[arg-type]  # it is a scalar, as was seen
    return found


def _moved(node: Any, source: Source, by: int) -> Any:  # noqa: ANN401  # a node gives one of its kind
    """Return a node as it is in another source, where it stands so many characters further on."""
    kind = type(node)
    span = Span(node.span.start + by, node.span.end + by)
    if kind is Scalar:
        return Scalar(node.text, node.style, node.tag, source, span, node.unknown)
    if kind is Mapping:
        pairs = tuple(Pair(_moved(key, source, by), _moved(value, source, by)) for key, value in node.pairs)
        return Mapping(pairs, node.tag, source, span)
    return Sequence(tuple(_moved(one, source, by) for one in node.items), node.tag, source, span)


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(one: str, other: str) -> int:
    """Return how many characters two texts end with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
