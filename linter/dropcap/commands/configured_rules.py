"""The rules that configurations name: whether there are such, and those of all files together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.config import ConfigError
from dropcap.rule import suggestion

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from dropcap.config import Config
    from dropcap.rule import Rule
    from dropcap.targets import Target

_LISTS = ("select", "extend_select", "ignore", "extend_ignore", "severity")


def check_names(arguments: Namespace, config: Config, rules: Sequence[Rule]) -> None:
    """Look for all the rules that the configuration files name.

    Raises:
        ConfigError: there are names that no rule has.

    """
    known = [rule.id for rule in rules]
    configurations = getattr(arguments, "configurations", None)
    configs = configurations.all if configurations is not None else (config,)
    wrong = [
        f"{place}: no rule is named {name!r}{suggestion(name, known)}; `dropcap rules` lists them"
        for one in configs
        for name, place in _named(arguments, one)
        if name not in known
    ]
    if wrong:
        raise ConfigError(*dict.fromkeys(wrong))


def _named(arguments: Namespace, config: Config) -> Iterator[tuple[str, str]]:
    """Yield the rules that a configuration file names, each with its place."""
    for field in _LISTS:
        if not getattr(arguments, field, None):  # else the command line's word counts
            key = field.replace("_", "-")
            yield from ((name, config.place(key, name)) for name in getattr(config, field))
    for entry in config.per_path:
        names = (*entry.select, *entry.extend_select, *entry.ignore, *entry.severity)
        yield from ((name, entry.place) for name in names)
    for allowed in config.allow:
        yield from ((name, allowed.place) for name in allowed.rules)


def rules_of_all(rules: Sequence[Rule], targets: Sequence[Target]) -> tuple[Rule, ...]:
    """Return the rules that are asked of any file.

    Raises:
        ConfigError: no rule is left for a file: that would pass over it in silence.

    """
    wanted: set[str] = set()
    on = [rule.id for rule in rules if rule.on_by_default]
    for policy, path in {one.policy.choice: one.path for one in targets if one.policy}.items():
        select, extend, ignore = policy
        own = {*(select or on), *extend}.difference(ignore)
        if not own:
            message = "no rule is left for this file: its configuration ignores all that it selects; exclude the file"
            raise ConfigError(f"{path}: {message} where it is not to be checked")
        wanted |= own
    return tuple(rule for rule in rules if rule.id in wanted)
