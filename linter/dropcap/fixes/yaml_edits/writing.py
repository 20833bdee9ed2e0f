"""Writing another value in the place of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError
from dropcap.fixes.yaml_edits.lines import gaps
from dropcap.fixes.yaml_edits.style import quoted
from dropcap.fixes.yaml_edits.tree import plain_scalar
from dropcap.lang.yaml import Alias, Mapping
from dropcap.model.changes import Edit

if TYPE_CHECKING:
    from dropcap.fixes.yaml_edits.tree import Place, Tree


def rewritten(tree: Tree, at: Place, value: str, *, is_text: bool = True) -> Edit:
    """Return the edit that writes another value in the place of a single one, in its own quotes.

    Args:
        tree: the file.
        at: the place of the value; an item that is a mapping without comments will do as well.
        value: what to write.
        is_text: whether it is a text, which is put into quotes where it would mean something else without.

    Raises:
        RefusedError: the value is of another form, or a variable decides it.

    """
    node = at.node
    if isinstance(node, Mapping):
        if any("#" in tree.text[gap.start : gap.end] for gap in gaps(node, *node.span)):
            raise RefusedError("a comment stands within it")
        return Edit(tree.source, node.span, quoted(value))
    scalar = plain_scalar(node, "the value")
    return Edit(tree.source, scalar.span, quoted(value, scalar.style) if is_text else value)


def in_place_of(tree: Tree, at: Place, text: str) -> Edit:
    """Return the edit that writes a text in the place of a single value or an alias.

    Raises:
        RefusedError: the value is of another form, or a variable decides it.

    """
    node = at.node
    if isinstance(node, Alias):
        return Edit(tree.source, node.span, text)
    scalar = plain_scalar(node, "the value")
    if scalar.span.start == scalar.span.end:
        raise RefusedError("the value is empty")
    return Edit(tree.source, scalar.span, text)
