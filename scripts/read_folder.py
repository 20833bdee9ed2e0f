#!/usr/bin/env python3
"""Read every file of a folder as dropcap would, and say what became of each.

    scripts/read_folder.py FOLDER [--list]

Each file whose name is one of Compose, YAML, Dockerfile, shell, devcontainer.json or Quadlet is read on its own: it
is read, or refused with one clear line; of each kind the containers are counted, and those that something in them
is not known of. An exception, a refusal of several lines or a file that takes longer than five seconds is
a fault. Then the folder is checked as a whole, twice and with one, two and three processes: the reports have
to be the same to the byte. Exits 1 on any fault.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from dropcap.carriers.registry import carrier_of_name
from dropcap.check import Setup, check_file
from dropcap.discover import Target
from dropcap.model import Level, Report
from dropcap.rule import load_rules
from dropcap.writers import Context
from dropcap.writers.failures import failure_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dropcap.model import Failure

BY_SUFFIX = {".yml": "compose", ".yaml": "compose", ".container": "quadlet", ".kube": "quadlet"}
SLOW = 5.0
LONG = 300


def main() -> int:
    """Read the folder; gives 1 if there was any fault."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="print each refusal")
    arguments = parser.parse_args()
    faults = read_each(arguments.folder, list_refusals=arguments.list) + compare_runs(arguments.folder)
    for fault in faults:
        print(f"fault: {fault}")
    return 1 if faults else 0


def read_each(folder: Path, *, list_refusals: bool) -> list[str]:
    """Read each file on its own and print what became of them."""
    rules = load_rules()
    counts: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    faults: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        carrier = carrier_of_name(path.name) or BY_SUFFIX.get(path.suffix)
        if carrier is None:
            counts["other"] += 1
            continue
        start = time.perf_counter()
        try:
            result = check_file(Target(str(path), carrier, named=True, given=(str(path),)), rules, Setup())
        except Exception:  # noqa: BLE001  # that there is none is what this script is for
            faults.append(f"{path}: {traceback.format_exc()}")
            continue
        if (seconds := time.perf_counter() - start) > SLOW:
            faults.append(f"{path}: took {seconds:.1f} s")
        counts[f"{carrier} {'read' if result.read else 'refused'}"] += 1
        counts[f"{carrier} containers"] += len(result.containers)
        counts[f"{carrier} containers, unknowns in part"] += sum(bool(one.unknowns) for one in result.containers)
        counts["findings"] += len(result.findings)
        faults += [f"{path}: not one clear line: {failure.message!r}" for failure in unclear(result.failures)]
        faults += [f"{path}: {failure.trace}" for failure in result.failures if failure.level is Level.DEFECT]
        errors = [failure for failure in result.failures if failure.level is Level.ERROR]
        refusals.update(" ".join(failure.message.split()[:4]) for failure in errors)
        if list_refusals:
            print(*failure_lines(Report((), tuple(errors), (), 1), Context()), sep="", end="")
    for name, count in sorted(counts.items()):
        print(f"{count:7} {name}")
    for start_of_message, count in refusals.most_common(20):
        print(f"{count:7} refused: {start_of_message} …")
    return faults


def unclear(failures: Iterable[Failure]) -> list[Failure]:
    """Pick the failures that are not one line of bearable length."""
    return [failure for failure in failures if not 0 < len(failure.message) <= LONG or "\n" in failure.message]


def compare_runs(folder: Path) -> list[str]:
    """Check the folder twice and with several processes; the reports have to be the same."""
    base = [sys.executable, "-m", "dropcap", "check", "--format", "json", str(folder)]
    runs = [subprocess.run([*base, "--jobs", jobs], capture_output=True, check=False) for jobs in ("1", "1", "2", "3")]
    first = runs[0]
    print(f"the whole folder: exit code {first.returncode}, report of {len(first.stdout)} bytes")
    if any((run.returncode, run.stdout, run.stderr) != (first.returncode, first.stdout, first.stderr) for run in runs):
        return ["the reports of several runs differ"]
    return [] if first.returncode in (0, 1, 2) else [f"exit code {first.returncode}: {first.stderr.decode()}"]


if __name__ == "__main__":
    raise SystemExit(main())
