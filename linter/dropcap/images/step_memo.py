"""What steps of builds do that have no variables and read no scripts, done once for all that meet the same files.

As a builder takes a layer that it has made already: the same text over the same files, as the same user in the same
folder, changes them in the same way. It is kept only where nothing that the step leaves is told by its place in a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.tree import FileTree
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from dropcap.images.facts import Account, File, Group, UnknownFact
    from dropcap.images.run_steps import RunSteps

__all__ = ["KEPT", "MOST_KEPT", "done_once"]

MOST_KEPT = 16
_LONGEST = 10_000
_VARIABLE = frozenset("$`")


class _Step(NamedTuple):
    """The files before and behind a step."""

    before: FileTree
    after: FileTree


KEPT: dict[Hashable, _Step] = {}
"""By the step's text, its user, its folder and where programs are looked for: the last ones."""


def done_once(listener: RunSteps, text: str, setting: tuple[Hashable, ...], follow: Callable[[], bool]) -> bool:
    """Do what a step does; gives whether all of it was followed.

    Args:
        listener: hears the step's commands, and changes a tree.
        text: the script that a shell runs.
        setting: whatever else decides what it does, but for variables.
        follow: has the listener hear the step.

    """
    tree = listener.tree
    if type(tree) is not FileTree or len(text) > _LONGEST or not _VARIABLE.isdisjoint(text):
        return follow()  # another tree notes what it is asked
    key = text, *setting
    kept = KEPT.pop(key, None)
    if kept is not None and tree.is_as(kept.before):
        KEPT[key] = kept
        tree.become(kept.after)
        return True
    before = tree.copy()
    is_whole = follow()
    if is_whole and not listener.is_told_by_others and _names_no_place(before, tree):
        if len(KEPT) >= MOST_KEPT:
            del KEPT[next(iter(KEPT))]
        KEPT[key] = _Step(before, tree.copy())
    return is_whole


def _names_no_place(before: FileTree, after: FileTree) -> bool:
    """Return whether what a tree has more than before is told by no place, and has no text."""
    files, areas, accounts, groups = after.changed_since(before)
    if before.carried != after.carried or any(one.content is not None or one.behind for one in files):
        return False
    told: Iterable[File | UnknownFact | Account | Group] = (*files, *areas, *accounts, *groups)
    return all(one.where is None for one in told)
