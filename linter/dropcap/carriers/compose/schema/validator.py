"""A fast check whether nodes are as the Compose schema wants them: yes or no, without a word why.

The schema is compiled into functions of one node each, a part of it when a file first has use for that part. They
say what `jsonschema` says about the same data; a test compares the two. To read the schema takes 3 ms, so that what
it makes of services in plain forms, as most files have them, is in a small file of its own, `plain.txt`.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import all_pairs, entries, is_nothing, is_plainly_text, items
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.lang.yaml.pieces import once
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Dictionary
    from typing import Any

    from dropcap.lang.yaml import Value

    Check = Callable[[Any], bool]

_SERVICE = "#/$defs/service"
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
    return is_plain(root) or _REFERENCES["#"](root)


def is_plain(root: Mapping) -> bool:
    """Whether a model holds nothing but services in plain forms, names, and perhaps a version: then it is valid."""
    top = {key.text: value for key, value in all_pairs(root)}
    services = top.pop("services", None)
    if not all(name in _PLAIN_AT_TOP and _PLAIN_AT_TOP[name](value) for name, value in top.items()):
        return False
    return services is None or _are_plain_services(services)


def valid_services(root: Mapping) -> frozenset[str]:
    """Return the names of the services of a model that the schema allows."""
    services = entries(root)["services"].value if "services" in entries(root) else None
    if type(services) is not Mapping or services.tag is not None:
        return frozenset()
    is_allowed = _REFERENCES[_SERVICE]
    return frozenset(
        key.text
        for key, service in all_pairs(services)
        if _is_name(key.text) and (_is_plain_service(service) or is_allowed(service))
    )


def _are_plain_services(value: Value) -> bool:
    if type(value) is not Mapping or value.tag is not None:
        return False
    return all(_is_name(key.text) and _is_plain_service(service) for key, service in all_pairs(value))


def _are_names(value: Value) -> bool:
    """Whether a value is a mapping of names to nothing, as most volumes and networks are."""
    if type(value) is not Mapping or value.tag is not None:
        return False
    return all(_is_name(key.text) and one.tag is None and is_nothing(one) for key, one in all_pairs(value))


def _is_name(text: str) -> bool:
    return bool(text) and _IN_NAMES.issuperset(text)


def _is_plainly_text(value: Value) -> bool:
    return type(value) is Scalar and is_plainly_text(value)


_PLAIN_AT_TOP: Dictionary[str, Callable[[Value], bool]] = {
    "networks": _are_names,
    "version": _is_plainly_text,
    "volumes": _are_names,
}


def _is_plain_service(value: Value) -> bool:
    if type(value) is not Mapping or value.tag is not None:
        return False
    return all(map(_has_plain_form, all_pairs(value)))


def _has_plain_form(pair: tuple[Scalar, Value]) -> bool:
    key, value = pair
    forms = _plain_forms().get(key.text, "")
    if value.tag is not None:
        return False
    if type(value) is Scalar:
        return scalar_type(value) in forms
    if type(value) is Sequence:
        return "list" in forms and len(_texts(value)) == len(value.items)
    return "mapping" in forms and all(map(_is_plain_pair, all_pairs(value)))


def _is_plain_pair(pair: tuple[Scalar, Value]) -> bool:
    key, value = pair
    if type(value) is not Scalar or value.tag is not None or not key.text.strip("\n"):
        return False
    return is_plainly_text(value) or scalar_type(value) != "date"


@cache
def _plain_forms() -> dict[str, str]:
    """Return the plain forms of each key of a service."""
    lines = package_text("carriers", "compose", "schema", "plain.txt").splitlines()
    return {key: forms for key, _, forms in (line.partition(" ") for line in lines)}


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
        check = _compiled(self._schema_of(name))
        self[name] = _once(check) if name == _SERVICE else check
        return self[name]


def _once(check: Check) -> Check:
    """Return a check that is made once of each service of a text that is being edited."""
    return lambda node: once(node, _SERVICE, partial(check, node))


def _referenced(reference: str) -> Any:  # noqa: ANN401  # a schema is any JSON
    """Give the part of the schema that a `$ref` names."""
    from dropcap.carriers.compose.schema.compose_schema import SCHEMA

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

    def check(node: Value) -> bool:
        kind = type(node)
        return scalar(node) if kind is Scalar else mapping(node) if kind is Mapping else sequence(node)

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
        if is_plainly_text(node):
            return of_texts(node)
        return kinds.get(scalar_type(node), _no)(node)

    return scalar


def _is_text(node: Scalar) -> bool:
    return is_plainly_text(node) or node.unknown is not None or scalar_type(node) == "text"


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
        return all(map(check, items(node))) and (not is_unique or _has_no_repeats(node, is_of_texts=is_of_texts))

    return sequence


def _has_no_repeats(node: Sequence, *, is_of_texts: bool) -> bool:
    """Whether no two items of a list are equal."""
    if len(_texts(node, is_of_texts=is_of_texts)) == len(node.items):
        return True
    from dropcap.carriers.compose.schema.to_python import identity, to_python

    found = [identity(data) for data in to_python(node)]
    return len(set(found)) == len(found)


def _texts(node: Sequence, *, is_of_texts: bool = False) -> set[str]:
    """Give the different texts of a list."""
    scalars = (item for item in node.items if type(item) is Scalar)
    return {item.text for item in scalars if is_of_texts or (item.tag is None and scalar_type(item) == "text")}


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

    def allows(name: str, value: Value) -> bool:
        if name in known:
            return checks[name](value)
        for matches, check in patterns:
            if matches(name):
                return check(value)
        return others(value)

    def mapping(node: Mapping) -> bool:
        found = entries(node)
        return (
            all(allows(name, one.value) for name, one in found.items())
            and all(name in found for name in required)
            and (not choices or any(all(name in found for name in choice) for choice in choices))
        )

    return mapping
