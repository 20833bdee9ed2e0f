"""Many files over several processes, with the same result as one after another."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from dropcap.check import check_file
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.check import Setup
    from dropcap.discover import Target
    from dropcap.report import FileResult
    from dropcap.rule import Rule

_CHUNK = 50


def check_files(
    targets: Sequence[Target],
    rules: Sequence[Rule],
    setup: Setup,
    jobs: int,
    folders: Sequence[str],
) -> Iterator[FileResult]:
    """Give the result of each target, in their order.

    A rule is code and does not travel between processes; each process loads the rules anew from the same
    `folders` and keeps those that `rules` names.
    """
    ids = frozenset(rule.id for rule in rules)
    with ProcessPoolExecutor(
        min(jobs, len(targets)), initializer=_start, initargs=(ids, setup, tuple(folders))
    ) as pool:
        yield from pool.map(_check, targets, chunksize=_CHUNK)


_state: list[tuple[tuple[Rule, ...], Setup]] = []


def _start(ids: frozenset[str], setup: Setup, folders: tuple[str, ...]) -> None:
    rules = tuple(rule for rule in load_rules(folders) if rule.id in ids)
    _state[:] = [(rules, setup)]


def _check(target: Target) -> FileResult:
    ((rules, setup),) = _state
    return check_file(target, rules, setup)
