"""A table held against the schema of configurations: all that is wrong with it, in plain words.

The schema is one of JSON, which editors and other programs read too. It uses a few words of that language; those are
what is known here, and a test compares with a validator that knows them all.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from dropcap.model import Engine
from dropcap.namedtuple import NamedTuple
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dropcap.configuration.places import Path

KEYWORDS = frozenset(
    {
        *("$schema", "$id", "$ref", "title", "description", "default", "definitions", "type", "enum", "pattern"),
        *("properties", "additionalProperties", "required", "minProperties", "items", "minItems", "maxItems"),
        *("minLength", "maxLength"),
    }
)
_OF = "#/definitions/"
_TYPES = {"string": str, "boolean": bool, "array": list, "object": dict}
_OFF = ("off", "none", "ignore", "never", False)
_LONGEST = 60


class Fault(NamedTuple):
    """What is wrong.

    Attributes:
        path: the keys that lead to it.
        message: what is wrong and what to write, without place.
        is_key: whether it is the key that is wrong, and not its value.

    """

    path: Path
    message: str
    is_key: bool = False


@cache
def schema() -> Mapping[str, Any]:
    """Return the schema, with the engines that there are."""
    found: dict[str, Any] = json.loads(package_text("configuration", "dropcap.schema.json"))
    found["definitions"]["engine"]["enum"] = [engine.value for engine in Engine]
    return found


def faults(table: object, written: Callable[[Path], str]) -> list[Fault]:
    """Return all that is wrong with a table.

    Args:
        table: what a TOML parser made of the text.
        written: gives the text of a value, as it is written.

    """
    return list(_faults(schema(), table, (), written))


def _whole(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a part of the schema, with what it refers to."""
    if "$ref" not in part:
        return part
    return {**schema()["definitions"][part["$ref"].removeprefix(_OF)], **part}


def _faults(part: Mapping[str, Any], value: object, path: Path, written: Callable[[Path], str]) -> Iterator[Fault]:
    part = _whole(part)
    if "enum" in part:
        if not any(value == one and type(value) is type(one) for one in part["enum"]):
            advice = "; to switch a rule off, name it in ignore" if value in _OFF and "severity" in path else ""
            yield Fault(path, _not_listed(value, part["enum"], written(path)) + advice)
        return
    types = part["type"] if isinstance(part["type"], list) else [part["type"]]
    if not any(isinstance(value, _TYPES[one]) for one in types):
        yield Fault(path, _wrong_type(part, types, value, path, written(path)))
    elif isinstance(value, str):
        yield from _of_text(part, value, path)
    elif isinstance(value, list):
        yield from _of_list(part, value, path, written)
    elif isinstance(value, dict):
        yield from _of_table(part, value, path, written)


def _of_text(part: Mapping[str, Any], value: str, path: Path) -> Iterator[Fault]:
    if len(value) < part.get("minLength", 0):
        yield Fault(path, "is empty: write something, or leave the key out")
    elif len(value) > part.get("maxLength", len(value)):
        yield Fault(path, f"is longer than {part['maxLength']:,} characters")
    elif "pattern" in part and not re.search(part["pattern"].replace("$", r"\Z"), value):
        yield Fault(path, f"{_shown(value)} {_FORMS[_form(path)]}")


# What a text has to look like, by the key that it belongs to.
_FORMS = {
    "version": 'is not a version: write numbers and dots, as "20.10" or "4.4.1"',
    "capabilities": "is not the name of a capability: write it in upper case and without CAP_, as NET_ADMIN",
    "expires": "is not a day: write the year, the month and the day, as 2027-01-31",
    "rule": "is not the name of a rule: write it in lower case with hyphens, as net-raw",
}


def _form(path: Path) -> str:
    keys = [key for key in path if isinstance(key, str)]
    if "engine-version" in keys:
        return "version"
    return keys[-1] if keys[-1] in _FORMS else "rule"


