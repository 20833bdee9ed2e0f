"""The fields of one service, each read as Docker Compose types it.

What Compose refuses is told to the log and makes the field unknown, or is used as it is meant where that is plain
(`user: 1000`). What depends on a variable makes the field unknown too. Types are those of compose-go's
`schema/compose-spec.json`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import as_list, entries, is_nothing, is_plainly_text, items
from dropcap.carriers.compose.yaml_types import scalar_type, to_string, truth
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.model import Located, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Dictionary
    from typing import TypeVar

    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value

    T = TypeVar("T")

_STRING = "must be a string: put it into quotes"
_TRUTH = "must be true or false"


class Fields:
    """A service's fields. `unknowns` gathers what cannot be seen through while they are read."""

    __slots__ = ("_path", "entries", "log", "unknowns")

    def __init__(self, found: Dictionary[str, Entry], path: str, log: Diagnostics) -> None:
        """Take a service's entries, and its name for people: `services.web`."""
        self.entries = found
        self._path = path
        self.log = log
        self.unknowns: list[Unknown] = []

    def value(self, key: str, field: str) -> Value | None:
        """Give what stands there, if it is anything; an empty value is refused."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        if not is_nothing(entry.value):
            return entry.value
        place = entry.value if entry.value.span.end > entry.value.span.start else entry.key
        self.refuse(place, key, "is empty: give it a value or take it out", field)
        return None

    def string(self, key: str, field: str, *, is_shown: bool = False) -> Located[str] | None:
        """Read one string; with `is_shown` even one that depends on a variable, as it is written."""
        value = self.value(key, field)
        if value is None:
            return None
        known = self.known(value, key, field)
        if known is None:
            return located(value.text, value) if is_shown and isinstance(value, Scalar) else None
        return located(known, value)

    def flag(self, key: str, field: str) -> Located[bool] | None:
        """Read true or false, or a string that Compose casts to it."""
        value = self.value(key, field)
        if value is None:
            return None
        if not isinstance(value, Scalar) or scalar_type(value) not in ("text", "boolean"):
            self.refuse(value, key, _TRUTH, field)
            return None
        text = self.seen_through(value, field)
        is_true = None if text is None else truth(text)
        if is_true is not None:
            return located(is_true, value)
        if text is not None:
            self.refuse(value, key, _TRUTH, field)
        return None

    def strings(
        self,
        key: str,
        field: str,
        *,
        of_mapping: Callable[[Dictionary[str, str]], str] | None = None,
        takes_numbers: bool = False,
    ) -> tuple[Located[str], ...]:
        """Read a list of strings.

        Args:
            key: the service's key.
            field: the container's field.
            of_mapping: writes an item's long form, a mapping, as the short one; None where there is no long form.
            takes_numbers: whether a number may stand among the strings.

        """
        found: list[Located[str]] = []
        for item in self.listed(key, field):
            if of_mapping and isinstance(item, Mapping):
                parts = self.parts(item, field)
                text = of_mapping(parts) if parts is not None else None
            else:
                text = self.known(item, key, field, takes_numbers=takes_numbers)
            if text is not None:
                found.append(located(text, item))
        return tuple(found)

    def pairs(self, key: str, field: str) -> tuple[Located[str], ...]:
        """Read `name=value` strings, from a list of them or from a mapping; of a name the last one counts."""
        value = self.value(key, field)
        if value is None:
            return ()
        if isinstance(value, Mapping):
            value = as_list(value, f"{self._path}.{key}", self.log)
        if not isinstance(value, Sequence):
            self.refuse(value, key, "must be a mapping or a list", field)
            return ()
        found = [(self.known(item, key, field), item) for item in items(value)]
        by_name = {text.partition("=")[0]: located(text, item) for text, item in found if text is not None}
        return tuple(by_name.values())

    def listed(self, key: str, field: str, *, or_one: bool = False) -> list[Value]:
        """Give the items of a list; with `or_one` a single string is one item."""
        value = self.value(key, field)
        if value is None:
            return []
        if isinstance(value, Sequence):
            return items(value)
        if or_one and isinstance(value, Scalar):
            return [value]
        self.refuse(value, key, "must be a list", field)
        return []

    def parts(self, mapping: Mapping, field: str) -> Dictionary[str, str] | None:
        """Read a long form: its single values by name; None if one of them cannot be seen through."""
        parts: dict[str, str] = {}
        is_known = True
        for name, entry in entries(mapping).items():
            if isinstance(entry.value, Scalar):
                text = self.seen_through(entry.value, field, to_string(entry.value))
                is_known = is_known and text is not None
                parts[name] = text or ""
        return parts if is_known else None

    def known(self, value: Value, key: str, field: str, *, takes_numbers: bool = False) -> str | None:
        """Give the string that a value is; None if it is none, or depends on a variable.

        A number or the like in place of a string is refused and yet taken as it is written.
        """
        if isinstance(value, Scalar) and value.unknown is None and is_plainly_text(value):
            return value.text  # most are so
        kind = scalar_type(value) if isinstance(value, Scalar) else "nothing"
        if not isinstance(value, Scalar) or kind == "nothing":
            self.refuse(value, key, "must be a string", field)
            return None
        if kind == "number" and takes_numbers:
            return to_string(value)
        if kind != "text":
            self.log.error(value, f"{self._path}.{key} {_STRING}")
        return self.seen_through(value, field)

    def seen_through(self, scalar: Scalar, field: str, text: str | None = None) -> str | None:
        """Give a scalar's text; None if a part of it is not known."""
        if scalar.unknown is None:
            return scalar.text if text is None else text
        self.hide(scalar, scalar.unknown.text, scalar.unknown.reason, field)
        return None

    def refuse(self, value: Value, key: str, message: str, field: str) -> None:
        """Tell that Compose refuses a value, and take its field as unknown."""
        self.log.error(value, f"{self._path}.{key} {message}")
        self.hide(value, key, f"Docker Compose refuses {self._path}.{key}", field)

    def hide(self, value: Value, text: str, reason: str, *fields: str) -> None:
        """Keep that fields, or with none all, may hold more than can be seen."""
        self.unknowns.append(Unknown(text, reason, value.source, value.span, fields))


def located(value: T, at: Value) -> Located[T]:
    """Place a value where a node stands."""
    return Located(value, at.source, at.span)
