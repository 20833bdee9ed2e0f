"""What the configurations of a run accept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.real_paths import is_below, real_path
from dropcap.report import Accepting

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from dropcap.config import Config
    from dropcap.configured import Configurations
    from dropcap.model import FileResult
    from dropcap.model.ignores import Ignore
    from dropcap.suppress.allowed import Allowance


def accepting_by_file(arguments: Namespace, config: Config, known: Sequence[str]) -> Accepting:
    """Say what is accepted, once the files are found.

    Args:
        arguments: the command line's.
        config: the run's configuration.
        known: the ids of all rules.

    """
    configurations: Configurations | None = getattr(arguments, "configurations", None)
    if configurations is None:
        return Accepting(known, _allowance(arguments, config) if config.allow else None)
    if not any(one.allow for one in configurations.all):
        return Accepting(known)
    return Accepting(known, _ByFile(arguments, configurations))


def _allowance(arguments: Namespace, config: Config) -> Allowance:
    from dropcap.source import Source
    from dropcap.suppress.allowed import Allowance  # few configurations accept anything

    files = [Source(one.path, one.text) for one in (config.file, *config.bases) if one is not None]
    # Where a part of the tree is looked at, an entry may be about another one.
    paths = () if arguments.files or arguments.profiles else arguments.paths or (os.curdir,)
    is_whole = any(is_below(real_path(config.folder), real_path(path)) for path in paths)
    return Allowance(config.allow, config.folder, *files[:1], others=files[1:], is_whole=is_whole)


class _ByFile:
    """What the configuration of each file accepts."""

    def __init__(self, arguments: Namespace, configurations: Configurations) -> None:
        self._configurations = configurations
        self._allowances = {id(one): _allowance(arguments, one) for one in configurations.all if one.allow}

    def applied(self, result: FileResult) -> FileResult:
        allowance = self._allowances.get(id(self._configurations.of(result.path)))
        return allowance.applied(result) if allowance else result

    def ignores(self) -> tuple[Ignore, ...]:
        return tuple(ignore for allowance in self._allowances.values() for ignore in allowance.ignores())
