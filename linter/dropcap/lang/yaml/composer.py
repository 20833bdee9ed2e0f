"""The parser's events become nodes, in one loop without recursion.

ruamel.yaml's C parser (libyaml) gives the events; its pure Python one gives the same where there is no C one, and one
made of that where Go's library takes or understands what libyaml does not.
Its own composer is not used: it forgets where an alias stands, refuses an anchor that is defined twice, and
overflows the stack on deep nesting.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dropcap.fast_start import put_off_yaml
from dropcap.lang.yaml.events import event_getter, go_event_getter
from dropcap.lang.yaml.nodes import Alias, Mapping, Pair, Scalar, Sequence, Stream
from dropcap.model import Failure, UnreadableError
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence as List
    from typing import Any

    from dropcap.lang.yaml.nodes import Node, Value

MAX_DEPTH = 256
"""How deep collections may be nested, aliases followed."""

MAX_REPEATED = 1_000_000
"""How many nodes aliases may repeat in all; a tree within it can be walked as if it had no aliases."""

MAX_PURE = 256 * 1024
"""How many characters the parser in Python is given; the worst of so many take it 7 seconds."""

GO_VERSION_3 = 3
"""The version of Go's library that reads as libyaml does but for colons."""

# A question mark that opens no key for version 4 (`[?a]`), a tag that ends in what it forbids in one (`[!a, b]`), and a
# character that it takes for a part of an anchor's name (`&a?b`).
_READ_OTHERWISE = r"(?:[\s\[{,\ufeff]|\A)(?:\?\S|!(?!<)[^\s,\[\]{}]*[,\[\]{}]|[&*][\w-]+[?%@`])"

_ANCHOR = re.compile(r"&[\w-]")

MAX_SHOWN = 60
"""How many characters of a name a message quotes."""

MAX_DIRECTIVES = 1000
"""How many lines may look like directives: the parser compares each one with all before it."""

_PROPERTY = r"!<[^>\s]*>|[&!][^\s,\[\]{}]*"
_BLANK = r"(?:\s|#[^\r\n]*)*"


_PAIR = partial(tuple.__new__, Pair)
"""Makes a pair of a key and its value."""


class _Anchored:
    """A node that aliases may name; `node` is None until it is complete."""

    __slots__ = ("height", "node", "size")

    def __init__(self, node: Scalar | None = None) -> None:
        self.node: Value | None = node
        self.height = 0  # levels of collections in it
        self.size = 1  # nodes in it, itself included


class _Frame:
    """A collection that is not closed yet, or the root of all."""

    __slots__ = ("anchored", "height", "is_flow", "items", "seen", "start", "tag")

    def __init__(self, start: int, tag: str | None, seen: int, *, is_flow: bool) -> None:
        self.start = start
        self.tag = tag
        self.seen = seen  # nodes that came before it
        self.is_flow = is_flow  # whether it stands in brackets
        self.anchored: _Anchored | None = None
        self.items: list[Node] = []
        self.height = 0  # levels of collections below this one


def parse(
    source: Source, *, shares_anchors: bool = False, go_version: int | None = None, by_entries: bool = False
) -> Stream:
    """Read all documents of a text.

    Args:
        source: the text.
        shares_anchors: whether an alias may name an anchor of an earlier document, which YAML forbids and some
            programs allow.
        go_version: the version of Go's library whose word counts, 3 or 4; None where libyaml's does.
        by_entries: whether the entries of a text that is being edited may be sources of their own.

    Raises:
        UnreadableError: it is not YAML, is nested too deeply, or repeats too much by aliases.

    """
    text = source.text
    if text.count("\n%") > MAX_DIRECTIVES:
        message = f"more than {MAX_DIRECTIVES} lines start with %"
        raise _refusal(source, text.find("\n%") + 1, message)
    put_off_yaml()
    from ruamel.yaml.error import YAMLError

    if go_version is not None and _is_read_otherwise(text, go_version):
        return _parse_as_go(source, go_version, shares_anchors=shares_anchors)
    try:
        return _composed(source, shares_anchors=shares_anchors, by_entries=by_entries)
    except (YAMLError, UnicodeEncodeError) as error:
        # In brackets the C parser takes no colon inside a plain value (`[8080:80]`), which most others do.
        has_colon = "found unexpected ':'" in str(getattr(error, "problem", ""))
        if len(text) <= MAX_PURE and (has_colon or go_version is not None):
            refusal = None if has_colon else error
            from dropcap.lang.yaml.refused import is_refused_too  # most texts are not broken

            if refusal is not None and is_refused_too(text, go_version or GO_VERSION_3):
                raise UnreadableError(_syntax_failure(source, refusal)) from None
            return _parse_as_go(source, go_version or GO_VERSION_3, refusal, shares_anchors=shares_anchors)
        raise UnreadableError(_syntax_failure(source, error)) from None


