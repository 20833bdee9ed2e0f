"""A fast check whether nodes are as the Compose schema wants them: yes or no, without a word why.

The schema is compiled into functions of one node each, a part of it when a file first has use for that part. They
say what `jsonschema` says about the same data; a test compares the two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dropcap.carriers.compose.nodes import RESET, entries
from dropcap.carriers.compose.schema.compose_schema import SCHEMA
from dropcap.carriers.compose.yaml_types import STARTS_OF_TEXT, scalar_type
from dropcap.lang.yaml import Mapping, Scalar, Sequence, target

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from collections.abc import Mapping as Dictionary

    from dropcap.lang.yaml import Node

    Check = Callable[[Any], bool]

_SCALARS = {
    "string": "text",
    "boolean": "boolean",
    "number": "number",
    "integer": "number",
    "null": "nothing",
}
"""What a scalar of a type means."""

_IN_NAMES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def is_valid(root: Mapping) -> bool:
    """Whether the schema allows a whole model; what it may hold is said at `problems`."""
    return _REFERENCES["#"](root)


def _yes(node: object) -> bool:  # noqa: ARG001  # has the shape of a check
    return True


def _no(node: object) -> bool:  # noqa: ARG001  # has the shape of a check
    return False


class _Checks(dict[str, "Check"]):
    """Checks by name, each compiled when it is first asked for."""

    __slots__ = ("_schema_of",)

    def __init__(self, schema_of: Callable[[str], Any]) -> None:
        self._schema_of = schema_of

    def __missing__(self, name: str) -> Check:
        check = self[name] = _compiled(self._schema_of(name))
        return check


def _referenced(reference: str) -> Any:  # noqa: ANN401  # a schema is any JSON
    """Give the part of the schema that a `$ref` names."""
    place: Any = SCHEMA
    for step in reference.split("/")[1:]:
        place = place[step]
    return _referenced(place["$ref"]) if "$ref" in place else place


_REFERENCES = _Checks(_referenced)


def _check(schema: Any) -> Check:  # noqa: ANN401  # as above
    """Compile a schema into a function that says whether it allows a node; what is referred to, only once."""
    return _REFERENCES[schema["$ref"]] if "$ref" in schema else _compiled(schema)


def _compiled(schema: Any) -> Check:  # noqa: ANN401  # as above
    scalar, mapping, sequence = _parts(schema)

    def check(node: Node) -> bool:
        kind = type(node)
        if kind is Scalar:
            return scalar(node)
        if kind is Mapping:
            return mapping(node)
        return sequence(node) if kind is Sequence else check(target(node))

    return _yes if scalar is mapping is sequence is _yes else check


def _parts(schema: Any) -> tuple[Check, Check, Check]:  # noqa: ANN401  # as above
    """Compile what a schema says about scalars, mappings and lists."""
    kinds: dict[str, Check] = {}
    mapping: Check = _no
    sequence: Check = _no
    for branch in branches_of(schema):
        if "type" not in branch:
            return _yes, _yes, _yes
        types = branch["type"]
        for one in [types] if isinstance(types, str) else types:
            if one == "object":
                mapping = _mapping(branch)
            elif one == "array":
                sequence = _sequence(branch)
            else:
                kinds[_SCALARS[one]] = _scalar(branch, one)
    return _by_kind(kinds), mapping, sequence


def branches_of(schema: Any) -> list[Any]:  # noqa: ANN401  # as above
    """Give what a schema consists of, one for each type of value; the script that writes it sees to that."""
    if "$ref" in schema:
        schema = _referenced(schema["$ref"])
    if "oneOf" not in schema:
        return [schema]
    return [branch for one in schema["oneOf"] for branch in branches_of(one)]


def _by_kind(kinds: Dictionary[str, Check]) -> Check:
    """Make the check of a scalar of one check for each meaning that is allowed."""
    if not kinds:
        return _no
    if all(check is _yes for check in kinds.values()):
        if kinds.keys() == {"text"}:
            return _is_text
        return lambda node: node.unknown is not None or scalar_type(node) in kinds

    of_texts = kinds.get("text", _no)

    def scalar(node: Scalar) -> bool:
        if node.unknown is not None:
            return True
        if node.tag is None and (node.style or node.text[:1] in STARTS_OF_TEXT):
            return of_texts(node)
        return kinds.get(scalar_type(node), _no)(node)

    return scalar


def _is_text(node: Scalar) -> bool:
    is_plainly = node.tag is None and bool(node.style or node.text[:1] in STARTS_OF_TEXT)
    return is_plainly or node.unknown is not None or scalar_type(node) == "text"


def _scalar(schema: Any, kind: str) -> Check:  # noqa: ANN401  # as above
    """Compile what is said about a scalar beside its type."""
    if kind == "string" and "enum" in schema:
        allowed = frozenset(schema["enum"])
        return lambda node: node.text in allowed
    if kind == "string" and "pattern" in schema:
        matches = matcher(schema["pattern"])
        return lambda node: bool(matches(node.text))
    if kind not in ("number", "integer"):
        return _yes
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    if kind == "number" and lowest is highest is None:
        return _yes

    def number(node: Scalar) -> bool:
        from dropcap.carriers.compose.schema.to_python import number

        value = number(node)
        if kind == "integer" and isinstance(value, float) and not value.is_integer():
            return False
        return (lowest is None or value >= lowest) and (highest is None or value <= highest)

    return number


def matcher(pattern: str) -> Callable[[str], object]:
    """Give what `re.search` with a pattern would, true or false; the patterns of most keys need no `re`."""
    if pattern == "^x-":
        return lambda text: text.startswith("x-")
    if pattern == r"^[a-zA-Z0-9._-]+\Z":
        return lambda text: text and _IN_NAMES.issuperset(text)
    if pattern == ".+":
        return lambda text: text.strip("\n")
    if pattern == "[a-zA-Z0-9][a-zA-Z0-9_.-]+":
        return lambda text: (_IN_NAMES.issuperset(text) and text[1:] and text[0].isalnum()) or re.search(pattern, text)
    return lambda text: re.search(pattern, text)


def _sequence(schema: Any) -> Check:  # noqa: ANN401  # as above
    """Compile what is said about a list."""
    each = schema.get("items", {})
    check = _check(each)
    is_unique = schema.get("uniqueItems", False)
    is_of_texts = branches_of(each) == [{"type": "string"}]

    def sequence(node: Sequence) -> bool:
        for item in node.items:
            if not check(item) and target(item).tag != RESET:
                return False
        return not is_unique or _has_no_repeats(node, is_of_texts=is_of_texts)

    return sequence


def _has_no_repeats(node: Sequence, *, is_of_texts: bool) -> bool:
    """Whether no two items of a list are equal."""
    texts = {item.text for item in node.items if type(item) is Scalar and (is_of_texts or scalar_type(item) == "text")}
    if len(texts) == len(node.items):
        return True
    from dropcap.carriers.compose.schema.to_python import Plain, identity

    found = [identity(data) for data in Plain().of(node)]
    return len(set(found)) == len(found)


def _mapping(schema: Any) -> Check:  # noqa: ANN401  # as above
    """Compile what is said about a mapping."""
    known: Dictionary[str, Any] = schema.get("properties", {})
    checks = _Checks(known.__getitem__)
    patterns = [(matcher(pattern), _check(one)) for pattern, one in schema.get("patternProperties", {}).items()]
    others = _check(schema["additionalProperties"]) if schema.get("additionalProperties") else _yes
    if schema.get("additionalProperties") is False:
        others = _no
    required: list[str] = schema.get("required", [])
    choices = [choice["required"] for choice in schema.get("anyOf", ())]
    is_complete = _completeness(required, choices)

    def allows(name: str, value: Node) -> bool:
        if name in known:
            return checks[name](value)
        for matches, check in patterns:
            if matches(name):
                return check(value)
        return others(value)

    def mapping(node: Mapping) -> bool:
        found = _plain_pairs(node, known)
        for name, value in found.items():
            if not allows(name, value) and target(value).tag != RESET:
                return False
        return is_complete is None or is_complete({name for name in found if target(found[name]).tag != RESET})

    return mapping


def _completeness(required: list[str], choices: list[list[str]]) -> Callable[[Container[str]], bool] | None:
    """Say of the keys of a mapping whether all that are required are there, and all of one choice."""
    if not required and not choices:
        return None

    def is_complete(names: Container[str]) -> bool:
        if not all(name in names for name in required):
            return False
        return not choices or any(all(name in names for name in choice) for choice in choices)

    return is_complete


def _plain_pairs(node: Mapping, known: Container[str]) -> Dictionary[str, Node]:
    """Give a mapping's values by key, as `entries` does; most mappings have nothing that it has to look at."""
    found: dict[str, Node] = {}
    for key, value in node.pairs:
        if type(key) is not Scalar or key.tag is not None:
            break
        name = key.text
        if name not in known and (name == "<<" or scalar_type(key) != "text"):
            break
        found[name] = value
    if len(found) == len(node.pairs):
        return found
    return {name: entry.value for name, entry in entries(node).items()}
