"""JSON that survives every encoding, terminal and parser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from dropcap.model import KnownFinding


def dumps(value: object, indent: int | None = None) -> str:
    """Write a value as JSON in ASCII, on one line or indented.

    Half a surrogate pair, as in the name of a file that is not UTF-8, becomes U+FFFD: many parsers refuse it.
    """
    text = json.dumps(value, indent=indent)
    if "\\ud" not in text:
        return text
    joined = json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return json.dumps(json.loads(joined.decode("utf-16-le", "replace")), indent=indent)


def listed(items: Iterable[object]) -> Iterator[str]:
    """Yield the inside of a JSON array, an item a line."""
    separator = "\n"
    for item in items:
        yield separator + dumps(item)
        separator = ",\n"


def known_entry(one: KnownFinding) -> dict[str, Any]:
    """Return a finding that was known before as reports and baselines have it."""
    return {
        "path": one.path,
        "container": {"kind": one.kind, "name": one.name},
        "rule": one.rule,
        "evidence": one.evidence,
        "severity": one.severity.label,
        **({"number": one.number} if one.number > 1 else {}),
        "fingerprint": one.fingerprint,
    }
