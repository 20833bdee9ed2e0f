"""`dropcap verify` on a real engine: what it finds of workloads, and that whoever stops it finds nothing left."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from verify_workloads import Program, lay_down, measured, program_of, verified, words_for
from workload_page import FOLDER, read_workload

from dropcap.check import Setup, check_file
from dropcap.discover import Target
from dropcap.model import Kind
from dropcap.needs.settings import settings_digest
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workload_engine import Engine

PAGE = Path(__file__).parent.parent / "docs" / "tutorial.md"
STACK = {"db": "redis-gosu", "web": "nginx", "worker": "drop-gosu"}
NAMES = ("chown-find-volume", "secret-of-another")


@pytest.fixture
def program(workload_engine: Engine, tmp_path: Path) -> Program:
    return program_of(workload_engine, tmp_path / "bin")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_found_is_what_is_expected(program: Program, tmp_path: Path, name: str) -> None:
    workload = read_workload(name)
    program.engine.build(FOLDER / name, name)  # so that there is not much to be built
    folder = lay_down(name, tmp_path)
    process = program.verify(folder, *words_for(name))
    out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err
    found = measured(folder)
    assert set(found["needed"]) == set(workload.minimal), out
    assert found["degrades"] == dict(workload.degrades)
    assert found["unsure"] == {}
    assert found["engine"] == program.engine.versions["engine"]
    assert program.left() == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_half_way_finds_nothing_left(program: Program, tmp_path: Path, number: signal.Signals) -> None:
    folder = lay_down("chown-find-volume", tmp_path)
    (folder / "dropcap.lock").write_text("as it was\n")
    process = program.verify(folder, "--probe", "exit 1", "--seconds", "60")
    assert program.wait_for_container()
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert program.left() == ""
    assert (folder / "dropcap.lock").read_text() == "as it was\n"


def test_what_its_processes_are_asked_for_is_observed(program: Program, tmp_path: Path) -> None:
    folder = lay_down("chown-find-volume", tmp_path)
    mounts = 'mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null; exec "$@"'
    words = ("unshare", "--mount", "sh", "-c", mounts, "sh", sys.executable, "-m", "dropcap")
    done = subprocess.run(
        [*words, "verify", "--observe", "4"],
        cwd=folder,
        env=program.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if "use Linux 6.14 or newer" in done.stdout:
        pytest.skip(f"not observed: {done.stdout}")
    rows = [line.split() for line in done.stdout.splitlines()]
    held = {row[3]: " ".join(row[4:]) for row in rows if row[:3] == ["asked", "and", "held"]}
    assert {"CHOWN", "SETUID", "SETGID"} <= set(held), done.stdout + done.stderr
    assert "chown" in held["CHOWN"]
    assert "gosu" in held["SETUID"]
    assert not (folder / "dropcap.lock").exists()
    assert program.left() == ""


def test_what_a_killed_run_has_left_the_next_one_removes(program: Program, tmp_path: Path) -> None:
    folder = lay_down("chown-find-volume", tmp_path)
    process = program.verify(folder, "--probe", "exit 1", "--seconds", "60")
    assert program.wait_for_container()
    process.kill()
    process.communicate(timeout=60)
    assert program.left()
    again = program.verify(folder, "--probe", "exit 1", "--seconds", "1")
    _, err = again.communicate(timeout=200)
    assert "that an earlier run left behind" in err
    images = program.engine.call("images", "--quiet", "--filter=reference=dropcap-verify*")
    assert program.left() == images
    program.engine.call("rmi", *images.split())


def test_an_engine_that_is_restarted_meanwhile_makes_nothing_needed(program: Program, tmp_path: Path) -> None:
    name = "chown-find-volume"
    assert verified(program, name, tmp_path, restarts=True) == ""


class Line:
    """A socket that leads to the engine's, and can be cut: so an engine looks that is started again."""

    def __init__(self, path: Path, engine: str) -> None:
        self.path, self._engine = path, engine
        self._open: list[socket.socket] = []
        self.mend()

    def mend(self) -> None:
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.path))
        listener.listen()
        self._open = [listener]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listener.accept()
                there = socket.socket(socket.AF_UNIX)
                there.connect(self._engine)
                self._open += [here, there]
                for ends in ((here, there), (there, here)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def test_an_engine_that_is_away_for_a_while_is_waited_for(program: Program, tmp_path: Path) -> None:
    line = Line(tmp_path / "s", program.environment["DOCKER_HOST"].removeprefix("unix://"))
    program = program._replace(environment={**program.environment, "DOCKER_HOST": f"unix://{line.path}"})
    folder = lay_down("chown-find-volume", tmp_path)
    (folder / "dropcap.lock").write_text("as it was\n")
    process = program.verify(folder, "--probe", "exit 1", "--seconds", "60")
    assert program.wait_for_container()
    line.cut()
    time.sleep(8)
    assert process.poll() is None
    line.mend()
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    assert "the engine no longer answers" in err
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


def test_what_the_tutorial_changes_makes_nothing_stale(stack: Path) -> None:
    follow(stack, os.environ, verifies=False)
    digests = []
    for text in re.findall(r"(?ms)^```yaml compose.yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8")):
        (stack / "compose.yaml").write_text(text)
        found = check_file(Target("compose.yaml", "compose", named=True), (), Setup()).containers
        services = [one for one in found if one.kind is Kind.SERVICE]
        digests.append([settings_digest(one, Workspace(".")) for one in services])
    before, after = digests
    assert len(before) == len(STACK)
    assert before == after


def test_the_tutorial_can_be_followed(program: Program, stack: Path) -> None:
    # The engine of the tests has no bridge; its builds use the network of the machine.
    own = "".join(f"  {one}:\n    network_mode: none\n    build: {{network: host}}\n" for one in STACK)
    accepted = "# dropcap: ignore-file[insecure-build-step] -- it has no other"
    (stack / "compose.override.yaml").write_text(f"{accepted}\nservices:\n{own}")
    for name in STACK.values():
        program.engine.build(FOLDER / name, name)
    assert "dropcap verify" in follow(stack, program.environment, verifies=True)
    words = [sys.executable, "-m", "dropcap", "caps", "--why"]
    told = subprocess.run(words, env=program.environment, capture_output=True, text=True, check=True).stdout
    assert told.count("measured on ") == len(STACK)
    assert "stale" not in told
    assert program.left() == ""
