"""Which editor writes which kind of container."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError, place
from dropcap.model import Kind
from dropcap.model.changes import Edit, Put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.fixes.contract import Change, Editor
    from dropcap.model import Container

EDITORS: dict[Kind, str] = {
    Kind.SERVICE: "compose",
}
"""The module in :mod:`dropcap.fixes.editors` for each kind; a container of another kind is not edited."""


def edits_of(container: Container, changes: Sequence[Change], *, otherwise: bool = False) -> tuple[Edit, ...]:
    """Return the edits that make the changes of one fix to a container, in the order of files and places.

    Args:
        container: the container.
        changes: what is to become of it.
        otherwise: whether the editor's second way is asked for, if it has one.

    Raises:
        RefusedError: they cannot be made.

    """
    name = EDITORS.get(container.kind)
    if name is None:
        raise RefusedError(f"dropcap does not write this kind of file ({container.kind.value})")
    if container.kind is not Kind.SERVICE:
        _check_file(container, changes)
    editor: Editor = import_module(f"dropcap.fixes.editors.{name}")
    make = getattr(editor, "otherwise", None) if otherwise else editor.edits
    if make is None:
        raise RefusedError("there is no other way to write it")
    found = sorted(set(make(container, changes)), key=order)
    if not found:
        raise RefusedError("nothing has to change")
    return tuple(found)


def order(edit: Edit) -> tuple[str, int, int, str]:
    """Return what edits are sorted by."""
    return (edit.source.path, edit.span.start, edit.span.end, edit.text)


def _check_file(container: Container, changes: Sequence[Change]) -> None:
    """Refuse to change a value in a file of another kind, which only that kind's editor can write."""
    own = container.source.to_root(container.span)[0]
    for change in changes:
        if not isinstance(change, Put) and place(change.where)[0] is not own:
            raise RefusedError(f"the value stands in {change.where.source.path}, where another container has it")