def _of_list(
    part: Mapping[str, Any], value: Sequence[object], path: Path, written: Callable[[Path], str]
) -> Iterator[Fault]:
    if len(value) < part.get("minItems", 0):
        yield Fault(path, "is an empty list: name something")
    if len(value) > part.get("maxItems", len(value)):
        yield Fault(path, f"has more than {part['maxItems']:,} items")
        return
    for index, item in enumerate(value):
        yield from _faults(part["items"], item, (*path, index), written)


def _of_table(
    part: Mapping[str, Any], value: Mapping[str, object], path: Path, written: Callable[[Path], str]
) -> Iterator[Fault]:
    known = part.get("properties", {})
    for key, item in value.items():
        if key in known:
            yield from _faults(known[key], item, (*path, key), written)
        elif part.get("additionalProperties") is False:
            yield Fault((*path, key), _unknown_key(key, known, path), is_key=True)
        elif path[-1:] == ("severity",) and key in schema()["properties"]:
            message = f"{key!r}: this key is part of the table above it: move it above the first [header]"
            yield Fault((*path, key), message, is_key=True)
        else:
            yield from _faults(part["additionalProperties"], item, (*path, key), written)
    for key in part.get("required", ()):
        if key not in value:
            yield Fault(path, f"the key {key!r} is missing")
    if len(value) < part.get("minProperties", 0):
        yield Fault(path, "is empty: say what it is about")


def _unknown_key(key: str, known: Mapping[str, object], path: Path) -> str:
    near = nearest(key, known)
    if near:
        return f"unknown key {_shown(key)}: did you mean {near!r}?"
    if path and key in schema()["properties"]:
        return f"{key!r} does not belong into [[{path[0]}]]: move it above the first [header]"
    homes = [name for name in ("per-path", "allow") if key in schema()["definitions"][name]["properties"]]
    if not path and homes:
        return f"{key!r} belongs into [[{homes[0]}]]: put it below this header"
    return f"unknown key {_shown(key)}: there are {', '.join(sorted(known))}"


def _not_listed(value: object, allowed: Sequence[object], text: str) -> str:
    words = list(dict.fromkeys(str(one) for one in allowed))
    if not isinstance(value, str):
        wanted = f'"{value}"' if str(value) in words else ", ".join(words)
        return f"is {shortened(text)}: {'write' if str(value) in words else 'write one of'} {wanted}"
    near = nearest(value, words)
    return f"{_shown(value)} is not one of {', '.join(words)}" + (f": did you mean {near!r}?" if near else "")


def _wrong_type(part: Mapping[str, Any], types: Sequence[str], value: object, path: Path, text: str) -> str:
    if types[0] == "array":
        return _no_list(part, value, path, text)
    if "string" in types:
        if isinstance(value, list | dict):
            return "must be a text in quotes"
        return f'must be a text: put it in quotes, "{shortened(text)}"'
    if types == ["boolean"]:
        is_quoted = isinstance(value, str) and value.lower() in {"true", "false"}
        return f"must be true or false{', without quotes' if is_quoted else ''}"
    header = f": write a header [{path[-1]}] and the keys below it" if path else ""
    return f"must be a table{header}"


def _no_list(part: Mapping[str, Any], value: object, path: Path, text: str) -> str:
    if isinstance(value, dict):
        return f"must be a list of tables: write its header with two brackets, [[{path[-1]}]]"
    if isinstance(value, str):
        return f"must be a list: write [{shortened(text)}]"
    items = _whole(part["items"])
    return f"must be a list of {'tables' if items.get('type') == 'object' else 'texts'}"


def nearest(word: str, known: object) -> str | None:
    """Return the known word that another one was probably meant to be."""
    from difflib import get_close_matches

    words = [str(one) for one in known]  # type: ignore[attr-defined]  # any words
    found = get_close_matches(word[:_LONGEST].lower().replace("_", "-").strip(), words, 1, 0.7)
    return found[0] if found else None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}...")


def shortened(text: str) -> str:
    """Return a text as it is written, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
