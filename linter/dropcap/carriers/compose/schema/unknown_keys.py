"""What to say about keys that the Compose schema does not know: which was meant, or where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.carriers.compose.schema.compose_schema import SCHEMA
from dropcap.carriers.compose.schema.messages import near, path
from dropcap.carriers.compose.schema.validator import branches_of, matcher

if TYPE_CHECKING:
    from collections.abc import Mapping as Dictionary
    from collections.abc import Sequence

_OF_A_SERVICE = frozenset({"image", "build", "extends"})
_SERVICE = ("services", "a")
_ANY = "correct it or take it out"

_REPLACED = {
    "depends": "write depends_on",
    "log_driver": "write driver below logging",
    "log_opt": "write options below logging",
    "net": "write network_mode",
    "volume_driver": "write driver below the volume, at the top level",
}
"""What older files or other programs call a key of a service, and what to do."""


def is_version_1(root: Dictionary[str, Any], unknown: Sequence[str]) -> bool:
    """Whether the keys at the top level that are not known are services, and no others are there."""
    return "services" not in root and all(_is_service(root[key]) for key in unknown)


def unknown_key(
    steps: tuple[str | int, ...],
    key: str,
    value: Any,  # noqa: ANN401  # plain data is of any type
    schema: Dictionary[str, Any],
    of_item: str = "",
) -> str:
    """Say that a key is not known.

    Args:
        steps: where the mapping stands that it is in.
        key: the key.
        value: its value.
        schema: what is known about the mapping.
        of_item: what helps if the mapping is an item of a list by mistake.

    """
    name = path((*steps, key))
    known: Dictionary[str, Any] = schema.get("properties", {})
    if not known:
        if not key.strip("\n"):
            return f"{path(steps)} has an empty key"
        return f"{name} is not a name that Compose allows: use letters, digits, dots, dashes and underscores"
    remedy = of_item or _remedy(steps, key, value, known) or ("" if steps and isinstance(steps[-1], int) else _ANY)
    return f"{name} is not a key that Compose knows{f': {remedy}' if remedy else ''}"


def _remedy(steps: tuple[str | int, ...], key: str, value: Any, known: Dictionary[str, Any]) -> str:  # noqa: ANN401  # as above
    if "$" in key:
        return "variables are not replaced in keys"
    if not steps and (_is_service(value) or key in _properties(_SERVICE)):
        return "indent it below services" if _is_service(value) else "indent it below a service"
    if len(steps) == len(_SERVICE) and steps[0] == _SERVICE[0] and key in _REPLACED:
        return _REPLACED[key]
    like = near(key, known)
    return f"did you mean {like}?" if like else _elsewhere(steps, key, known)


def _elsewhere(steps: tuple[str | int, ...], key: str, known: Dictionary[str, Any]) -> str:
    """Say where a key belongs that stands one level too far out or in."""
    below = [one for one, sub in known.items() if key in _object(sub).get("properties", {})]
    if len(below) == 1:
        return f"it belongs below {below[0]}"
    if len(steps) > len(_SERVICE) and key in _properties(steps[:-1]):
        return f"it belongs to {path(steps[:-1])}: indent it less"
    return ""


def _is_service(value: Any) -> bool:  # noqa: ANN401  # as above
    return isinstance(value, dict) and not value.keys().isdisjoint(_OF_A_SERVICE)


def _properties(steps: Sequence[str | int]) -> Dictionary[str, Any]:
    """Give the known keys of what stands at a path; none where there is no mapping of known keys."""
    schema: Any = SCHEMA
    for step in steps:
        if isinstance(step, int):
            schema = next((one["items"] for one in branches_of(schema) if "items" in one), {})
            continue
        mapping = _object(schema)
        by_pattern = [one for pattern, one in mapping.get("patternProperties", {}).items() if matcher(pattern)(step)]
        schema = mapping.get("properties", {}).get(step) or (by_pattern[0] if by_pattern else {})
    found: Dictionary[str, Any] = _object(schema).get("properties", {})
    return found


def _object(schema: Any) -> Dictionary[str, Any]:  # noqa: ANN401  # a schema is any JSON
    """Give what a schema says about mappings."""
    found: Dictionary[str, Any] = next(
        (one for one in branches_of(schema) if "properties" in one or "patternProperties" in one), {}
    )
    return found
