#!/usr/bin/env python3
"""Measure what it takes to check many files, and print the part of docs/scale.md that says so.

    scripts/benchmark_scale.py FOLDER [--price USD] [--rounds N] [--accept]

FOLDER has a folder for each repository. All of it is checked in one run with one process, then in shards of twenty
repositories, and a start is measured by a run that checks one small file. Processor seconds count, since the clock of
a machine that others use says little; the cost is that of so many seconds of one virtual processor.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from resource import struct_rusage

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
MARK = "<!-- made by scripts/benchmark_scale.py -->\n"
PRICE = 0.05
"""What an hour of a virtual processor is assumed to cost, in US dollars."""
SHARD = 20
MILLION = 1_000_000
HOUR = 3600
CHECK = ("check", "--jobs", "1", "--exit-zero", "--as-discovered", "--format", "ndjson")
SMALL = "services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n"


class Taken(NamedTuple):
    """What runs took.

    Attributes:
        seconds: of the processor.
        megabytes: the most memory that one of them held.
        summary: the counts of their reports, added up.

    """

    seconds: float
    megabytes: float
    summary: dict[str, int]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a folder of repositories")
    parser.add_argument("--price", type=float, default=PRICE, help=f"an hour of a processor in USD (default: {PRICE})")
    parser.add_argument("--rounds", type=int, default=3, help="how often to measure; the quickest counts (default: 3)")
    parser.add_argument("--accept", action="store_true", help="write the part into the page")
    arguments = parser.parse_args(argv)
    repositories = sorted(str(path) for path in arguments.folder.iterdir() if path.is_dir())
    shards = [repositories[start : start + SHARD] for start in range(0, len(repositories), SHARD)]
    whole = quickest([repositories], arguments.rounds)
    sharded = quickest(shards, arguments.rounds)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "compose.yaml").write_text(SMALL, encoding="utf-8")
        start = quickest([[folder]], max(arguments.rounds, 5))
    text = part(len(repositories), whole, sharded, start, arguments.price)
    print(text, end="")
    if arguments.accept:
        head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
        PAGE.write_text(f"{head}{MARK}{text}", encoding="utf-8")
    return 0


def quickest(shards: Sequence[Sequence[str]], rounds: int) -> Taken:
    """Check shards several times; gives what the quickest time took."""
    return min((taken(shards) for _ in range(rounds)), key=lambda one: one.seconds)


def taken(shards: Sequence[Sequence[str]]) -> Taken:
    """Check shards one after another."""
    counts: dict[str, int] = {}
    seconds = megabytes = 0.0
    for shard in shards:
        summary, used = check(shard)
        seconds += used.ru_utime + used.ru_stime
        megabytes = max(megabytes, used.ru_maxrss / 1024)
        for key, number in summary.items():
            counts[key] = counts.get(key, 0) + number
    return Taken(seconds, megabytes, counts)


def check(folders: Sequence[str]) -> tuple[dict[str, int], struct_rusage]:
    """Check folders in a process; gives the counts of its report, and what it took."""
    command = [sys.executable, "-I", "-m", "dropcap", *CHECK, *folders]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        text = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    summary: dict[str, Any] = json.loads(text.splitlines()[-1])
    counts = {key: int(summary[key]) for key in ("files", "containers", "stages")}
    return {**counts, "findings": sum(summary["findings"].values())}, used


def part(repositories: int, whole: Taken, sharded: Taken, start: Taken, price: float) -> str:
    """Write what was measured."""
    files, containers = whole.summary["files"], whole.summary["containers"]
    rows = [
        ("one run over all", whole),
        (f"a run for each {SHARD} repositories", sharded),
    ]
    table = "".join(
        f"| {name} | {one.seconds:.1f} | {files / one.seconds:,.0f} | {one.megabytes:,.0f} MB |"
        f" {one.seconds / files * MILLION / HOUR:.2f} h | ${one.seconds / files * MILLION / HOUR * price:.3f} |\n"
        for name, one in rows
    )
    today = dt.datetime.now(tz=dt.timezone.utc).date()
    return f"""
Measured on {today} with {platform.python_implementation()} {platform.python_version()} on {machine()}, by `scripts/benchmark_scale.py FOLDER`: {repositories} repositories of real files, of which dropcap checked {files:,} files with {containers:,} containers and found {whole.summary["findings"]:,} things. One process uses one processor; seconds are those of the processor.

| | seconds | files a second and processor | most memory | for a million files | cost |
| --- | --- | --- | --- | --- | --- |
{table}
The cost assumes that an hour of one virtual processor costs ${price:.2f}; put in what you pay with `--price`. Disks, transfer and the time to clone are not in it. A start takes {start.seconds * 1000:.0f} ms: a shard for each file would make a million of them cost ${start.seconds * MILLION / HOUR * price:.2f} more.

A run holds its containers and findings until its end, since it says once what several files have in common: some {whole.megabytes / files * 1000:,.0f} MB for each 1,000 files. Make shards of a size that fits.
"""  # noqa: E501  # a paragraph of a page is one line


def machine() -> str:
    """Name the processor and the system."""
    model = platform.machine()
    if (known := Path("/proc/cpuinfo")).exists():
        lines = known.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), model)
    return f"{model} ({os.cpu_count()} processors), {platform.system()}"


if __name__ == "__main__":
    sys.exit(main())
