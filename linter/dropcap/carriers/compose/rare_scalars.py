"""Scalars that few files have and that Docker Compose 5 takes in another way than version 2: dates, endless numbers.

Source: compose-go 2.14.0, `schema/schema.go` (a model is written as JSON) and `types/mapping.go`, which prints any
value as Go does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.field_table import Walk, column
from dropcap.carriers.compose.nodes import all_entries, all_items, entries, with_entries
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.nodes import Path
    from dropcap.lang.yaml import Value

_ENDLESS = frozenset({"NaN", "+Inf", "-Inf"})
_DATE = (
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d{2}:\d{2})?)?"
)


def refuse_endless(root: Mapping, log: Diagnostics) -> None:
    """Tell the log about numbers that JSON has no word for."""
    pending: list[Value] = [root]
    seen: set[int] = set()
    while pending:
        value = pending.pop()
        if isinstance(value, Scalar):
            if scalar_type(value) == "number" and to_string(value) in _ENDLESS:
                log.error(value, f"Docker Compose cannot write the number {value.text}: put it into quotes")
        elif id(value) not in seen:  # an alias repeats it
            seen.add(id(value))
            pending += [one.value for one in entries(value).values()]
            pending += all_items(value) if isinstance(value, Sequence) else ()


def dates_as_texts(root: Mapping) -> Mapping:
    """Return a model in which dates are texts wherever a field holds texts by name."""
    changed = Walk(_in_mapping).inside(root, column("merge"))
    return changed if isinstance(changed, Mapping) else root


def _in_mapping(value: Value, kind: str, _: Path) -> Value:
    if kind != "list" or not isinstance(value, Mapping):
        return value
    found = {name: one._replace(value=_as_text(one.value)) for name, one in all_entries(value).items()}
    return with_entries(value, found.values())


def _as_text(value: Value) -> Value:
    if isinstance(value, Scalar) and value.text == "-0" and scalar_type(value) == "number":
        return value._replace(style='"')  # to version 5 it is a fraction, which keeps its sign
    if not isinstance(value, Scalar) or scalar_type(value) != "date":
        return value
    match = re.fullmatch(_DATE, value.text)
    if match is None:  # a tag alone calls it a date
        return value
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    time = f"{int(hour or 0):02}:{int(minute or 0):02}:{int(second or 0):02}{(fraction or '').rstrip('0').rstrip('.')}"
    offset = "+0000 UTC" if zone in (None, "Z", "+00:00") else f"{zone.replace(':', '')} {zone.replace(':', '')}"
    return value._replace(text=f"{year}-{int(month):02}-{int(day):02} {time} {offset}", style='"')
