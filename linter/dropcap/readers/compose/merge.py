"""One Compose file laid over another, as Docker Compose does: the documents of a file now, files and bases alike.

Mappings are merged key by key, lists appended, single values replaced; an empty value leaves what is below it.
Source: compose-go, `override/merge.go` and `loader/reset.go`. Nothing is made unique here: that is done where a
list is read, after all merging, as Compose does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dropcap.readers.compose.nodes import OVERRIDE, RESET, all_entries, as_list, entries
from dropcap.readers.compose.scalars import meaning
from dropcap.readers.yaml import Mapping, Pair, Scalar, Sequence, target
from dropcap.source import Span

if TYPE_CHECKING:
    from dropcap.readers.compose.log import Log
    from dropcap.readers.yaml import Node, Value

_Way = Literal["replace", "list", "hosts", "mapping", "build"]

# The fields that are not merged by the form of their values. A star stands for any name.
_WAYS: dict[str, _Way] = {
    "services.*.command": "replace",
    "services.*.entrypoint": "replace",
    "services.*.healthcheck.test": "replace",
    "services.*.ulimits.*": "replace",
    "services.*.annotations": "list",
    "services.*.build.additional_contexts": "list",
    "services.*.build.args": "list",
    "services.*.build.labels": "list",
    "services.*.deploy.labels": "list",
    "services.*.dns": "list",
    "services.*.dns_opt": "list",
    "services.*.dns_search": "list",
    "services.*.env_file": "list",
    "services.*.environment": "list",
    "services.*.label_file": "list",
    "services.*.labels": "list",
    "services.*.sysctls": "list",
    "services.*.tmpfs": "list",
    "networks.*.labels": "list",
    "volumes.*.labels": "list",
    "services.*.extra_hosts": "hosts",
    "services.*.build.extra_hosts": "hosts",
    "services.*.depends_on": "mapping",
    "services.*.models": "mapping",
    "services.*.networks": "mapping",
    "services.*.build": "build",
}
_OF_NAMES = frozenset({"services", "networks", "volumes", "services.*.ulimits"})


def merge(base: Mapping, over: Mapping, log: Log) -> Mapping:
    """Lay a file over another one; neither is changed, and each value keeps its own place.

    Args:
        base: the root of the weaker file.
        over: the root of the stronger file.
        log: told where the two do not fit together; the stronger value counts then.

    """
    return _merge_mappings(base, over, "", "", log)


def _merge_mappings(base: Mapping, over: Mapping, path: str, pattern: str, log: Log) -> Mapping:
    """Merge by key; `path` is for people, and in `pattern` names are stars."""
    merged = entries(base, path, log).copy()
    for name, entry in all_entries(over, path, log).items():
        below = merged.get(name)
        if entry.value.tag == RESET:
            merged.pop(name, None)
        elif below is None or entry.value.tag == OVERRIDE:
            merged[name] = entry
        else:
            step = "*" if pattern in _OF_NAMES else name
            at, inner = (f"{path}.{name}", f"{pattern}.{step}") if path else (name, name)
            merged[name] = below._replace(value=_merge_values(below.value, entry.value, at, inner, log))
    return Mapping(tuple(Pair(entry.key, entry.value) for entry in merged.values()), None, over.source, over.span)


def _merge_values(base: Value, over: Value, path: str, pattern: str, log: Log) -> Value:
    way = _WAYS.get(pattern)
    if way == "replace":
        return over
    if isinstance(over, Scalar) and meaning(over) == "nothing":
        return base
    if way in ("list", "hosts"):
        base, over = (_to_list(value, path, log, is_many=way == "hosts") for value in (base, over))
    elif way == "mapping":
        base, over = _to_mapping(base), _to_mapping(over)
    elif way == "build":
        base, over = _to_build(base), _to_build(over)
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return _merge_mappings(base, over, path, pattern, log)
    if isinstance(base, Sequence) and isinstance(over, Sequence):
        return Sequence((*base.items, *over.items), None, over.source, over.span)
    if not isinstance(base, Scalar):
        form = "mapping" if isinstance(base, Mapping) else "list"
        log.error(over, f"{path} must be a {form}, as where it is first set")
    return over


def _to_list(value: Value, path: str, log: Log, *, is_many: bool) -> Value:
    if isinstance(value, Mapping):
        return as_list(value, path, log, is_many=is_many)
    return Sequence((value,), None, value.source, value.span) if isinstance(value, Scalar) else value


def _to_mapping(value: Value) -> Value:
    """Take a list of names as a mapping of names to nothing."""
    if not isinstance(value, Sequence):
        return value
    pairs = tuple(Pair(item, _nothing_behind(item)) for item in map(target, value.items))
    return Mapping(pairs, value.tag, value.source, value.span)


def _to_build(value: Value) -> Value:
    """Take a path as a build with that context."""
    if not isinstance(value, Scalar):
        return value
    pair = Pair(Scalar("context", "", None, value.source, value.span), value)
    return Mapping((pair,), value.tag, value.source, value.span)


def _nothing_behind(node: Node) -> Scalar:
    return Scalar("", "", None, node.source, Span(node.span.end, node.span.end))
