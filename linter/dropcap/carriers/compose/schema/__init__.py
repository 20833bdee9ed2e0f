"""Whether a Compose model is one that the official Compose schema describes, and in words where it is not.

Nearly every file is valid, so a check that says yes or no comes first and reads the nodes themselves; only where it
says no is `jsonschema` imported, to find out what is wrong. What the files here are made of is said in `README.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.schema.validator import is_valid
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.lang.yaml import Mapping, Node

__all__ = ["MAX_WRONG", "Wrong", "problems"]

MAX_WRONG = 20
"""How many faults of one model are told."""


class Wrong(NamedTuple):
    """What the schema does not allow.

    Attributes:
        where: the smallest node that is wrong: a key that is not known, a value that is none of those allowed; for
            what is missing, or an empty value, the key that it is missing behind.
        message: a sentence for people that begins with the path: `services.web.user must be a string: ...`.

    """

    where: Node
    message: str


def problems(root: Mapping, *, is_fragment: bool = False) -> tuple[Wrong, ...]:
    """Say what is wrong with a model, in the order of their places, at most `MAX_WRONG` faults.

    A scalar with `unknown` is whatever scalar the schema asks for. Keys that are no strings, and what `<<` may not
    name, are not told: reading the entries does that. What a `!reset` takes out is not looked at.

    Args:
        root: the model with variables replaced, texts cast, `extends` followed, files merged and repeated items taken
            out where Docker Compose takes them out, which is when it validates; not in its canonical form, which the
            schema does not describe in all places.
        is_fragment: whether it is completed by another file, so that nothing is missing.

    """
    if is_valid(root):
        return ()
    from dropcap.carriers.compose.schema.explain import explained

    return tuple(Wrong(where, message) for where, message in explained(root, MAX_WRONG, is_fragment=is_fragment))
