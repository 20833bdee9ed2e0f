"""Data that a schema allows, and data that has a fault or two."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dropcap.carriers.compose.diagnostics import Diagnostics
from dropcap.carriers.compose.nodes import normalised
from dropcap.carriers.compose.schema.validator import branches_of
from dropcap.lang.yaml import Mapping, parse
from dropcap.source import Source

if TYPE_CHECKING:
    from random import Random

_PATTERNS = {
    "^x-": ("x-a", "x-"),
    r"^[a-zA-Z0-9._-]+\Z": ("web", "a.b", "1"),
    r"^[a-z]+\Z": ("nofile",),
    r"^.+\Z": ("a b", "é"),
    ".+": ("A", "a\nb"),
    "[a-zA-Z0-9][a-zA-Z0-9_.-]+": ("web-1", "_a1", "äbc"),
    "always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+": ("always", "every_12h"),
}
"""Some texts that match each pattern of the schema."""

_TEXTS = ("", "a", "true", "5", "host", "80:80", "a=b", "x-y", "all")
_SCALARS: tuple[Any, ...] = (*_TEXTS, None, True, False, 0, 1, -1, 1.0, 1.5, 80, 101, 5_000_000_000, 10**25)
_ANY: tuple[Any, ...] = (*_SCALARS, [], {}, ["a"], ["a", "a"], [1, 1.0], [1, True], {"a": "b"}, [{}], {"": None}, [[5]])
_NAMES = ("foo", "image", "x-z", "condition", "a b", "", "a\n", "${A}", "test")


def root_of(data: Any) -> Mapping:  # noqa: ANN401  # any JSON
    """Give a mapping's node: JSON is YAML."""
    root = normalised(parse(Source("compose.yaml", json.dumps(data))).documents[0], Diagnostics())
    assert isinstance(root, Mapping)
    return root


def valid(schema: Any, random: Random) -> Any:  # noqa: ANN401  # any JSON
    """Make something that a schema allows."""
    branch = random.choice(branches_of(schema))
    if "type" not in branch:
        return random.choice(_ANY)
    types = branch["type"]
    kind = types if isinstance(types, str) else random.choice(types)
    if kind == "object":
        return _mapping(branch, random)
    if kind == "array":
        count = random.choice((0, 1, 1, 2, 3))
        items = [valid(branch.get("items", {}), random) for _ in range(count)]
        return items if not branch.get("uniqueItems") else [one for i, one in enumerate(items) if one not in items[:i]]
    if kind == "string":
        return random.choice(branch.get("enum") or _PATTERNS.get(branch.get("pattern")) or _TEXTS)
    lowest = branch.get("minimum", -5)
    numbers = [lowest, max(lowest, 7), max(lowest, 3.0)]
    return {
        "null": None,
        "boolean": random.choice((True, False)),
        "integer": random.choice(numbers),
        "number": random.choice([*numbers, lowest + 0.5]),
    }[kind]


def _mapping(schema: Any, random: Random) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    known = schema.get("properties", {})
    names = set(random.sample(sorted(known), min(len(known), random.choice((0, 1, 2, 4)))))
    names |= {*schema.get("required", ()), *random.choice([one["required"] for one in schema.get("anyOf", ())] or [[]])}
    made = {name: valid(known[name], random) for name in sorted(names)}
    for pattern, one in schema.get("patternProperties", {}).items():
        for name in random.sample(_PATTERNS[pattern], random.choice((0, 1))):
            made[name] = valid(one, random)
    return made


def mutated(data: Any, random: Random) -> Any:  # noqa: ANN401  # any JSON
    """Change one thing somewhere in data; the deeper, the likelier."""
    if not isinstance(data, (dict, list)) or not data or random.random() < 0.15:
        return random.choice(_ANY)
    if isinstance(data, list):
        index = random.randrange(len(data))
        changed = [*data]
        if random.random() < 0.3:
            changed.append(random.choice((data[index], random.choice(_ANY))))
        else:
            changed[index] = mutated(data[index], random)
        return changed
    name = random.choice(sorted(data))
    rest = {key: value for key, value in data.items() if key != name}
    action = random.random()
    if action < 0.1:
        return rest
    if action < 0.2:
        return {**data, random.choice(_NAMES): random.choice(_ANY)}
    if action < 0.25:
        return {**rest, random.choice(_NAMES): data[name]}
    return {**data, name: mutated(data[name], random)}
