"""Whether a Compose model is one that the official Compose schema describes, and in words where it is not.

Nearly every file is valid, so checks that say yes or no come first and read the nodes themselves, one for plain files
and one for all; only where they say no is `jsonschema` imported, to find out what is wrong. What the files here are
made of is said in `README.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.schema.fast_path import FORMS
from dropcap.carriers.compose.yaml_types import STARTS_OF_TEXT, scalar_type
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.lang.yaml import Node

__all__ = ["MAX_WRONG", "Wrong", "is_simple", "problems"]

MAX_WRONG = 20
"""How many faults of one model are told."""


_LETTERS = {"text": "t", "number": "n", "boolean": "b", "nothing": "0", "date": "-"}
_IN_NAMES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


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
    if is_simple(root):
        return ()
    from dropcap.carriers.compose.schema.validator import is_valid  # the schema itself takes 3 ms to read

    if is_valid(root):
        return ()
    from dropcap.carriers.compose.schema.explain import explained

    return tuple(Wrong(where, message) for where, message in explained(root, MAX_WRONG, is_fragment=is_fragment))


def is_simple(root: Mapping) -> bool:
    """Whether a model holds nothing but services in plain forms, and perhaps a version: then it is valid.

    This is a first look, which short files pass; what does not pass is looked at by the whole schema. The forms are
    made of it, see `fast_path.py`.
    """
    services: list[Mapping] = []
    for key, value in root.pairs:
        if type(key) is not Scalar or not _is_name(key):
            return False
        if key.text == "services" and type(value) is Mapping and value.tag is None:
            services.append(value)
        elif key.text != "version" or type(value) is not Scalar or scalar_type(value) != "text":
            return False
    return all(_is_service(name, service) for one in services for name, service in one.pairs)


def _is_name(key: Scalar) -> bool:
    """Whether a key is plainly a text, and no empty one."""
    return key.tag is None and bool(key.text if key.style else key.text[:1] in STARTS_OF_TEXT)


def _is_service(name: object, service: object) -> bool:
    if type(service) is not Mapping or service.tag is not None or type(name) is not Scalar:
        return False
    return _is_name(name) and _IN_NAMES.issuperset(name.text) and all(_is_plain(*pair) for pair in service.pairs)


def _is_plain(key: object, value: object) -> bool:
    """Whether a value has a form that its key may have."""
    if type(key) is not Scalar or not _is_name(key):
        return False
    forms = FORMS.get(key.text, "")
    if type(value) is Scalar:
        return value.tag is None and _LETTERS[scalar_type(value)] in forms
    if type(value) is Sequence:
        return "l" in forms and value.tag is None and _are_texts(value)
    return type(value) is Mapping and "m" in forms and value.tag is None and all(map(_is_value, value.pairs))


def _are_texts(sequence: Sequence) -> bool:
    """Whether the items of a list are texts, and differ."""
    items = sequence.items
    texts = {item.text for item in items if type(item) is Scalar and item.tag is None and scalar_type(item) == "text"}
    return len(texts) == len(items)


def _is_value(pair: tuple[object, object]) -> bool:
    key, value = pair
    return (
        type(key) is Scalar
        and _is_name(key)
        and type(value) is Scalar
        and value.tag is None
        and scalar_type(value) != "date"
    )
