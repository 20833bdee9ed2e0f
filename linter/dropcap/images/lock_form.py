"""The one form in which `dropcap.lock` is written, and how it is read again: sections of entries, a fact a line."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from dropcap.model import Failure, Level, Located, UnreadableError
from dropcap.source import Span
from dropcap.workspace import LOCK, NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dropcap.lang.yaml.nodes import Value
    from dropcap.source import Source
    from dropcap.workspace import Workspace

__all__ = [
    "IMAGES",
    "MEASURED",
    "broken",
    "entry_names",
    "entry_of",
    "entry_piece",
    "flow",
    "located",
    "mapping",
    "quoted",
    "section_text",
    "text_of",
    "texts_of",
]

IMAGES = "images"
"""The section of what is read from images; it stands first."""
MEASURED = "measured"
"""The section of what was measured of services."""
_NAME = re.compile(r'(?m)^  ("(?:[^"\\]|\\.)*"):$')
# What YAML takes as it is, and no library takes for a line break.
SHOWN = r"\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_ESCAPED = re.compile(rf"[^{SHOWN}]")


def _lock(workspace: Workspace) -> Source | None:
    if not workspace.root:
        return None
    try:
        return workspace.source(os.path.relpath(os.path.join(workspace.root, LOCK)))
    except NotReadError:
        return None


def _section(source: Source, section: str) -> tuple[int, int]:
    """Return where a section's entries begin and end; nothing stands in one that is not there."""
    head = f"\n{MEASURED}:\n"
    at = source.text.find(head) + 1
    if section == IMAGES:
        return 0, at or len(source.text)
    return (at + len(head) - 1, len(source.text)) if at else (0, 0)


def section_text(section: str, workspace: Workspace) -> str:
    """Return the lines of a section's entries.

    Raises:
        UnreadableError: the lock is no text.

    """
    source = _lock(workspace)
    if source is None:
        return ""
    start, end = _section(source, section)
    return source.text[start:end]


def entry_names(section: str, workspace: Workspace) -> list[str]:
    """Return the names of a section's entries; none where there is no lock.

    Raises:
        UnreadableError: it is no text.

    """
    return [json.loads(found[1]) for found in _NAME.finditer(section_text(section, workspace))]


def entry_piece(section: str, name: str, workspace: Workspace) -> Source | None:
    """Return the lines of an entry; None where there is none.

    Raises:
        UnreadableError: the lock is no text.

    """
    source = _lock(workspace)
    if source is None:
        return None
    first, last = _section(source, section)
    start = source.text.find(f"\n  {quoted(name)}:\n", max(first - 1, 0), last) + 1
    if not start:
        return None
    end = source.text.find('\n  "', start, last)
    return source.piece(source.text[start : end + 1 if end >= 0 else last], [(0, start)])


def entry_of(piece: Source) -> Value:
    """Return what stands below an entry's name.

    Raises:
        ValueError: it is not as it is written.

    """
    from dropcap.lang.yaml.composer import parse

    ((_, value),) = mapping(parse(piece).documents[0]).items()
    return value  # type: ignore[no-any-return]  # a node


def broken(source: Source, error: Exception, again: str) -> UnreadableError:
    """Return what says that an entry is not as it is written."""
    message = f"this entry does not have the form that dropcap writes ({error}); {again}"
    return UnreadableError(Failure(source.path, message, Level.ERROR, source, Span(0, 1)))


def located(node: Any) -> Located[str]:  # noqa: ANN401  # a node
    """Return a text with its place."""
    return Located(text_of(node), node.source, node.span)


def mapping(node: Any) -> dict[str, Any]:  # noqa: ANN401  # a node
    """Return the nodes of a mapping by their keys.

    Raises:
        ValueError: it is none.

    """
    if not hasattr(node, "pairs"):
        raise ValueError("a mapping is missing")
    return {text_of(pair.key): pair.value for pair in node.pairs}


def texts_of(node: Any) -> list[str]:  # noqa: ANN401  # a node
    """Return the texts of a list."""
    return [text_of(one) for one in node.items]


def text_of(node: Any) -> str:  # noqa: ANN401  # a node
    """Return a text.

    Raises:
        ValueError: it is none.

    """
    if not isinstance(getattr(node, "text", None), str):
        raise ValueError("a text is missing")  # noqa: TRY004  # of the file, not of the program
    return str(node.text)


def flow(values: Iterable[str]) -> str:
    """Return texts as a list in one line."""
    return "[" + ", ".join(map(quoted, values)) + "]"


def quoted(written: str) -> str:
    """Return a text in double quotation marks, as YAML reads it."""
    return _ESCAPED.sub(lambda found: f"\\U{ord(found[0]):08x}", json.dumps(written, ensure_ascii=False))
