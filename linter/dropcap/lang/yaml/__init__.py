"""YAML as nodes that know where they stand, for every kind of file that is written in it.

What a scalar means (`yes`, `010`, `<<`) differs from program to program and is not decided here.
"""

from __future__ import annotations

from dropcap.lang.yaml.composer import MAX_DEPTH, MAX_REPEATED, parse
from dropcap.lang.yaml.nodes import Alias, Mapping, Node, Pair, Scalar, Sequence, Stream, UnknownText, Value, target

__all__ = [
    "MAX_DEPTH",
    "MAX_REPEATED",
    "Alias",
    "Mapping",
    "Node",
    "Pair",
    "Scalar",
    "Sequence",
    "Stream",
    "UnknownText",
    "Value",
    "parse",
    "target",
]
