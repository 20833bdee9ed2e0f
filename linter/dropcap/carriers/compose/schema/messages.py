"""The sentences about what the Compose schema does not allow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_SIZE = 40
_PLAIN_STEP = r"[A-Za-z0-9_.$/-]+"

_NAMES = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "empty",
}
"""The types in the order in which they are told."""

PATTERNS = {
    "[a-zA-Z0-9][a-zA-Z0-9_.-]+": "must have two characters or more: a letter or digit, then letters, digits, _ . or -",
    "always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+": (
        "must be always, never, build, if_not_present, missing, refresh, daily, weekly or a time such as every_12h"
    ),
}
"""What the patterns of values ask for."""

_SINGLE = frozenset({"string", "number", "integer", "boolean", "null"})

_EMPTY = "is empty: give it a value or take it out"


def path(steps: Sequence[str | int]) -> str:
    """Write where something stands: `services.web.ports[0]`, `services["a b"].image`."""
    if not steps:
        return "the top level"
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif len(step) <= _SIZE and re.fullmatch(_PLAIN_STEP, step):
            text += f".{step}" if text else step
        else:
            text += f'["{shown(step)}"]'
    return text


def shown(text: str) -> str:
    """Make text of a file short, and safe to print."""
    short = text if len(text) <= _SIZE else f"{text[: _SIZE - 3]}..."
    if short.isprintable():
        return short
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in short)


def listed(value: Any) -> list[Any]:  # noqa: ANN401  # a schema's `type` is either
    """Give one or several things as a list."""
    return value if isinstance(value, list) else [value]


def choice(words: Sequence[str], last: str = "or") -> str:
    """Join words: `a, b or c`."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def near(word: str, known: Collection[str]) -> str | None:
    """Give the known word that is most like one that is not known, if one is."""
    plain = word[:_SIZE].lower().replace("-", "_").replace(" ", "_")
    if plain in known:
        return plain
    from difflib import get_close_matches

    close = get_close_matches(plain, known, n=1, cutoff=0.75)
    return close[0] if close else None


def wrong_type(name: str, types: Sequence[str], instance: Any, remedy: str) -> str:  # noqa: ANN401  # plain data is of any type
    """Say that a value is of a type that is not allowed there, and what helps.

    Args:
        name: where it stands.
        types: the types that are allowed, as a schema names them.
        instance: the value.
        remedy: what helps, where that is known.

    """
    if instance is None:
        return f"{name} {_EMPTY}"
    is_wrong_kind = isinstance(instance, (dict, list)) or not _SINGLE.intersection(types)
    contrast = f", not {_kind(instance)}" if is_wrong_kind else ""
    return f"{name} must be {expected(types)}{contrast}{f': {remedy}' if remedy else ''}"


def expected(types: Sequence[str]) -> str:
    """Name the types that are allowed; a text that stands for a truth value or a number is not named beside it."""
    allowed = set(types)
    if "number" in allowed:
        allowed.discard("integer")
    if allowed == {"boolean", "string"}:
        return _NAMES["boolean"]
    names = [name for one, name in _NAMES.items() if one in allowed]
    if "boolean" in allowed and len(names) > 1:
        return choice([part for name in names for part in (("true", "false") if name == "true or false" else (name,))])
    return choice(names)


def _kind(instance: Any) -> str:  # noqa: ANN401  # plain data is of any type
    if isinstance(instance, dict):
        return "a mapping"
    return "a list" if isinstance(instance, list) else "a single value"


def missing(keyword: str, wanted: Any, instance: Any) -> str:  # noqa: ANN401  # a schema is any JSON
    """Say which required keys a mapping does not have."""
    if keyword == "anyOf":
        keys = [key for one in wanted for key in one["required"]]
        return f"has no key {choice(keys)}, of which Compose requires one"
    keys = [key for key in wanted if key not in instance]
    return f"has no {'key' if len(keys) == 1 else 'keys'} {choice(keys, 'and')}, which Compose requires"


def wrong_value(keyword: str, wanted: Any, instance: Any) -> str:  # noqa: ANN401  # as above
    """Say that a value of the right type is none of those that are allowed."""
    if keyword == "minimum":
        return f"must be at least {wanted}"
    if keyword == "maximum":
        return f"must be at most {wanted}"
    if instance == "":
        return _EMPTY
    if keyword == "enum":
        like = near(instance, wanted)
        question = f": did you mean {like}?" if like and len(wanted) > 1 else ""
        return f"must be {choice(wanted)}, not '{shown(instance)}'{question}"
    return f"{PATTERNS.get(wanted, f'must match {wanted}')}, not '{shown(instance)}'"
