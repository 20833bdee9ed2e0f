"""Whether a Compose model is one that the official Compose schema describes, and in words where it is not.

Nearly every file is valid, so a check that says yes or no comes first and reads the nodes themselves; only where it
says no is `jsonschema` imported, to find out what is wrong. What the files here are made of is said in `README.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import child, entries
from dropcap.carriers.compose.schema.validator import is_valid
from dropcap.carriers.compose.version import COMPOSE_5
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Dictionary

    from dropcap.carriers.compose.version import Version
    from dropcap.lang.yaml import Mapping, Node, Value

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


SINCE: Dictionary[tuple[str, ...], str] = {("pre_start",): "5.3", ("build", "no_cache_filter"): "5.0"}
"""What the schema allows in a service and older versions of Docker Compose do not know, with the first that does."""


def problems(root: Mapping, *, is_fragment: bool = False, version: Version = COMPOSE_5) -> tuple[Wrong, ...]:
    """Say what is wrong with a model, in the order of their places, at most `MAX_WRONG` faults.

    A scalar with `unknown` is whatever scalar the schema asks for. Keys that are no strings, and what `<<` may not
    name, are not told: reading the entries does that. What a `!reset` takes out is not looked at.

    Args:
        root: the model with variables replaced, texts cast, `extends` followed, files merged and repeated items taken
            out where Docker Compose takes them out, which is when it validates; not in its canonical form, which the
            schema does not describe in all places.
        is_fragment: whether it is completed by another file, so that nothing is missing.
        version: the version of Docker Compose.

    """
    newer = () if version.has_pre_start else tuple(_too_new(root, version))
    if is_valid(root):
        return newer
    from dropcap.carriers.compose.schema.explain import explained

    found = explained(root, MAX_WRONG, is_fragment=is_fragment)
    return (*newer, *(Wrong(where, message) for where, message in found))[:MAX_WRONG]


def _too_new(root: Mapping, version: Version) -> Iterator[Wrong]:
    """Give what a version does not know yet."""
    for name, service in entries(child(root, "services")).items():
        for path, since in SINCE.items():
            *above, last = path
            value: Value | None = service.value
            for step in above:
                value = child(value, step)
            found = entries(value)
            if last in found:
                where = f"services.{name}.{'.'.join(path)}"
                message = (
                    f"Docker Compose {version.number} refuses {where}, new in {since}: take it out or update Compose"
                )
                yield Wrong(found[last].key, message)
