"""Which rules are asked, by the options of a command and the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.rule import RuleError, UnknownRuleError, choose, load_rules

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from dropcap.config import Config
    from dropcap.rule import Rule


def to_words(text: object) -> tuple[str, ...]:
    """Return the words of a list with commas.

    Raises:
        ValueError: there are none.

    """
    words = tuple(word.strip() for word in str(text).split(",") if word.strip())
    if not words:
        raise ValueError("names no rule; leave the option out, or name one")
    return words


def chosen_rules(arguments: Namespace, config: Config) -> tuple[Rule, ...]:
    """Load and choose the rules; says where a name stands that no rule has."""
    try:
        return choose(load_rules(arguments.rules), config.select, config.ignore, config.extend_select)
    except UnknownRuleError as error:
        key, given = _origin(error.name, arguments, config)
        place = f"--{key}" if given else config.place(key, error.name)
        raise RuleError(f"{place}: {error}") from None


def _origin(name: str, arguments: Namespace, config: Config) -> tuple[str, Sequence[str] | None]:
    """Return the key that names a rule, and what the command line gives for it."""
    if name in config.select:
        return "select", arguments.select
    if name in config.extend_select:
        return "extend-select", arguments.extend_select
    return "ignore", arguments.ignore
