"""YAML as both versions of Go's library read it, which were asked themselves (3.0.4 and 4.0.0-rc.6)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.lang.yaml import Alias, Mapping, Scalar, parse
from dropcap.model import UnreadableError
from dropcap.source import Source

if TYPE_CHECKING:
    from dropcap.lang.yaml import Node

VECTORS = json.loads((Path(__file__).parent / "vectors" / "go_yaml_vectors.json").read_text(encoding="utf-8"))


def shown(node: Node) -> Any:  # noqa: ANN401  # as JSON has it
    """Return a node as the vectors have it: of a scalar style, text, line and column; `-` or `{` before others."""
    if isinstance(node, Alias):
        return f"*{node.name}"
    if isinstance(node, Scalar):
        region = node.source.region(node.span)
        return [node.style, node.text, region.line, region.column]
    if isinstance(node, Mapping):
        return ["{", *(shown(part) for pair in node.pairs for part in pair)]
    return ["-", *(shown(item) for item in node.items)]


def alike(ours: Any, theirs: Any) -> bool:  # noqa: ANN401  # as above
    """Compare two trees; a scalar has no place there where an anchor or a tag stands before it, or nothing is."""
    if isinstance(theirs, str) or theirs is None or isinstance(ours, str):
        return bool(ours == theirs) or (theirs is None and ours[:2] == ["", ""])
    if theirs[0] not in ("-", "{"):
        return bool(ours[: len(theirs)] == theirs)
    return len(ours) == len(theirs) and ours[0] == theirs[0] and all(map(alike, ours[1:], theirs[1:]))


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("vector", VECTORS, ids=[ascii(vector["text"])[:60] for vector in VECTORS])
def test_a_text_is_what_each_version_of_the_library_makes_of_it(vector: dict[str, Any], version: int) -> None:
    theirs = vector[str(version)]
    source = Source("a.yaml", vector["text"])
    if theirs is None:
        with pytest.raises(UnreadableError):
            parse(source, shares_anchors=True, go_version=version)
        return
    ours = [shown(root) for root in parse(source, shares_anchors=True, go_version=version).documents]
    assert len(ours) == len(theirs)
    assert all(map(alike, ours, theirs)), (ours, theirs)
