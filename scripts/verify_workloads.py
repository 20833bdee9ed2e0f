#!/usr/bin/env python3
"""Run `dropcap verify` on workloads as a person does, and compare what it finds with what they are expected to need.

    scripts/verify_workloads.py NAME … [--jobs N] [--restart] [--accept]
    scripts/verify_workloads.py --rest [--jobs N] [--accept]

Each is laid down as a project of its own and verified by its own probe; `--rest` takes all that were not verified
before, with `--jobs` several at once. With `--restart` the engine is killed and started again half way; then nothing
may be called needed that is not, and nothing may be left. Prints a line for each. Exits with 1 where one differs.
`--accept` notes those that agree in fixtures/workloads/verified.json and docs/verify.md.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from ruamel.yaml import YAML
from verified_page import note_verified, read_verified
from workload_engine import FailedError, MissingError, engine
from workload_page import FOLDER, read_workload, workload_names

from oracles import compose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workload_engine import Engine
    from workload_page import Workload

__all__ = ["Program", "lay_down", "measured", "program_of", "verified", "words_for"]

SECONDS = 8.0
LONGEST = 900
HOST_NETWORK = Lock()
"""Held by the workload that listens in the machine's own network: two might want the same port."""


class Program(NamedTuple):
    """The program, in an environment in which it finds the engine."""

    engine: Engine
    environment: Mapping[str, str]

    def verify(self, folder: Path, *words: str) -> subprocess.Popen[str]:
        """Start `dropcap verify` in a folder."""
        command = [sys.executable, "-m", "dropcap", "verify", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=folder, env=self.environment, stdout=pipe, stderr=pipe, text=True)

    def left(self) -> str:
        """Return what it has left at the engine; empty where that is nothing."""
        label = "--filter=label=dropcap.verify"
        lists = (("ps", "--all"), ("network", "ls"), ("volume", "ls"))
        images = self.engine.call("images", "--quiet", "--filter=reference=dropcap-verify*")
        return images + "".join(self.engine.call(*words, "--quiet", label) for words in lists)

    def left_by(self, process: int) -> list[str]:
        """Return the labels of what one process of it has left at the engine, images apart."""
        lists = (("ps", "--all"), ("network", "ls"), ("volume", "ls"))
        form = '--format={{.Label "dropcap.verify"}}'
        labels = "\n".join(self.engine.call(*words, form) for words in lists).splitlines()
        return [label for label in labels if label.split()[-2:-1] == [str(process)]]

    def wait_for_container(self, seconds: float = 200) -> bool:
        """Wait until a container runs; return whether one does."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.engine.call("ps", "--quiet"):
                return True
            time.sleep(0.2)
        return False


def program_of(started: Engine, folder: Path) -> Program:
    """Return the program for an engine; Compose is put where a folder is for it."""
    folder.mkdir()
    (folder / "docker-compose").symlink_to(compose.installed())
    path = f"{folder}{os.pathsep}{started.environment['PATH']}"
    return Program(started, {**started.environment, "PATH": path})


def lay_down(name: str, folder: Path) -> Path:
    """Lay a workload down as a person's project; its build installs packages over this machine's network."""
    made = folder / name
    shutil.copytree(FOLDER / name, made)
    (made / ".git").mkdir()
    path = made / "compose.yaml"
    path.write_text(path.read_text().replace("build: .", "build: {context: ., network: host}"))
    return made


def words_for(name: str) -> list[str]:
    """Return what a person says to have a workload verified."""
    workload = read_workload(name)
    words = ["app", "--probe", workload.probe, "--seconds", str(workload.seconds or SECONDS), "--with-binds"]
    return [*words, "--publish"] if workload.uses_host_network else words


def measured(folder: Path) -> dict[str, Any]:
    """Return what a project's lock has as measured of its service."""
    lock = YAML(typ="safe").load((folder / "dropcap.lock").read_text())
    found: dict[str, Any] = lock["measured"]["compose.yaml: app"]
    return found


