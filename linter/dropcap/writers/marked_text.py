"""Text of files inside Markdown: nothing of it is markup but what is code."""

from __future__ import annotations

import re

from dropcap.printable import printable

# What a message has between backticks, and what a viewer would make links or the names of people and issues of.
_CODE = re.compile(r"`([^`]+)`|([^\s`]*(?:://|www\.|@|#\d)[^\s`]*)")
_SIGNS = re.compile(r"[\\`*\[\]<>#|~&$]|(?<!\w)_|_(?!\w)")


def marked(text: str, *, in_table: bool = True) -> str:
    """Write a message, of which nothing is markup but what is code."""
    text = printable(text)
    pieces: list[str] = []
    done = 0
    for found in _CODE.finditer(text):
        pieces.append(unmarked(text[done : found.start()], in_table=in_table))
        pieces.append(in_code(found[1] or found[2], in_table=in_table))
        done = found.end()
    return "".join((*pieces, unmarked(text[done:], in_table=in_table)))


def in_code(text: str, *, in_table: bool = True) -> str:
    """Write a text as code, in which nothing is markup; a table wants its bars escaped even there."""
    text = printable(text)
    if in_table:
        text = text.replace("|", r"\|")
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    edge = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{fence}{edge}{text}{edge}{fence}"


def unmarked(text: str, *, in_table: bool = True) -> str:
    """Write a text so that none of it is markup; where it may hold links as well, see :func:`marked`.

    Outside of a table a backslash does, which people can read in an editor that shows Markdown as it is written.
    """
    if not in_table:
        return _SIGNS.sub(lambda sign: f"\\{sign[0]}", printable(text))
    return _SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", printable(text))