class _Kept:
    """The last texts, of so many characters together, and what each is.

    What hides a file's secrets reads it once more, and an editor reads the other files of a project with each change
    of one.
    """

    _MOST = 200_000

    def __init__(self) -> None:
        self._found: dict[tuple[int, bool], tuple[Source, Stream]] = {}
        self._size = 0  # how many characters they have together

    def get(self, key: tuple[int, bool]) -> Stream | None:
        found = self._found.pop(key, None)
        if found is None:
            return None
        self._found[key] = found  # it is the last one now
        return found[1]

    def put(self, key: tuple[int, bool], source: Source, stream: Stream) -> None:
        self._found[key] = (source, stream)
        self._size += len(source.text)
        while self._size > self._MOST:
            oldest, _ = self._found.pop(next(iter(self._found)))
            self._size -= len(oldest.text)


_KEPT = _Kept()


def _composed(source: Source, *, shares_anchors: bool, by_entries: bool) -> Stream:
    """Return the documents of a text as libyaml reads it."""
    shares_anchors = shares_anchors and _ANCHOR.search(source.text) is not None
    if by_entries and type(source) is not Source:
        from dropcap.lang.yaml.edited import Edited  # only an editor has such

        if isinstance(source, Edited):
            return source.stream(
                lambda one: _compose(one, event_getter(one.text), shares_anchors=shares_anchors),
                shares_anchors=shares_anchors,
            )
    key = (id(source), shares_anchors)
    stream = _KEPT.get(key)
    if stream is None:
        stream = _compose(source, event_getter(source.text), shares_anchors=shares_anchors)
        _KEPT.put(key, source, stream)
    return stream


def _is_read_otherwise(text: str, go_version: int) -> bool:
    """Return whether Go's library may understand something else than libyaml, or refuse what that one takes."""
    if len(text) > MAX_PURE:
        return False
    if "\ufeff" in text[1:]:
        return True  # only libyaml passes over such a mark
    is_asked_for = go_version > GO_VERSION_3 and any(character in text for character in "?!&")
    return is_asked_for and re.search(_READ_OTHERWISE, text) is not None


def _parse_as_go(source: Source, version: int, refusal: Exception | None = None, *, shares_anchors: bool) -> Stream:
    """Read a text by the slow parser; where it refuses it too, the refusal of the quick one is told."""
    from ruamel.yaml.error import YAMLError

    try:
        return _compose(source, go_event_getter(source.text, version), shares_anchors=shares_anchors)
    except YAMLError as error:
        raise UnreadableError(_syntax_failure(source, refusal or error)) from None


def _syntax_failure(source: Source, error: Exception) -> Failure:
    from dropcap.lang.yaml.problems import syntax_failure

    return syntax_failure(source, error)


