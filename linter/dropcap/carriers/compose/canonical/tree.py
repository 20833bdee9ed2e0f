"""What a resolved project is made of: mappings, lists, and leaves that know the node they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from dropcap.lang.yaml import Scalar
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from typing import TypeAlias

    from dropcap.lang.yaml import Value


class Leaf(NamedTuple):
    """A single value.

    Attributes:
        value: the value, in the type that Docker Compose gives it; as it is written where a part of it is unknown.
        at: the node that it comes from; None where Compose puts it there by itself.
        only: the form that it belongs to alone. What Compose leaves out because it is empty or false is for people,
            and the null in the place of a command is for programs.

    """

    value: str | int | float | bool | None
    at: Value | None
    only: Literal["", "text", "json"] = ""


Tree: TypeAlias = "Leaf | dict[str, Tree] | list[Tree]"


def plain(tree: Tree) -> Any:  # noqa: ANN401  # what json writes
    """Give the values alone, every dollar sign doubled as Docker Compose does, which reads its own output again.

    A value of which a part is unknown stays as it is written: there a dollar sign is a reference.
    """
    if isinstance(tree, Leaf):
        return doubled(tree.value) if isinstance(tree.value, str) and not is_unknown(tree) else tree.value
    if isinstance(tree, list):
        return [plain(item) for item in tree if not _is_for_people(item)]
    return {doubled(name): plain(value) for name, value in tree.items() if not _is_for_people(value)}


def count(tree: Tree, most: int) -> int:
    """Return how many values a tree has; one more than `most` where there are more."""
    pending = [tree]
    found = 0
    while pending and found <= most:
        one = pending.pop()
        found += 1
        if not isinstance(one, Leaf):
            pending += one if isinstance(one, list) else one.values()
    return found


def doubled(text: str) -> str:
    """Double each dollar sign, so that it is one when a Compose file with this text is read."""
    return text.replace("$", "$$")


def is_unknown(leaf: Leaf) -> bool:
    """Whether a part of a value is not known; the value is then as it is written."""
    return isinstance(leaf.at, Scalar) and leaf.at.unknown is not None


def _is_for_people(tree: Tree) -> bool:
    return isinstance(tree, Leaf) and tree.only == "text"
