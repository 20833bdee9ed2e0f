"""Which configuration counts for each file: the nearest one above it, what that says of its path, the command line.

A file that no configuration lies above is checked by that of the current folder, where the person is. What the command
line says counts most, and a configuration that it names counts for all files.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dropcap.config import Config, nearest_config
from dropcap.namedtuple import NamedTuple
from dropcap.policy import Policy
from dropcap.real_paths import is_path, real_folder, real_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.configuration.per_path import PerPath
    from dropcap.gitignore import Ignores
    from dropcap.model import Engine
    from dropcap.targets import Target

_SHARED = ("select", "extend_select", "compose", "fail_on")


class Told(NamedTuple):
    """What a file is checked by.

    Attributes:
        config: the configuration that counts, with what the command line says.
        entries: what of it is said of the file's path.

    """

    config: Config
    entries: tuple[PerPath, ...] = ()


class Configurations:
    """The configurations of a run: that of the current folder, and those nearer to the files.

    Attributes:
        run: that of the current folder, or the one that is named, with what the command line says.
        given: what the command line says.

    """

    def __init__(self, run: Config, given: Mapping[str, Any], *, for_all: bool = False) -> None:
        """Take the configuration of the run.

        Args:
            run: that of the current folder, or the one that is named, without what the command line says.
            given: what the command line says, by the fields of a configuration.
            for_all: whether the run's counts for all files.

        """
        self.run = run.under(given)
        self._exclude = {id(self.run): run.exclude}
        self.given = given
        self._for_all = for_all
        self._known: dict[str, Config | None] = {}
        self._tops: dict[str, str | None] = {}
        self._run_path = real_path(run.file.path) if run.file else ""
        self._by_file: dict[str, Config] = {}
        self._paths: dict[tuple[str, int], Ignores] = {}
        self._policies: dict[object, Policy | None] = {}

    @property
    def all(self) -> Sequence[Config]:
        """The configurations that count for a file so far, that of the run first."""
        return (self.run, *self._by_file.values())

    def of(self, path: str) -> Config:
        """Return the configuration that counts for a file.

        Raises:
            ConfigError: it cannot be used.

        """
        if self._for_all or not is_path(path):
            return self.run
        folder = real_folder(os.path.abspath(os.path.dirname(path)))
        found = nearest_config(folder, self._known, self._tops)
        if found is None or found.file is None:
            return self.run
        real = real_path(found.file.path)
        if real == self._run_path:
            return self.run
        if real not in self._by_file:
            config = self._by_file[real] = found.under(self.given)
            self._exclude[id(config)] = found.exclude
        return self._by_file[real]

    def told(self, path: str) -> Told:
        """Return what a file is checked by."""
        config = self.of(path)
        return Told(config, tuple(self._entries(config, path)))

    def _entries(self, config: Config, path: str) -> Iterator[PerPath]:
        for index, entry in enumerate(config.per_path):
            if fits(self._ignores(config, index, entry.paths), config.folder, path):
                yield entry

    def _ignores(self, config: Config, index: int, patterns: Sequence[str]) -> Ignores:
        """Return patterns of a configuration, read once."""
        key = (config.file.path if config.file else "", index)
        found = self._paths.get(key)
        if found is None:
            from dropcap.gitignore import Ignores

            found = self._paths[key] = Ignores().with_lines(config.folder, patterns)
        return found

    def leaves_out(self, path: str) -> bool:
        """Return whether the configuration of a file that a walk found leaves it out."""
        config = self.of(path)
        patterns = self._exclude[id(config)]  # those of the command line count from the folder that is walked
        return bool(patterns) and fits(self._ignores(config, -1, patterns), config.folder, path)

    def takes_markdown(self, path: str) -> bool:
        """Return whether Markdown that a walk found is looked at."""
        return self.of(path).markdown

    def with_policies(self, targets: Sequence[Target]) -> list[Target]:
        """Return files, each with how it is checked where that is not as the run says."""
        policies = [self._policy(target.path) for target in targets]
        if not any(policies):
            return list(targets)
        # Where rules are asked that the run does not ask, each file has to say which are asked of it.
        others = policy_of(Told(self.run), self.given)
        return [one._replace(policy=own or others) for one, own in zip(targets, policies, strict=True)]

    def _policy(self, path: str) -> Policy | None:
        told = self.told(path)
        file = told.config.file
        key = (file.path if file else "", tuple(entry.place for entry in told.entries))
        if key not in self._policies:
            is_run = told.config is self.run and not told.entries
            self._policies[key] = None if is_run else policy_of(told, self.given)
        return self._policies[key]


def policy_of(told: Told, given: Mapping[str, Any]) -> Policy:
    """Return how a file is checked."""
    config = told.config
    values: dict[str, Any] = {name: getattr(config, name) for name in _SHARED}
    values["ignore"] = config.ignored
    engine: Engine = config.engine
    severity, versions = dict(config.severity), dict(config.versions)
    by_name = "engine" not in given
    asked = {*given.get("select", ()), *given.get("extend_select", ())}
    for entry in told.entries:
        values.update(
            (name, value) for name in _SHARED if name not in given and (value := getattr(entry, name)) not in (None, ())
        )
        values["ignore"] = (*values["ignore"], *(name for name in entry.ignore if name not in asked))
        severity.update(entry.severity)
        if entry.engine is not None and "engine" not in given:
            engine, by_name = entry.engine, False
        if entry.versions:
            versions.update(entry.versions)
    versions.update(given.get("versions", {}))
    return Policy(**values, severity=severity, engine=engine, engine_by_name=by_name, versions=versions)


def fits(patterns: Ignores, folder: str, path: str) -> bool:
    """Return whether patterns from a folder fit a file or a folder on the way to it."""
    at = os.path.join(real_folder(os.path.abspath(os.path.dirname(path))), os.path.basename(path))
    if not at.startswith(os.path.join(folder, "")):
        return False
    if patterns.match(at, is_folder=False):
        return True
    above = os.path.dirname(at)
    while len(above) > len(folder):
        if patterns.match(above, is_folder=True):
            return True
        above = os.path.dirname(above)
    return False
