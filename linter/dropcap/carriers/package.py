"""The scripts of a package.json, each a string that npm hands to a shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, Script, may_concern, read_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["read"]

_PART = r'"((?:[^"\\]|\\.)*)"|[{}\[\],:]|[^\s{}\[\],:"]+'
_ESCAPE = r"\\(?:u([0-9A-Fa-f]{4})|(.))"
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_INSIDE = 2  # an object in the file's object


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a package.json; text that is no JSON has no scripts."""
    scripts = list(_scripts(source)) if may_concern(source) else []
    return read_all(source, "package", scripts)


def _scripts(source: Source) -> Iterator[Script]:
    """Find the strings of the object that stands under `scripts` in the outermost one."""
    depth = 0
    key: str | None = None
    previous: re.Match[str] | None = None
    before_last = ""
    is_inside = False
    for token in re.compile(_PART).finditer(source.text):
        text = token[0]
        if text in {"{", "["}:
            depth += 1
            is_inside = is_inside or (depth == _INSIDE and text == "{" and key == "scripts" and before_last == ":")
        elif text in {"}", "]"}:
            is_inside = is_inside and depth > _INSIDE
            depth -= 1
        elif text == ":" and previous is not None and previous[1] is not None and depth == 1:
            key = previous[1]
        elif is_inside and depth == _INSIDE and before_last == ":" and token[1] is not None:
            yield _script(source, token)
        before_last = text
        previous = token


def _script(source: Source, token: re.Match[str]) -> Script:
    builder, at, end = Builder(source), token.start(1), token.end(1)
    for escape in re.compile(_ESCAPE).finditer(source.text, at, end):
        builder.add(source.text[at : escape.start()], at)
        character = chr(int(escape[1], 16)) if escape[1] else _LETTERS.get(escape[2], escape[2])
        builder.add(character, escape.start())
        at = escape.end()
    builder.add(source.text[at:end], at)
    return builder.build()
