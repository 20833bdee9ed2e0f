"""Edits become the bytes of files: what lies outside of them stays as it is, byte for byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dropcap.model.changes import Edit

_BREAK = re.compile(r"\r\n|\n|\r")
_BOMS = {"utf-8": (b"\xef\xbb\xbf",), "utf-16-le": (b"\xff\xfe",), "utf-16-be": (b"\xfe\xff",)}


def overlap(first: Iterable[Edit], second: Sequence[Edit]) -> bool:
    """Whether edits touch what others change; several that add at one place do as well."""
    return any(
        one.source.path == other.source.path
        and one.span.start <= other.span.end
        and other.span.start <= one.span.end
        and (one.span.start < other.span.end and other.span.start < one.span.end or _are_at_one_place(one, other))
        for one in first
        for other in second
    )


def _are_at_one_place(one: Edit, other: Edit) -> bool:
    return one.span.start == other.span.start and one.span.end == other.span.end


def applied(source: Source, data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return a file's bytes with edits made.

    Args:
        source: the file's text.
        data: the bytes that it was made of.
        edits: what to change in it; none overlaps another.

    Raises:
        RefusedError: the bytes are not those of the text, or two edits overlap.

    """
    text, encoding = source.text, source.encoding
    bom = next((one for one in _BOMS[encoding] if data.startswith(one)), b"")
    if bom + text.encode(encoding) != data:
        raise RefusedError(f"{source.path} was changed since it was read")
    found = _BREAK.search(text)
    line_break = found[0] if found else "\n"
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda one: (one.span.start, one.span.end, one.text)):
        start, end = edit.span
        if start < at or end < start or end > len(text):
            raise RefusedError("two of its edits overlap")
        parts += (text[at:start], edit.text.replace("\n", line_break))
        at = end
    parts.append(text[at:])
    return bom + "".join(parts).encode(encoding)


def parsed(source: Source, data: bytes) -> Source:
    """Return the text of a file's new bytes, by the same name."""
    return Source.decode(source.path, data)
