"""The rules that a configuration names, and which of these names no rule has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.rule import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dropcap.config import Config

_LISTS = ("select", "extend_select", "ignore", "extend_ignore", "severity")


def unknown_names(config: Config, known: Sequence[str], passed_over: Collection[str] = ()) -> list[str]:
    """Return a message for each name that no rule has.

    Args:
        config: the configuration.
        known: the ids of all rules.
        passed_over: the fields that do not count, since the command line says the same.

    """
    return [
        f"{place}: no rule is named {name!r}{suggestion(name, known)}; `dropcap rules` lists them"
        for name, place in _named(config, passed_over)
        if name not in known
    ]


def _named(config: Config, passed_over: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the rules that a configuration names, each with its place."""
    for field in _LISTS:
        if field not in passed_over:
            key = field.replace("_", "-")
            yield from ((name, config.place(key, name)) for name in getattr(config, field))
    for entry in config.per_path:
        names = (*entry.select, *entry.extend_select, *entry.ignore, *entry.severity)
        yield from ((name, entry.place) for name in names)
    for allowed in config.allow:
        yield from ((name, allowed.place) for name in allowed.rules)