def _compose(source: Source, next_event: Callable[[], Any], *, shares_anchors: bool) -> Stream:  # noqa: C901, PLR0912, PLR0915  # one loop, one branch an event: a call for each would double the time
    """Build the nodes; counts and heights follow aliases, so that what they repeat is known without walking."""
    from ruamel.yaml import events

    scalar_event, alias_event = events.ScalarEvent, events.AliasEvent
    mapping_start, sequence_start = events.MappingStartEvent, events.SequenceStartEvent
    mapping_end, sequence_end = events.MappingEndEvent, events.SequenceEndEvent
    document_end, stream_end = events.DocumentEndEvent, events.StreamEndEvent
    new = tuple.__new__  # the constructors of records have names for their values, which takes half as long again

    text = source.text
    repeats: list[tuple[Scalar, Scalar]] = []
    anchors: dict[str, _Anchored] = {}
    frame = root = _Frame(0, None, 0, is_flow=False)
    append = frame.items.append
    stack: list[_Frame] = []
    seen = repeated = 0
    while True:
        event = next_event()
        kind = type(event)
        if kind is scalar_event:
            seen += 1
            start, end, style = event.start_mark.index, event.end_mark.index, event.style or ""
            anchor, tag = event.anchor, None if event.ctag is None else event.tag
            if anchor or tag:
                start = _after_properties(text, start, end)
            if style and style in "|>":
                end = start + len(text[start:end].rstrip())
            scalar = new(Scalar, (event.value, style, tag, source, new(Span, (start, end)), None))
            if anchor:
                anchors[anchor] = _Anchored(scalar)
            append(scalar)
        elif kind is mapping_start or kind is sequence_start:
            start, anchor = event.start_mark.index, event.anchor
            tag = None if event.ctag is None else event.tag
            if len(stack) == MAX_DEPTH:
                raise _too_deep(source, start)
            if anchor or tag:
                start = _after_properties(text, start, len(text))
            stack.append(frame)
            frame = _Frame(start, tag, seen, is_flow=event.flow_style)
            append = frame.items.append
            if anchor:
                frame.anchored = anchors[anchor] = _Anchored()
            seen += 1
        elif kind is mapping_end or kind is sequence_end:
            done, frame = frame, stack.pop()
            items, append = done.items, frame.items.append
            # The end mark of a block stands before the next token, however far that is.
            span = new(Span, (done.start, event.end_mark.index if done.is_flow else items[-1].span.end))
            node: Value
            if kind is mapping_end:
                keys = items[::2]
                pairs = tuple(map(_PAIR, zip(keys, items[1::2], strict=True)))
                node = new(Mapping, (pairs, done.tag, source, span))
                if len(keys) > 1:
                    repeats += _repeats(keys)
                elif keys and isinstance(keys[0], Mapping):
                    _refuse_template(source, span.start)
            else:
                node = new(Sequence, (tuple(items), done.tag, source, span))
            if done.anchored:
                done.anchored.node = node
                done.anchored.height = done.height + 1
                done.anchored.size = seen - done.seen
            if frame.height <= done.height:
                frame.height = done.height + 1
            append(node)
        elif kind is alias_event:
            at = Span(event.start_mark.index, event.end_mark.index)
            anchored = anchors.get(event.anchor)
            if anchored is None or anchored.node is None:
                raise _unknown_alias(source, at, event.anchor, is_defined=anchored is not None)
            seen += anchored.size
            repeated += anchored.size
            if repeated > MAX_REPEATED:
                raise _refusal(source, at.start, f"aliases repeat more than {MAX_REPEATED:,} values: use fewer of them")
            frame.height = max(frame.height, anchored.height)
            if len(stack) + anchored.height > MAX_DEPTH:
                raise _too_deep(source, at.start)
            append(Alias(event.anchor, anchored.node, source, at))
        elif kind is document_end:
            anchors = anchors if shares_anchors else {}
        elif kind is stream_end:
            return Stream(tuple(root.items), tuple(repeats))


def _after_properties(text: str, start: int, end: int) -> int:
    """Skip a node's anchor and tag, and what separates them from its value."""
    while start < end and text[start] in "&!":
        found = re.compile(_PROPERTY).match(text, start)
        blank = re.compile(_BLANK).match(text, found.end()) if found else None
        if blank is None:
            break
        start = blank.end()
    return min(start, end)


def _repeats(keys: List[Node]) -> List[tuple[Scalar, Scalar]]:
    """Find the keys with a text that an earlier one has."""
    texts = [key.text for key in keys if type(key) is Scalar]
    if len(set(texts)) == len(texts):
        return []
    first: dict[str, Scalar] = {}
    scalars = [key for key in keys if isinstance(key, Scalar)]
    return [(first[key.text], key) for key in scalars if first.setdefault(key.text, key) is not key]


def _refuse_template(source: Source, start: int) -> None:
    """Refuse `{{ name }}`, which is YAML (a mapping as the key of another) but never means it."""
    if source.text.startswith("{{", start):
        from dropcap.lang.yaml.problems import template_failure

        raise UnreadableError(template_failure(source, start))


def _refusal(source: Source, offset: int, message: str) -> UnreadableError:
    return UnreadableError(Failure(source.path, message, source=source, span=Span(offset, offset)))


def _too_deep(source: Source, offset: int) -> UnreadableError:
    return _refusal(source, offset, f"the values nest more than {MAX_DEPTH} levels deep")


def _unknown_alias(source: Source, at: Span, name: str, *, is_defined: bool) -> UnreadableError:
    name = name if len(name) <= MAX_SHOWN else f"{name[:MAX_SHOWN]}..."
    wrong = (
        "is inside the value that it names: write the value out"
        if is_defined
        else f"names nothing: define &{name} above it"
    )
    return UnreadableError(Failure(source.path, f"invalid YAML: the alias *{name} {wrong}", source=source, span=at))
