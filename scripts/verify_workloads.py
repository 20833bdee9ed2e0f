#!/usr/bin/env python3
"""Run `dropcap verify` on workloads as a person does, and compare what it finds with what they are expected to need.

    scripts/verify_workloads.py NAME … [--restart] [--accept]

Each is laid down as a project of its own and verified by its own probe. With `--restart` the engine is killed and
started again half way; then nothing may be called needed that is not, and nothing may be left. Prints a line for each.
Exits with 1 where one differs. `--accept` notes those that agree in fixtures/workloads/verified.json and
docs/verify.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from ruamel.yaml import YAML
from verified_page import note_verified
from workload_engine import FailedError, MissingError, engine
from workload_page import FOLDER, read_workload, workload_names

from oracles import compose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workload_engine import Engine

__all__ = ["Program", "lay_down", "measured", "program_of", "verified", "words_for"]

SECONDS = 8.0
LONGEST = 900


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
    parser.add_argument("names", nargs="+", metavar="NAME", help="a workload")
    parser.add_argument("--restart", action="store_true", help="restart the engine half way")
    parser.add_argument("--accept", action="store_true", help="write what agrees into the data and the page")
    arguments = parser.parse_args()
    if arguments.accept and arguments.restart:
        parser.error("with --restart not all is measured")
    if unknown := sorted(set(arguments.names) - set(workload_names())):
        parser.error(f"no such workload: {', '.join(unknown)}")
    differ = 0
    try:
        with engine() as started, TemporaryDirectory() as folder:
            program = program_of(started, Path(folder) / "bin")
            for name in arguments.names:
                said = verified(program, name, Path(folder), restarts=arguments.restart)
                differ += bool(said)
                print(f"{name:28} {said or 'as expected'}", flush=True)
                if arguments.accept and not said:
                    needed = " ".join(sorted(measured(Path(folder) / name)["needed"]))
                    note_verified(name, needed, datetime.now(timezone.utc).date().isoformat())
    except (MissingError, FailedError) as error:
        print(f"nothing verified: {error}", file=sys.stderr)
        return 1
    print(f"{len(arguments.names)} workloads, {differ} differ")
    return 1 if differ else 0


def verified(program: Program, name: str, folder: Path, *, restarts: bool) -> str:
    """Verify a workload; return what is not as it should be."""
    workload = read_workload(name)
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
    left = f"; LEFT {left.split()}" if (left := program.left()) else ""
    if process.returncode:
        last = (err.strip().splitlines() or [""])[-1]
        is_whole = restarts and process.returncode == 2 and not (made / "dropcap.lock").exists()  # noqa: PLR2004  # what could not be checked
        return left if is_whole else f"exit {process.returncode}: {last}: {out.strip()[:300]}{left}"
    found = measured(made)
    needed, unsure, expected = set(found["needed"]), set(found["unsure"]), set(workload.minimal)
    is_same = needed <= expected <= needed | unsure if restarts else (needed == expected and not unsure)
    others = not restarts and any(needed == set(one) for one in workload.alternatives)
    said = (
        ""
        if is_same or others
        else f"needed {' '.join(sorted(needed)) or 'nothing'} instead of {' '.join(sorted(expected)) or 'nothing'}"
    )
    if unsure and not restarts:
        said += f"; undecided: {found['unsure']}"
    if not restarts and is_same and set(found["degrades"]) != set(workload.degrades):
        said += f"degrades without {' '.join(found['degrades'])} instead of {' '.join(workload.degrades)}"
    return said + left


if __name__ == "__main__":
    raise SystemExit(main())
