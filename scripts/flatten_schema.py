"""Make the Compose schema that dropcap checks files with from the one that its authors publish.

    python scripts/flatten_schema.py            write flat.json and plain.txt anew from upstream.json
    python scripts/flatten_schema.py CORPUS     compare the two on every YAML file below a folder

Upstream composes a service of parts by `allOf` and closes it by `unevaluatedProperties`. A fault in one part then
makes every key of that part "unevaluated" too, so that one wrong value is told twice, the second time wrongly. Here
the parts are put into one list of properties, which is closed by `additionalProperties`. The result says the same
about every file.

A keyword that is not known here stops the script: neither it nor the fast check may pass over one.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from dropcap.carriers.compose.diagnostics import Diagnostics
from dropcap.carriers.compose.nodes import normalised
from dropcap.carriers.compose.schema.to_python import to_python
from dropcap.lang.yaml import Mapping, parse, target
from dropcap.model import UnreadableError
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = Path(__file__).parent.parent / "linter" / "dropcap" / "carriers" / "compose" / "schema"

ANNOTATIONS = frozenset({"$schema", "$id", "title", "description", "default", "deprecated"})
"""Keywords that say nothing about what is valid."""

SINGLE = frozenset({"additionalProperties", "unevaluatedProperties", "items"})
MANY = frozenset({"allOf", "anyOf", "oneOf"})
NAMED = frozenset({"properties", "patternProperties", "$defs"})
PLAIN = frozenset({"$ref", "enum", "maximum", "minimum", "pattern", "required", "type", "uniqueItems"})


class SchemaError(Exception):
    """The schema holds what this script does not know how to flatten."""


def flattened(upstream: dict[str, Any]) -> dict[str, Any]:
    """Give a schema without annotations, `allOf` and `unevaluatedProperties` that accepts the same.

    Args:
        upstream: the schema as it is published.

    Raises:
        SchemaError: something in it is not known here.

    """
    schema = stripped(upstream, "#")
    definitions = schema.pop("$defs")
    flat = {name: _closed(one, definitions, f"#/$defs/{name}") for name, one in definitions.items()}
    used = _reachable(schema, flat)
    result = {**schema, "$defs": {name: one for name, one in flat.items() if name in used}}
    check_shape(result, result, "#")
    return result


def stripped(schema: Any, path: str) -> Any:  # noqa: ANN401  # a schema is any JSON
    """Take out what says nothing about validity; patterns are written for Python.

    Raises:
        SchemaError: a keyword, or a value of one, is not known.

    """
    if isinstance(schema, bool):
        return schema
    if not isinstance(schema, dict):
        raise SchemaError(f"{path} is no schema")
    result: dict[str, Any] = {}
    for keyword, value in schema.items():
        here = f"{path}/{keyword}"
        if keyword in ANNOTATIONS:
            continue
        if keyword in SINGLE:
            result[keyword] = stripped(value, here)
        elif keyword in MANY:
            result[keyword] = [stripped(one, f"{here}/{index}") for index, one in enumerate(value)]
        elif keyword in NAMED:
            is_pattern = keyword == "patternProperties"
            result[keyword] = {
                pythonic(name, here) if is_pattern else name: stripped(one, f"{here}/{name}")
                for name, one in value.items()
            }
        elif keyword == "pattern":
            result[keyword] = pythonic(value, here)
        elif keyword in PLAIN:
            result[keyword] = value
        else:
            raise SchemaError(f"{here} is not known")
    return result


def pythonic(pattern: str, path: str) -> str:
    r"""Write a pattern for Python, where `$` would match before a last line break, too: as `\Z`.

    Raises:
        SchemaError: a dollar sign stands elsewhere than at the end.

    """
    body = pattern.removesuffix("$")
    if "$" in body or body.endswith("\\"):
        raise SchemaError(f"{path}: {pattern} has a dollar sign in the middle")
    result = body if body == pattern else rf"{body}\Z"
    re.compile(result)
    return result


def _closed(schema: Any, definitions: dict[str, Any], path: str) -> Any:  # noqa: ANN401  # as above
    """Put the parts of one definition into its own list of properties."""
    if "allOf" not in schema:
        return schema
    if schema.get("unevaluatedProperties") is not False:
        raise SchemaError(f"{path} has an allOf that is not closed")
    parts = [_shared(part["$ref"], definitions) for part in schema["allOf"]]
    own = {keyword: value for keyword, value in schema.items() if keyword not in ("allOf", "unevaluatedProperties")}
    properties: dict[str, Any] = {}
    patterns: dict[str, Any] = {}
    for part in [*parts, {"type": "object", **own}]:
        unknown = set(part) - {"type", "properties", "patternProperties", *(own if "properties" in own else ())}
        if unknown - {"required"} or part.get("type") != "object":
            raise SchemaError(f"{path} is made of a part with more than properties: {sorted(unknown)}")
        for keyword, all_of_them in (("properties", properties), ("patternProperties", patterns)):
            for name, one in part.get(keyword, {}).items():
                if all_of_them.setdefault(name, one) != one:
                    raise SchemaError(f"{path} has two meanings of {name}")
    flat = {"type": "object", **own, "properties": dict(sorted(properties.items()))}
    return {**flat, "patternProperties": patterns, "additionalProperties": False}


def _shared(reference: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """Give a definition whose longer properties are references to it, as several others are made of it."""
    part = dict(definitions[reference.removeprefix("#/$defs/")])
    properties = {}
    for name, one in part.get("properties", {}).items():
        pointer = {"$ref": f"{reference}/properties/{name}"}
        properties[name] = pointer if len(json.dumps(pointer)) < len(json.dumps(one)) else one
    return {**part, "properties": properties}


def check_shape(schema: Any, whole: dict[str, Any], path: str) -> None:  # noqa: ANN401  # as above
    """See to it that a flat schema has the shape that the fast check and the messages count on.

    Raises:
        SchemaError: it has another one.

    """
    if not schema or isinstance(schema, bool):
        return
    for reason in _misshapen(schema):
        raise SchemaError(f"{path} has {reason}")
    _types(schema, whole, path)
    for keyword in SINGLE & schema.keys():
        check_shape(schema[keyword], whole, f"{path}/{keyword}")
    for keyword in NAMED & schema.keys():
        for name, one in schema[keyword].items():
            check_shape(one, whole, f"{path}/{keyword}/{name}")
    for index, one in enumerate(schema.get("oneOf", ())):
        check_shape(one, whole, f"{path}/oneOf/{index}")


def _misshapen(schema: dict[str, Any]) -> Iterator[str]:
    """Say what is wrong with the shape of one schema, apart from those in it."""
    if "$ref" in schema or "oneOf" in schema:
        if len(schema) > 1:
            yield "a $ref or a oneOf and more beside it"
    elif "type" not in schema:
        yield "no type"
    if schema.keys() & {"allOf", "unevaluatedProperties"}:
        yield "an allOf deeper than at the top of a definition"
    if schema.keys() & {"enum", "pattern"} and schema.get("type") != "string":
        yield "an enum or a pattern of what is no text"
    if any(choice.keys() != {"required"} for choice in schema.get("anyOf", ())):
        yield "an anyOf of more than required keys"
    patterns = schema.get("patternProperties", {})
    if len(patterns) > 1 or any(re.search(one, name) for one in patterns for name in schema.get("properties", {})):
        yield "two schemas for one key"


def _types(schema: Any, whole: dict[str, Any], path: str) -> set[str]:  # noqa: ANN401  # as above
    """Give the types that a schema allows, after a look that no two branches share one."""
    if "$ref" in schema:
        place: Any = whole
        for step in schema["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        return _types(place, whole, path)
    if "oneOf" not in schema:
        types = schema["type"]
        return {one.replace("integer", "number") for one in ([types] if isinstance(types, str) else types)}
    found: set[str] = set()
    for branch in schema["oneOf"]:
        types = _types(branch, whole, path)
        if types & found:
            raise SchemaError(f"{path} has two branches for one type")
        found |= types
    return found


def _reachable(schema: Any, definitions: dict[str, Any]) -> set[str]:  # noqa: ANN401  # as above
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            name = str(one.get("$ref", "")).removeprefix("#/$defs/").partition("/")[0]
            if name and name not in found:
                found.add(name)
                waiting.append(definitions[name])
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return found


def written(schema: dict[str, Any]) -> str:
    """Write a schema as JSON, a definition and a property a line."""
    lines = []
    for name, part in schema.items():
        inner = part if isinstance(part, dict) else {}
        members = ",\n".join(f"{json.dumps(key)}: {json.dumps(one)}" for key, one in inner.items())
        lines.append(f"{json.dumps(name)}: {{\n{members}\n}}" if inner else f"{json.dumps(name)}: {json.dumps(part)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def plain_forms(schema: dict[str, Any]) -> str:
    """Write for each key of a service the plain forms that the schema allows without a closer look.

    A form is any text, number, truth value (`boolean`) or nothing, a list of any texts that differ, or a mapping of
    any names to texts, numbers, truth values or nothing.
    """
    lines = []
    for name, one in sorted(schema["$defs"]["service"]["properties"].items()):
        branches = list(_branches(one, schema))
        forms = [form for form, is_allowed in _FORMS.items() if any(map(is_allowed, branches))]
        if forms:
            lines.append(" ".join((name, *forms)) + "\n")
    return "".join(lines)


def _branches(schema: Any, whole: dict[str, Any]) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # as above
    """Give what a schema consists of, references followed and one type each."""
    if "$ref" in schema:
        place: Any = whole
        for step in schema["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        yield from _branches(place, whole)
    elif "oneOf" in schema:
        for one in schema["oneOf"]:
            yield from _branches(one, whole)
    else:
        types = schema.get("type", [])
        for one in [types] if isinstance(types, str) else types:
            yield {**schema, "type": one}


def _is_any(kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda branch: branch == {"type": kind}


def _is_list_of_texts(branch: dict[str, Any]) -> bool:
    is_list = branch["type"] == "array" and branch.keys() <= {"type", "items", "uniqueItems"}
    items = branch.get("items", {})
    return is_list and any(one == {"type": "string"} for one in items.get("oneOf", [items]))


def _is_mapping_of_values(branch: dict[str, Any]) -> bool:
    is_mapping = branch["type"] == "object" and branch.keys() <= {"type", "patternProperties", "additionalProperties"}
    types = branch.get("patternProperties", {}).get(".+", {}).get("type", [])
    return is_mapping and {"string", "number", "boolean", "null"} <= set(types)


_FORMS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "text": _is_any("string"),
    "number": _is_any("number"),
    "boolean": _is_any("boolean"),
    "nothing": _is_any("null"),
    "list": _is_list_of_texts,
    "mapping": _is_mapping_of_values,
}


def compare(folder: str) -> int:
    """Say on which files below a folder the two schemas differ; gives the exit status."""
    upstream = json.loads((FOLDER / "upstream.json").read_text(encoding="utf-8"))
    both = [Draft202012Validator(one) for one in (upstream, flattened(upstream))]
    count = different = 0
    for path in sorted(Path(folder).rglob("*.y*ml")):
        try:
            root = target(parse(Source(str(path), path.read_text(encoding="utf-8"))).documents[0])
        except (UnreadableError, UnicodeDecodeError):
            continue
        if isinstance(root, Mapping):
            data = to_python(normalised(root, Diagnostics()))
            one, other = (validator.is_valid(data) for validator in both)
            count += 1
            different += one is not other
            if one is not other:
                print(f"{path}: upstream says {one}, flat says {other}")
    print(f"{count} files, {different} with different verdicts")
    return 1 if different else 0


def main(arguments: list[str]) -> int:
    """Write the flat schema, or compare it with upstream's."""
    if arguments:
        return compare(arguments[0])
    upstream = json.loads((FOLDER / "upstream.json").read_text(encoding="utf-8"))
    flat = flattened(upstream)
    (FOLDER / "flat.json").write_text(written(flat), encoding="utf-8")
    (FOLDER / "plain.txt").write_text(plain_forms(flat), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
