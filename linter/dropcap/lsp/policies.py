"""How each open file is checked: by the configuration nearest to it, as `dropcap check` would."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.baseline.file import BaselineError, read_baseline
from dropcap.baseline.matching import Before
from dropcap.baseline.scope import Scope
from dropcap.config import OWN_NAME, Config, ConfigError
from dropcap.configuration.named_rules import unknown_names
from dropcap.configured import Configurations, policy_of
from dropcap.namedtuple import NamedTuple
from dropcap.paths import shown
from dropcap.real_paths import real_path, root_of
from dropcap.report import Accepting
from dropcap.rule import RuleError, choose
from dropcap.source import Source
from dropcap.suppress.allowed import Allowance
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.policy import Policy
    from dropcap.rule import Rule

CONFIGURATION_NAMES = (OWN_NAME, "pyproject.toml")
"""The names of files that may say how others are checked."""


class Judging(NamedTuple):
    """How a file is checked.

    Attributes:
        policy: which rules are asked, how severe they are, and which engine starts its containers.
        rules: the rules that are asked.
        accepting: what is accepted besides what comments say.

    """

    policy: Policy
    rules: tuple[Rule, ...]
    accepting: Accepting


class Policies:
    """The configurations of the open files, as they are on the disk."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Take all rules that there are."""
        self._rules = rules
        self.ids = [rule.id for rule in rules]
        """The ids of all rules."""
        self._configurations = Configurations(Config(), {})
        self._accepting: dict[int, Accepting] = {}
        self._rules_of: dict[object, tuple[Rule, ...]] = {}

    def leaves_out(self, path: str) -> bool:
        """Return whether the configuration of a file leaves it out.

        Raises:
            ConfigError: the configuration cannot be used.

        """
        return self._configurations.leaves_out(path)

    def takes_markdown(self, path: str) -> bool:
        """Return whether the configuration of a file of Markdown takes such.

        Raises:
            ConfigError: the configuration cannot be used.

        """
        return self._configurations.takes_markdown(path)

    def judging(self, path: str) -> Judging:
        """Return how a file is checked.

        Raises:
            ConfigError: its configuration cannot be used; each message names the line.

        """
        told = self._configurations.told(path)
        policy = policy_of(told, {})
        accepting = self._accepted(told.config)  # which looks at the names of rules, and at their places
        return Judging(policy, self._chosen(policy, path), accepting)

    def _chosen(self, policy: Policy, path: str) -> tuple[Rule, ...]:
        found = self._rules_of.get(policy.choice)
        if found is None:
            select, extend, ignore = policy.choice
            try:
                found = self._rules_of[policy.choice] = choose(self._rules, select, ignore, extend)
            except RuleError as error:
                raise ConfigError(f"{path}: {error}") from None
        return found

    def _accepted(self, config: Config) -> Accepting:
        """Return what a configuration accepts, once its names of rules are known to be right."""
        found = self._accepting.get(id(config))
        if found is None:
            wrong = unknown_names(config, self.ids)
            if wrong:
                raise ConfigError(*dict.fromkeys(wrong))
            allowance = _allowance(config) if config.allow else None
            before = _before(config, self.ids) if config.baseline else None
            found = self._accepting[id(config)] = Accepting(self.ids, allowance, before)
        return found

    def is_about(self, path: str) -> bool:
        """Return whether a file, by its real path, says how others are checked."""
        if os.path.basename(path) in CONFIGURATION_NAMES:
            return True
        used = (file.path for one in self._configurations.all for file in (one.file, *one.bases) if file is not None)
        baselines = (one.baseline for one in self._configurations.all if one.baseline)
        return any(real_path(one) == path for one in (*used, *baselines))


def _allowance(config: Config) -> Allowance:
    files = [Source(one.path, one.text) for one in (config.file, *config.bases) if one is not None]
    # An editor sees a part of the tree: an entry may be about another one.
    return Allowance(config.allow, config.folder, *files[:1], others=files[1:], is_whole=False)


def _before(config: Config, ids: Sequence[str]) -> Before:
    """Return what was known before, by the file that a configuration names.

    Raises:
        ConfigError: the file cannot be used.

    """
    path = config.baseline
    try:
        known = read_baseline(path, Workspace(root_of(os.path.dirname(path) or os.curdir)))
    except BaselineError as error:
        raise ConfigError(f"{config.place('baseline')}: {shown(path)} {error}") from None
    return Before("baseline", shown(path), known, Scope((), frozenset(ids), is_part=True))
