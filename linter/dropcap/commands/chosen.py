"""Which rules are asked, by the options of a command and the configurations of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.rule import RuleError, UnknownRuleError, choose

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from dropcap.config import Config
    from dropcap.rule import Rule
    from dropcap.targets import Target


def to_words(text: object) -> tuple[str, ...]:
    """Return the words of a list with commas.

    Raises:
        ValueError: there are none.

    """
    words = tuple(word.strip() for word in str(text).split(",") if word.strip())
    if not words:
        raise ValueError("names no rule; name one, or leave the option out")
    return words


def chosen_rules(
    arguments: Namespace, config: Config, known: Sequence[Rule], targets: Sequence[Target] = ()
) -> tuple[Rule, ...]:
    """Choose among the rules; says where a name stands that no rule has.

    Args:
        arguments: the command line's.
        config: the run's configuration.
        known: the rules.
        targets: the files, once they are found: the rules are those of all of them, and each says which are its own.

    Raises:
        RuleError: a name is no rule's, or no rule is left.
        ConfigError: the same, of a configuration file.

    """
    if config.file is not None or getattr(arguments, "configurations", None) is not None:
        from dropcap.commands.configured_rules import check_names, rules_of_all

        check_names(arguments, config, known)
        if any(target.policy is not None for target in targets):
            return rules_of_all(known, targets)
    try:
        return choose(known, config.select, config.ignored, config.extend_select)
    except UnknownRuleError as error:
        raise RuleError(f"--{_option(error.name, config)}: {error}") from None


def _option(name: str, config: Config) -> str:
    """Return the option that names a rule."""
    if name in config.select:
        return "select"
    return "extend-select" if name in config.extend_select else "ignore"
