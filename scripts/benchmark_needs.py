#!/usr/bin/env python3
"""Measure what it costs to find what containers need, over a folder of repositories.

    scripts/benchmark_needs.py FOLDER [--rounds N]

Each folder in FOLDER is a repository. Their Compose files and Dockerfiles are checked by this tree and, in turn, by the
last commit that did not ask what containers need: all at once, and each repository by itself. One process does it, and
its processor seconds count. What a start takes, with one small file, is taken off. Seconds are this machine's; ratios
travel.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmark import ROOT, WITHOUT_NEEDS, install, install_before, run

if TYPE_CHECKING:
    from collections.abc import Sequence

_FILES = re.compile(r"(?:docker-|podman-)?compose.*\.ya?ml|.*dockerfile.*", re.IGNORECASE)
_SHOWN = 8
_GOAL = 1.5


class Measured(NamedTuple):
    """What the check of a repository took: processor seconds of this tree, and of the commit before."""

    name: str
    files: int
    now: float
    before: float

    @property
    def ratio(self) -> float:
        """How many times as much it takes now; a clock has no finer parts than a millisecond."""
        return max(self.now, 0.001) / max(self.before, 0.001)


def files_of(folder: Path) -> list[str]:
    """Return the Compose files and Dockerfiles of a repository, as paths relative to it."""
    found: list[Path] = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one != ".git")
        found += [Path(base, name) for name in sorted(names) if _FILES.fullmatch(name)]
    return [str(path.relative_to(folder)) for path in found if path.is_file()]


def seconds(programs: Sequence[Path], files: Sequence[str], folder: Path, rounds: int) -> list[float]:
    """Return the processor seconds that each program takes for files: the median of some rounds, in turn."""
    taken: list[list[float]] = [[] for _ in programs]
    for _ in range(rounds):
        for program, one in zip(programs, taken, strict=True):
            one.append(run([program, "check", "--jobs", "1", *files], folder).cpu)
    return [statistics.median(one) for one in taken]


def shown(title: str, now: float, before: float) -> str:
    """Return a line of the report."""
    return f"  {title:<52} {now:8.2f} s {before:8.2f} s {now / max(before, 0.001):8.2f}"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="a folder of repositories")
    parser.add_argument("--rounds", type=int, default=3, help="how often to measure each")
    arguments = parser.parse_args()
    install("dropcap", "--force-reinstall", "--no-deps", str(ROOT))
    programs = [install("dropcap", str(ROOT)) / "dropcap", install_before(WITHOUT_NEEDS) / "dropcap"]
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "compose.yaml").write_text("services: {web: {image: 'web:1'}}\n", encoding="utf-8")
        starts = seconds(programs, ["compose.yaml"], Path(empty), max(arguments.rounds, 5))
    measured: list[Measured] = []
    together: list[str] = []
    for folder in sorted(path for path in arguments.folder.iterdir() if path.is_dir()):
        files = files_of(folder)
        if files:
            together += [str(Path(folder.name, file)) for file in files]
            now, before = seconds(programs, files, folder, arguments.rounds)
            measured.append(Measured(folder.name, len(files), now - starts[0], before - starts[1]))
    if not measured:
        print("no Compose file and no Dockerfile there", file=sys.stderr)
        return 2
    measured.sort(key=lambda one: one.before - one.now)
    print(f"Python {sys.version.split()[0]}; {len(measured)} repositories, {sum(one.files for one in measured)} files")
    print(f"  {'':<52} {'now':>10} {WITHOUT_NEEDS:>10} {'ratio':>8}")
    now, before = seconds(programs, together, arguments.folder, arguments.rounds)
    print(shown("all at once", now - starts[0], before - starts[1]))
    print(shown("each by itself", sum(one.now for one in measured), sum(one.before for one in measured)))
    rest = measured[1:]
    print(shown(f"each but {measured[0].name}", sum(one.now for one in rest), sum(one.before for one in rest)))
    for one in measured[:_SHOWN]:
        print(shown(one.name, one.now, one.before))
    ratios = [one.ratio for one in measured]
    fits = sum(one <= _GOAL for one in ratios)
    print(f"  the median repository: {statistics.median(ratios):.2f}; {fits} take at most {_GOAL} times as much")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
