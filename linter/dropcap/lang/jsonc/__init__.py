"""JSON as people write it, with comments and trailing commas, each key and value at its place.

A strict text is read as `json` reads it. What the readers of such files repair, a comma that is missing or one too
many, is repaired and told; the rest is refused. Reading does not recurse, and looks at each character once.
"""

from __future__ import annotations

from dropcap.lang.jsonc.nodes import Array, Member, Node, Object, Scalar, Text, members, plain, strings
from dropcap.lang.jsonc.parser import MAX_DEPTH, MAX_PROBLEMS, parse
from dropcap.lang.jsonc.quoted import text_of

__all__ = [
    "MAX_DEPTH",
    "MAX_PROBLEMS",
    "Array",
    "Member",
    "Node",
    "Object",
    "Scalar",
    "Text",
    "members",
    "parse",
    "plain",
    "strings",
    "text_of",
]