def main() -> int:
    """Verify; return 1 where something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a workload")
    parser.add_argument("--rest", action="store_true", help="all that were not verified before")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--restart", action="store_true", help="restart the engine half way")
    parser.add_argument("--accept", action="store_true", help="write what agrees into the data and the page")
    arguments = parser.parse_args()
    if arguments.restart and (arguments.accept or arguments.jobs > 1):
        parser.error("with --restart not all is measured, and others would lose their engine")
    if arguments.rest == bool(arguments.names):
        parser.error("give names, or --rest")
    if unknown := sorted(set(arguments.names) - set(workload_names())):
        parser.error(f"no such workload: {', '.join(unknown)}")
    names = arguments.names or [name for name in workload_names() if name not in read_verified()]
    differ = 0
    try:
        with engine() as started, TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.jobs) as pool:
            program = program_of(started, Path(folder) / "bin")
            runs = {
                pool.submit(verified, program, name, Path(folder), restarts=arguments.restart): name for name in names
            }
            for run in as_completed(runs):
                name, said = runs[run], run.result()
                differ += bool(said)
                print(f"{name:28} {said or 'as expected'}", flush=True)
                if arguments.accept and not said:
                    found = measured(Path(folder) / name)
                    needed, undecided = (" ".join(sorted(found[key])) for key in ("needed", "unsure"))
                    note_verified(name, needed, undecided, datetime.now(timezone.utc).date().isoformat())
            if left := program.left().split():
                print(f"LEFT {' '.join(left)}")
                differ += 1
    except (MissingError, FailedError) as error:
        print(f"nothing verified: {error}", file=sys.stderr)
        return 1
    print(f"{len(names)} workloads, {differ} differ")
    return 1 if differ else 0


def verified(program: Program, name: str, folder: Path, *, restarts: bool) -> str:
    """Verify a workload; return what is not as it should be."""
    workload = read_workload(name)
    with HOST_NETWORK if workload.uses_host_network else nullcontext():
        try:
            return _verified(program, workload, folder, restarts=restarts)
        except FailedError as error:
            return f"not built: {error}"


def _verified(program: Program, workload: Workload, folder: Path, *, restarts: bool) -> str:
    name = workload.name
    program.engine.build(FOLDER / name, name)  # so that there is not much to be built
    made = lay_down(name, folder)
    process = program.verify(made, *words_for(name))
    try:
        if restarts and program.wait_for_container():
            time.sleep(SECONDS)  # some way into it
            program.engine.restart()
        out, err = process.communicate(timeout=LONGEST)
    finally:
        process.kill()
    left = f"; LEFT {left}" if (left := program.left_by(process.pid)) else ""
    if process.returncode:
        last = (err.strip().splitlines() or [""])[-1]
        is_whole = restarts and process.returncode == 2 and not (made / "dropcap.lock").exists()  # noqa: PLR2004  # what could not be checked
        return left if is_whole else f"exit {process.returncode}: {last}: {out.strip()[:300]}{left}"
    found = measured(made)
    needed, unsure, expected = set(found["needed"]), set(found["unsure"]), set(workload.minimal)
    is_same = needed <= expected <= needed | unsure if restarts else (needed == expected and not unsure & expected)
    others = not restarts and any(needed == set(one) for one in workload.alternatives)
    said = (
        ""
        if is_same or others
        else f"needed {' '.join(sorted(needed)) or 'nothing'} instead of {' '.join(sorted(expected)) or 'nothing'}"
    )
    if unsure & expected and not restarts:
        said += f"; undecided: {found['unsure']}"
    # What nothing in its files shows to be of use is not tried.
    tried = [one for one in workload.degrades if re.search(rf"\b{one}\b", out)]
    if not restarts and is_same and set(found["degrades"]) != set(tried):
        said += f"degrades without {' '.join(found['degrades'])} instead of {' '.join(tried)}"
    return said + left


if __name__ == "__main__":
    raise SystemExit(main())
