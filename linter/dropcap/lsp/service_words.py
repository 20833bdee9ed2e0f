"""The security keys of a Compose service, and the values of those that have a closed set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lsp.completion import Completion
from dropcap.lsp.compose_words import keys, words
from dropcap.model import Engine, Kind
from dropcap.printable import printable
from dropcap.writers.marked_text import marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.lsp.cursor import Cursor
    from dropcap.source import Source

_SERVICE = "service:SERVICE"
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,100}")
_MOST_SERVICES = 50


def key_words(cursor: Cursor) -> Iterator[Completion]:
    """Give the keys that a service does not have yet."""
    for number, key in enumerate(keys().values()):
        if key.name not in cursor.siblings:
            yield Completion(key.name, "key", "security", key.about, cursor.typed, key.opening, f"{number:02}")


def value_words(cursor: Cursor, field: str, checks: Sequence[Checked], source: Source) -> Iterator[Completion]:
    """Give the values that a key may have besides those that are there; nothing where there is no closed set."""
    is_podman = any(
        (one.engine or checked.request.engine) is Engine.PODMAN
        for checked in checks
        for one in checked.result.containers
    )
    before = cursor.lead(source.text) if field == "security_opt" else ""
    there = {one.replace("=", ":") for one in cursor.siblings}
    own = cursor.path[1] if len(cursor.path) > 1 else ""
    number = 0
    for word in words(field, is_podman=is_podman):
        for value in _services(checks, own) if word.value == _SERVICE else (word.value,):
            if value.replace("=", ":") not in there:
                about = marked(word.about, in_table=False)
                yield Completion(value, "value", "", about, cursor.typed, f"{before}{value}", f"{number:03}")
                number += 1


def _services(checks: Sequence[Checked], own: str) -> list[str]:
    """Return the other services that may be named."""
    names = dict.fromkeys(
        one.name for checked in checks for one in checked.result.containers if one.kind is Kind.SERVICE
    )
    plain = [name for name in names if name != own and _PLAIN.fullmatch(name)]
    return [f"service:{printable(name)}" for name in plain[:_MOST_SERVICES]]
