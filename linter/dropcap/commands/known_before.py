"""`check --baseline` and `check --since`: what was known before, so that a check reports what is new."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.baseline.file import BaselineError, read_baseline
from dropcap.baseline.matching import Before, known_findings
from dropcap.baseline.scope import Scope, walked_folders
from dropcap.commands.inputs import STDIN, job_count
from dropcap.discover import discover
from dropcap.exit_codes import UsageError
from dropcap.model import Failure, Level
from dropcap.paths import shown
from dropcap.printable import counted
from dropcap.real_paths import is_below, real_folder_of, real_path, repository_top, root_of
from dropcap.report import standing_of
from dropcap.run import check_targets
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

    from dropcap.baseline.past import Past
    from dropcap.check import Setup
    from dropcap.config import Config
    from dropcap.discover import Discovery, Target
    from dropcap.model import FileResult, KnownFinding
    from dropcap.rule import Rule


def baseline_of(arguments: Namespace, config: Config) -> str:
    """Return the file of known findings that a check is to use; empty for none."""
    if arguments.baseline and arguments.since is not None:
        raise UsageError("--baseline and --since both say what was known before: give one of them")
    # A revision is nearer than what the configuration names.
    return "" if arguments.since is not None else arguments.baseline or config.baseline


def before_of(
    arguments: Namespace, config: Config, rules: Sequence[Rule], found: Discovery, setup: Setup
) -> tuple[Before | None, tuple[Failure, ...]]:
    """Return what was known before, and words about what could not be read of it; None where nothing is compared.

    Raises:
        UsageError: the file or the revision cannot be used.

    """
    path = baseline_of(arguments, config)
    if path:
        scope = scope_of(arguments, rules, found)
        return Before("baseline", shown(path), read(path, is_named=bool(arguments.baseline)), scope), ()
    if arguments.since is not None:
        return _since(arguments, config, rules, found, setup)
    return None, ()


def read(path: str, *, is_named: bool) -> tuple[KnownFinding, ...]:
    """Read a file of known findings; one that a configuration names lies in its repository.

    Raises:
        UsageError: it cannot be used.

    """
    folder = os.path.dirname(path) or os.curdir
    workspace = Workspace(folder, named=[path]) if is_named else Workspace(root_of(folder))
    try:
        return read_baseline(path, workspace)
    except BaselineError as error:
        raise UsageError(f"{shown(path)} {error}") from None


def scope_of(arguments: Namespace, rules: Iterable[Rule], found: Discovery) -> Scope:
    """Say what a run looks at."""
    given = () if arguments.files else arguments.paths or [os.curdir]
    ids = frozenset(rule.id for rule in rules)
    return Scope(walked_folders(given), ids, tuple(found.failures), is_part=bool(arguments.profiles))


def _since(
    arguments: Namespace, config: Config, rules: Sequence[Rule], found: Discovery, setup: Setup
) -> tuple[Before, tuple[Failure, ...]]:
    from dropcap.baseline.objects import GitError
    from dropcap.baseline.past import Past  # only where git is asked

    paths = _paths(arguments)
    try:
        past = Past.at(_top([*paths, *arguments.files], found.targets), arguments.since)
        try:
            targets = _targets(arguments, config, paths, found, past)
            then = setup._replace(overlay=past)
            results = list(check_targets(targets, rules, then, job_count(arguments, targets), arguments.rules))
        finally:
            past.close()
    except GitError as error:
        raise UsageError(f"--since {arguments.since}: {error}") from None
    known = known_findings(standing_of(results, rules))
    before = Before("unchanged", arguments.since, known, scope_of(arguments, rules, found))
    return before, tuple(_unread(arguments.since, results))


def _paths(arguments: Namespace) -> list[str]:
    """Return the paths that are checked; of standard input the name that it goes by."""
    if arguments.files:
        return []
    paths = [arguments.stdin_filename if one == STDIN else one for one in arguments.paths or [os.curdir]]
    if None in paths:
        raise UsageError("--since compares files, and - is none without --stdin-filename")
    return paths


def _top(paths: Sequence[str], targets: Sequence[Target]) -> str:
    """Return the repository that all files lie in.

    Raises:
        UsageError: there is none, or there are several.

    """
    folders = {real_folder_of(one if Workspace(one).is_folder(one) else os.path.dirname(one) or ".") for one in paths}
    tops = {repository_top(folder) for folder in folders}
    if None in tops or not tops:
        raise UsageError("--since needs a repository of git, and the files lie in none")
    if len(tops) > 1:
        raise UsageError("--since compares the files of one repository, and these lie in several")
    top = str(tops.pop())
    other = next((one.path for one in targets if not is_below(real_path(one.path), top)), None)
    if other is not None:
        raise UsageError(f"--since: {other} lies outside the repository")
    return top


def _targets(
    arguments: Namespace, config: Config, paths: Sequence[str], found: Discovery, past: Past
) -> Sequence[Target]:
    """Return the files to check as the revision has them; what is the same as now is asked in the same way."""
    if arguments.files:
        return found.targets
    then = discover(
        paths,
        config.exclude,
        as_discovered=arguments.as_discovered,
        markdown=config.markdown,
        overlay=past,
        configurations=getattr(arguments, "configurations", None),
    ).targets
    now = {target.path: target for target in found.targets}
    return [now[one.path]._replace(over=one.over, carrier=one.carrier) if one.path in now else one for one in then]


def _unread(revision: str, results: Sequence[FileResult]) -> Iterable[Failure]:
    """Tell of files that could not be read as they were then, but for those that were not there."""
    failed = [
        failure
        for result in results
        for failure in result.failures
        if failure.level is not Level.NOTE and "does not exist" not in failure.message
    ]
    if failed:
        more = counted(len({failure.path for failure in failed}), "file")
        message = f"{more} could not be read as at {revision}: what is found there counts as new"
        yield Failure(failed[0].path, message, Level.NOTE)
