"""One Compose file laid over another, as Docker Compose does: the documents of a file now, files and bases alike.

Mappings are merged key by key, lists appended, single values replaced; an empty value leaves what is below it.
Source: compose-go, `override/merge.go` and `loader/reset.go`. Nothing is made unique here: see `unique.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dropcap.carriers.compose.nodes import OVERRIDE, RESET, all_entries, as_list, entries
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Mapping, Pair, Scalar, Sequence, target
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.lang.yaml import Value

_Way = Literal["replace", "list", "hosts", "mapping", "conditions", "build", "logging", "subnets"]

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
    "services.*.depends_on": "conditions",
    "services.*.models": "mapping",
    "services.*.networks": "mapping",
    "services.*.build": "build",
    "services.*.logging": "logging",
    "networks.*.ipam.config": "subnets",
}
_FORMS = frozenset({"build", "conditions", "hosts", "list", "mapping"})
_OF_NAMES = frozenset({"services", "networks", "volumes", "services.*.ulimits"})


def merge(base: Mapping, over: Mapping, log: Diagnostics) -> Mapping:
    """Lay a file over another one; neither is changed, and each value keeps its own place.

    Args:
        base: the root of the weaker file.
        over: the root of the stronger file.
        log: told where the two do not fit together; the stronger value counts then.

    """
    return _merge_mappings(base, over, "", "", log)


def merge_service(base: Mapping, over: Mapping, name: str, log: Diagnostics) -> Mapping:
    """Lay a service over the one that it extends; neither is changed."""
    return _merge_mappings(base, over, f"services.{name}", "services.*", log)


def _merge_mappings(base: Mapping, over: Mapping, path: str, pattern: str, log: Diagnostics) -> Mapping:
    """Merge by key; `path` is for people, and in `pattern` names are stars."""
    merged = entries(base, path, log).copy()
    for name, entry in all_entries(over, path, log).items():
        below = merged.get(name)
        if entry.value.tag == RESET:
            merged[name] = entry  # it is no entry to readers, and resets what this is laid over in its turn
        elif below is None or entry.value.tag == OVERRIDE:
            merged[name] = entry
        else:
            step = "*" if pattern in _OF_NAMES else name
            at, inner = (f"{path}.{name}", f"{pattern}.{step}") if path else (name, name)
            merged[name] = below._replace(value=_merge_values(below.value, entry.value, at, inner, log))
    return Mapping(tuple(Pair(entry.key, entry.value) for entry in merged.values()), None, over.source, over.span)


def _merge_values(base: Value, over: Value, path: str, pattern: str, log: Diagnostics) -> Value:
    way = _WAYS.get(pattern)
    if way == "replace":
        return over
    if isinstance(over, Scalar) and scalar_type(over) == "nothing":
        return base
    if way == "logging" and _are_different_drivers(base, over, path, log):
        return over
    if way == "subnets" and isinstance(base, Sequence) and isinstance(over, Sequence):
        return _merge_subnets(base, over, path, log)
    if way == "list" and isinstance(over, Mapping):
        base = _without_reset_names(base, over, path, log)
    if way in _FORMS:
        base, over = (_in_form(value, way, path, log) for value in (base, over))
    if way == "hosts" and isinstance(base, Sequence) and isinstance(over, Sequence):
        over = _without_known(over, base)
    return _merge_by_form(base, over, path, pattern, log)


def _merge_by_form(base: Value, over: Value, path: str, pattern: str, log: Diagnostics) -> Value:
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return _merge_mappings(base, over, path, pattern, log)
    if isinstance(base, Sequence) and isinstance(over, Sequence):
        return Sequence((*base.items, *over.items), None, over.source, over.span)
    if not isinstance(base, Scalar):
        form = "mapping" if isinstance(base, Mapping) else "list"
        log.error(over, f"{path} must be a {form}, as where it is first set")
        return base  # Docker Compose refuses the project: what is known of it is what is checked
    return over


def _in_form(value: Value, way: str | None, path: str, log: Diagnostics) -> Value:
    """Bring a value into the form that both sides are merged in."""
    if way in ("mapping", "conditions"):
        return _to_mapping(value, _condition if way == "conditions" else _nothing_behind)
    if way == "build":
        return _to_build(value)
    return _to_list(value, path, log, is_many=way == "hosts")


def _without_reset_names(base: Value, over: Mapping, path: str, log: Diagnostics) -> Value:
    """Take out what the stronger mapping resets; of a list of `name=value` Docker Compose finds no name to reset."""
    names = {name for name, entry in all_entries(over, path, log).items() if entry.value.tag == RESET}
    if not names or not isinstance(base, Mapping):
        return base
    found = all_entries(base, path, log).items()
    return base._replace(pairs=tuple(Pair(one.key, one.value) for name, one in found if name not in names))


def _without_known(over: Sequence, base: Sequence) -> Sequence:
    """Leave out the texts that the base has too."""
    known = {to_string(value) for value in map(target, base.items) if isinstance(value, Scalar)}
    kept = (one for one in over.items if not isinstance(one, Scalar) or to_string(one) not in known)
    return over._replace(items=tuple(kept))


def _to_list(value: Value, path: str, log: Diagnostics, *, is_many: bool) -> Value:
    if isinstance(value, Mapping):
        return as_list(value, path, log, is_many=is_many)
    return Sequence((value,), None, value.source, value.span) if isinstance(value, Scalar) else value


def _to_mapping(value: Value, of_name: Callable[[Value], Value]) -> Value:
    """Take a list of names as a mapping by name; `of_name` gives what a name alone stands for."""
    if not isinstance(value, Sequence):
        return value
    pairs = tuple(Pair(item, of_name(item)) for item in map(target, value.items))
    return Mapping(pairs, value.tag, value.source, value.span)


def _condition(name: Value) -> Value:
    """Say what depending on a service means where its name alone is given."""

    def scalar(text: str, style: str) -> Scalar:
        return Scalar(text, style, None, name.source, name.span)

    pairs = (
        Pair(scalar("condition", '"'), scalar("service_started", '"')),
        Pair(scalar("required", '"'), scalar("true", "")),
    )
    return Mapping(pairs, None, name.source, name.span)


def _to_build(value: Value) -> Value:
    """Take a path as a build with that context."""
    if not isinstance(value, Scalar):
        return value
    pair = Pair(Scalar("context", "", None, value.source, value.span), value)
    return Mapping((pair,), value.tag, value.source, value.span)


def _are_different_drivers(base: Value, over: Value, path: str, log: Diagnostics) -> bool:
    """Whether two logging sections each name a driver, and not the same: options of one mean nothing to the other."""
    drivers = [
        entries(value, path, log)["driver"].value
        for value in (base, over)
        if isinstance(value, Mapping) and "driver" in entries(value, path, log)
    ]
    texts = [driver.text for driver in drivers if isinstance(driver, Scalar)]
    return len(texts) == len((base, over)) and texts[0] != texts[1]


def _merge_subnets(base: Sequence, over: Sequence, path: str, log: Diagnostics) -> Sequence:
    """Merge the address ranges of a network by their subnets."""
    found: dict[str | None, Value] = {_subnet(value, path, log): value for value in map(target, base.items)}
    for value in map(target, over.items):
        subnet = _subnet(value, path, log)
        below = found.get(subnet)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        found[subnet] = _merge_values(below, value, path, "", log) if both and below is not None else value
    return Sequence(tuple(found.values()), None, over.source, over.span)


def _subnet(value: Value, path: str, log: Diagnostics) -> str | None:
    entry = entries(value, path, log).get("subnet") if isinstance(value, Mapping) else None
    return entry.value.text if entry is not None and isinstance(entry.value, Scalar) else None


def _nothing_behind(node: Value) -> Value:
    return Scalar("", "", None, node.source, Span(node.span.end, node.span.end))
