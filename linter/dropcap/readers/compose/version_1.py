"""Files of version 1, in which the services stand at the top level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.readers.compose.documents import another_kind
from dropcap.readers.compose.nodes import entries
from dropcap.readers.yaml import Mapping

if TYPE_CHECKING:
    from dropcap.readers.compose.log import Log
    from dropcap.readers.yaml import Value
    from dropcap.source import Source

_TOP_LEVEL = frozenset(
    {"configs", "include", "jobs", "models", "name", "networks", "secrets", "services", "version", "volumes"}
)


def is_version_1(model: Mapping, log: Log) -> bool:
    """Whether the top level of a file holds nothing but services."""
    top = entries(model, "", log)
    return bool(top) and "services" not in top and all(_is_service(entry.value, log) for entry in top.values())


def refuse_another_kind(model: Mapping, source: Source, log: Log) -> None:
    """Refuse a file that has no services and is no part of a project either, such as one with networks alone.

    Raises:
        UnreadableError: it is YAML of another kind.

    """
    top = entries(model, "", log)
    is_part = all(name in _TOP_LEVEL or name.startswith("x-") for name in top)
    if "services" in top or (top and is_part) or is_version_1(model, log):
        return
    raise another_kind(source, (model.pairs[0].key if model.pairs else model).span, "it has no services")


def _is_service(value: Value, log: Log) -> bool:
    if not isinstance(value, Mapping):
        return False
    return not entries(value, "", log).keys().isdisjoint(("image", "build", "extends"))
