"""`dropcap verify` on a real engine: what it finds of workloads, and that whoever stops it finds nothing left."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from ruamel.yaml import YAML
from workload_page import FOLDER, read_workload

from oracles import compose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workload_engine import Engine

PAGE = Path(__file__).parent.parent / "docs" / "tutorial.md"
STACK = {"db": "redis-gosu", "web": "nginx", "worker": "drop-gosu"}
NAMES = ("chown-find-volume", "chown-swallowed", "mknod-device", "secret-of-another")


class Program(NamedTuple):
    """The program, in an environment in which it finds the engine."""

    engine: Engine
    environment: Mapping[str, str]

    def verify(self, folder: Path, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "dropcap", "verify", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=folder, env=self.environment, stdout=pipe, stderr=pipe, text=True)

    def left(self) -> str:
        label = "--filter=label=dropcap.verify"
        lists = (("ps", "--all"), ("network", "ls"), ("volume", "ls"))
        images = self.engine.call("images", "--quiet", "--filter=reference=dropcap-verify*")
        return images + "".join(self.engine.call(*words, "--quiet", label) for words in lists)


@pytest.fixture
def program(workload_engine: Engine, tmp_path: Path) -> Program:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "docker-compose").symlink_to(compose.installed())
    path = f"{folder}{os.pathsep}{workload_engine.environment['PATH']}"
    return Program(workload_engine, {**workload_engine.environment, "PATH": path})


def project(name: str, folder: Path) -> Path:
    """Lay a workload down as a person's project; its build installs packages over this machine's network."""
    made = folder / name
    shutil.copytree(FOLDER / name, made)
    (made / ".git").mkdir()
    path = made / "compose.yaml"
    path.write_text(path.read_text().replace("build: .", "build: {context: ., network: host}"))
    return made


@pytest.mark.parametrize("name", NAMES)
def test_what_is_found_is_what_is_expected(program: Program, tmp_path: Path, name: str) -> None:
    workload = read_workload(name)
    program.engine.build(FOLDER / name, name)  # so that there is not much to be built
    folder = project(name, tmp_path)
    process = program.verify(folder, "--probe", workload.probe, "--seconds", "8")
    out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err
    lock = YAML(typ="safe").load((folder / "dropcap.lock").read_text())
    found = lock["measured"]["compose.yaml: app"]
    assert set(found["needed"]) == set(workload.minimal), out
    assert found["degrades"] == dict(workload.degrades)
    assert found["unsure"] == {}
    assert found["engine"] == program.engine.versions["engine"]
    assert program.left() == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_half_way_finds_nothing_left(program: Program, tmp_path: Path, number: signal.Signals) -> None:
    folder = project("chown-find-volume", tmp_path)
    (folder / "dropcap.lock").write_text("as it was\n")
    process = program.verify(folder, "--probe", "exit 1", "--seconds", "60")
    deadline = time.monotonic() + 200
    while not program.engine.call("ps", "--quiet") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert program.left()
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert program.left() == ""
    assert (folder / "dropcap.lock").read_text() == "as it was\n"


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "stack"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def follow(folder: Path, environment: Mapping[str, str], *, verifies: bool) -> list[str]:
    """Do what the page says: write its files, run its commands, and find in their output what it shows."""
    done = []
    for kind, name, text in re.findall(r"(?ms)^```(\w+) ?(\S*)\n(.*?)^```$", PAGE.read_text(encoding="utf-8")):
        if kind != "console":
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            path.chmod(0o755 if kind == "sh" else 0o644)
            continue
        command, _, shown = text.removeprefix("$ ").partition("\n")
        if command == "dropcap verify" and not verifies:
            continue
        words = [sys.executable, "-m", *command.split()]
        run = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=900, check=False)
        pattern = "".join(
            "(?:.*\n)*?" if line == "…\n" else re.escape(line).replace("…", ".*")
            for line in shown.splitlines(keepends=True)
        )
        assert re.fullmatch(pattern, run.stdout), f"{command}\n{run.stdout}\n{run.stderr}"
        done.append(command)
    return done


def test_what_the_tutorial_shows_without_an_engine_is_printed(stack: Path) -> None:
    assert follow(stack, os.environ, verifies=False) == ["dropcap check", "dropcap caps", "dropcap check"]


def test_the_tutorial_can_be_followed(program: Program, stack: Path) -> None:
    # The engine of the tests has no bridge; its builds use the network of the machine.
    own = "".join(f"  {one}:\n    network_mode: none\n    build: {{network: host}}\n" for one in STACK)
    (stack / "compose.override.yaml").write_text(f"services:\n{own}")
    for name in STACK.values():
        program.engine.build(FOLDER / name, name)
    assert "dropcap verify" in follow(stack, program.environment, verifies=True)
    words = [sys.executable, "-m", "dropcap", "caps", "--why"]
    told = subprocess.run(words, env=program.environment, capture_output=True, text=True, check=True).stdout
    assert told.count("measured on ") == len(STACK)
    assert "stale" not in told
    assert program.left() == ""
