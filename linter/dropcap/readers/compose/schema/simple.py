"""A first look that most models pass: every key of every service is there in a plain form, as in short files.

What passes is valid; what does not is looked at again by the whole schema. The forms are made of it, see `forms.py`.
"""

from __future__ import annotations

from dropcap.readers.compose.scalars import STARTS_OF_TEXT, meaning
from dropcap.readers.compose.schema.forms import FORMS
from dropcap.readers.yaml import Mapping, Scalar, Sequence

_LETTERS = {"text": "t", "number": "n", "boolean": "b", "nothing": "0", "date": "-"}
_IN_NAMES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def is_simple(root: Mapping) -> bool:
    """Whether a model holds nothing but services in plain forms, and perhaps a version."""
    services: list[Mapping] = []
    for key, value in root.pairs:
        if type(key) is not Scalar or not _is_name(key):
            return False
        if key.text == "services" and type(value) is Mapping and value.tag is None:
            services.append(value)
        elif key.text != "version" or type(value) is not Scalar or meaning(value) != "text":
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
        return value.tag is None and _LETTERS[meaning(value)] in forms
    if type(value) is Sequence:
        return "l" in forms and value.tag is None and _are_texts(value)
    return type(value) is Mapping and "m" in forms and value.tag is None and all(map(_is_value, value.pairs))


def _are_texts(sequence: Sequence) -> bool:
    """Whether the items of a list are texts, and differ."""
    items = sequence.items
    texts = {item.text for item in items if type(item) is Scalar and item.tag is None and meaning(item) == "text"}
    return len(texts) == len(items)


def _is_value(pair: tuple[object, object]) -> bool:
    key, value = pair
    return (
        type(key) is Scalar
        and _is_name(key)
        and type(value) is Scalar
        and value.tag is None
        and meaning(value) != "date"
    )
