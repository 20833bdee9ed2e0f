"""Files of variables, such as `.env`, whose secrets nobody is to keep: what is kept of them, and what that tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.masking import mask

if TYPE_CHECKING:
    from dropcap.source import Source

__all__ = ["hides_values", "sourced", "without_values"]

_LINE = re.compile(
    r"[ \t]*(?:#[^\n]*|((?:export[ \t]+)?[A-Za-z_]\w*=)(?:[\w./:@%+,~=-]*|'[^'\n]*'|\"[^\"\n$`\\]*\")[ \t]*)?\r?"
)
_HIDDEN = re.compile(r"(?m)^[ \t]*(export[ \t]+)?([A-Za-z_]\w*)=\*+[ \t]*\r?$")


def without_values(text: str) -> str | None:
    """Return the text with asterisks for the values that look like secrets; None where it does more than to assign."""
    kept = []
    lines, shown = text.split("\n"), mask(text).split("\n")
    if len(lines) != len(shown):
        return None
    for line, masked in zip(lines, shown, strict=True):
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        if line == masked:
            kept.append(line)
        elif found[1]:
            kept.append(line[: found.end(1)] + "*" * (len(line) - found.end(1)))
        else:
            kept.append("#")
    return "\n".join(kept)


def hides_values(text: str) -> bool:
    """Return whether values of a text are asterisks: what it says of them is not so."""
    return "=*" in text and _HIDDEN.search(text) is not None


def sourced(text: Source) -> Source:
    """Return what a shell is to read in the place of a text: of a variable whose value is hidden nobody knows it."""
    if not hides_values(text.text):
        return text
    made, places, at, length = [], [(0, 0)], 0, 0
    for found in _HIDDEN.finditer(text.text):
        read = f"read -r {found[2]} || :" + (f"; export {found[2]}" if found[1] else "")
        made += [text.text[at : found.start()], read]
        length += found.start() - at
        places.append((length, found.start()))
        length += len(read)
        at = found.end()
        places.append((length, at))
    made.append(text.text[at:])
    return text.piece("".join(made), sorted(dict(places).items()))
