"""The rules that configurations name: whether there are such, and those of all files together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.config import ConfigError
from dropcap.configuration.named_rules import unknown_names

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from dropcap.config import Config
    from dropcap.rule import Rule
    from dropcap.targets import Target


def check_names(arguments: Namespace, config: Config, rules: Sequence[Rule]) -> None:
    """Look for all the rules that the configuration files name.

    Raises:
        ConfigError: there are names that no rule has.

    """
    known = [rule.id for rule in rules]
    configurations = getattr(arguments, "configurations", None)
    configs = configurations.all if configurations is not None else (config,)
    given = [field for field in ("select", "extend_select", "ignore") if getattr(arguments, field, None)]
    wrong = [message for one in configs for message in unknown_names(one, known, given)]
    if wrong:
        raise ConfigError(*dict.fromkeys(wrong))


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
