"""`dropcap audit` of real engines: what it reports is what `/proc` and the engines' clients say, and it only reads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import benchmark_audit
import pytest

from dropcap.auditing.answers import to_source
from dropcap.auditing.engine import connect
from engine.recorder import recorded
from oracles import compose as oracle
from oracles.engine import lacking, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracles.engine import Engine

PATIENCE = 30
SETS = {
    "bounding": "CapBnd",
    "effective": "CapEff",
    "permitted": "CapPrm",
    "inheritable": "CapInh",
    "ambient": "CapAmb",
}
CASES = {
    "plain": (),
    "dropped": ("--cap-drop=ALL", "--cap-add=NET_BIND_SERVICE", "--security-opt=no-new-privileges"),
    "added": ("--cap-add=SYS_ADMIN", "--security-opt=seccomp=unconfined"),
    "user": ("--user=1000", "--cap-add=NET_ADMIN"),
    "privileged": ("--privileged",),
}


class Served(NamedTuple):
    """An engine that runs and answers at a socket."""

    engine: Engine
    address: str

    @property
    def name(self) -> str:
        return self.engine.program[0]


@pytest.fixture(scope="module", params=["docker", "podman"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    engine: Engine = request.getfixturevalue(request.param)
    if request.param == "docker":
        yield Served(engine, engine.environment["DOCKER_HOST"])
        return
    with serving(engine) as address:
        yield Served(engine, address)


@contextmanager
def serving(podman: Engine) -> Iterator[str]:
    """Let Podman answer at a socket, as its service does."""
    path = podman.home / "podman.sock"
    words = [*podman.program, "system", "service", "--time=0", f"unix://{path}"]
    with subprocess.Popen(words, env=podman.environment, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not path.exists():
                assert time.monotonic() < deadline, "Podman does not serve"
                time.sleep(0.05)
            yield f"unix://{path}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def made(served: Served) -> Iterator[dict[str, str]]:
    """Start a container for each case; gives their ids by their names."""
    image = served.engine.images[None]
    found = {}
    try:
        for name, flags in CASES.items():
            words = (*served.engine.options, f"--name=audited-{name}", *flags, *image, "sleep", "1000")
            found[f"audited-{name}"] = served.engine.call("run", "--detach", *words).split()[-1]
        yield found
    finally:
        for one in found.values():
            served.engine.call("kill", one)  # Podman would wait for it to end by itself
            served.engine.call("rm", "--force", one)


def audit(address: str, *words: str, cwd: Path, code: int = 1) -> dict[str, Any]:
    program = [sys.executable, "-P", "-m", "dropcap", "audit", "--socket", address, "--format", "json", *words]
    done = subprocess.run(program, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def status(pid: int) -> dict[str, str]:
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


def here(names: list[str]) -> list[str]:
    return [name for name in names if name not in lacking()]


def test_the_sets_are_those_of_the_kernel(served: Served, made: dict[str, str], tmp_path: Path) -> None:
    found = audit(served.address, *made, cwd=tmp_path)
    live = {one["name"]: one for one in found["live"]}
    assert set(live) == set(made)
    for name, one in live.items():
        assert one["state"] == "running"
        assert one["not_read"] is None
        [process] = one["processes"]
        [pid] = process["pids"]
        own = status(pid)
        assert own["Name"] == process["name"] == "sleep"
        assert {key: process[key] for key in SETS} == {key: list(names_of(own[at])) for key, at in SETS.items()}
        assert process["no_new_privileges"] is (own["NoNewPrivs"] == "1")
        assert process["seccomp"] is (own["Seccomp"] != "0")
        assert process["namespace"] is True
        # As it was given, but for what this machine itself lacks.
        assert here(one["bounding"]) == process["bounding"], name
        assert here(one["effective"]) == process["effective"], name
        inside = served.engine.call("exec", made[name], "cat", "/proc/1/status")
        assert f"CapBnd:\t{own['CapBnd']}\n" in inside
    assert not [one for one in found["findings"] if one["rule"] == "exceeding-process"]


def test_nothing_but_gets_reaches_the_engine(served: Served, made: dict[str, str], tmp_path: Path) -> None:
    with recorded(served.address, tmp_path) as recorder:
        audit(recorder.address, cwd=tmp_path)
        audit(recorder.address, "--running", "--exit-zero", "audited-plain", cwd=tmp_path, code=0)
    assert {method for method, _ in recorder.requests} == {"GET"}
    paths = [path for _, path in recorder.requests]
    for number in made.values():
        assert sum(number in path for path in paths) == 1 + (number == made["audited-plain"])


def test_a_command_that_holds_more_is_found(served: Served, made: dict[str, str], tmp_path: Path) -> None:
    name = "audited-dropped"
    served.engine.call("exec", "--detach", "--privileged", made[name], "sleep", "999")
    audited = audit(served.address, name, cwd=tmp_path)
    [found] = [one for one in audited["findings"] if one["rule"] == "exceeding-process" and one["severity"] == "high"]
    assert found["path"] == f"{served.name}:{name}"
    assert "SYS_ADMIN" in found["evidence"]
    held = [set(one["bounding"]) for one in audited["live"][0]["processes"]]
    assert set(here(["CHOWN", "SYS_ADMIN"])) <= max(held, key=len)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("busybox unshare -U sleep 1000; true", {True, False}),
        ("exec busybox unshare -U sleep 1000", {False}),  # the first process, too
    ],
)
def test_a_user_namespace_of_its_own_is_no_finding(
    docker: Engine, tmp_path: Path, line: str, expected: set[bool]
) -> None:
    image, options = docker.images[None], docker.options
    flags = ("--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined", "--cap-drop=ALL")
    made = docker.call("run", "--detach", *options, *flags, *image, "sh", "-c", line).strip()
    try:
        audited = audit(docker.environment["DOCKER_HOST"], made, "--fail-on=never", cwd=tmp_path, code=0)
        assert not [found for found in audited["findings"] if found["rule"] == "exceeding-process"]
        [one] = audited["live"]
        assert {process["namespace"] for process in one["processes"]} == expected
        full = [process for process in one["processes"] if process["namespace"] is False]
        assert all("SYS_ADMIN" in process["bounding"] for process in full), "a namespace of its own begins with all"
    finally:
        docker.call("rm", "--force", made)


def test_a_text_has_the_lines_that_the_client_prints(served: Served) -> None:
    image = served.engine.images[None]
    flags = ("--label=a=<&>ö", "--env=B=\x1b[31m", "--cap-add=NET_ADMIN")
    made = served.engine.call("create", *served.engine.options, *flags, *image, "true").split()[-1]
    engine = connect(served.address)
    try:
        data = engine.describe(made)
        assert data is not None
        ours = to_source("x", data, None, is_podman=engine.is_podman).text
    finally:
        engine.close()
        theirs = served.engine.call("inspect", made)
        served.engine.call("rm", made)
    assert json.loads(ours) == json.loads(theirs)
    shapes = [[line.partition(":")[0] for line in text.rstrip("\n").split("\n")] for text in (ours, theirs)]
    assert shapes[0] == shapes[1]


COMPOSE = """\
name: audited
services:
  web:
    image: {image}
    pull_policy: never
    command: sleep 1000
    network_mode: none
    cap_drop: [ALL]
"""


def test_a_container_is_compared_with_the_file_that_it_was_made_of(docker: Engine, tmp_path: Path) -> None:
    text = COMPOSE.format(image=docker.images[None][0])
    file = tmp_path / "compose.yaml"
    file.write_text(f"{text}    cap_add: [SYS_ADMIN]\n    security_opt: [no-new-privileges]\n    user: '0'\n")
    environment = {**docker.environment, "HOME": os.fspath(tmp_path)}

    def call(*words: str) -> None:
        words = (str(oracle.program()), *words)
        subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, check=True, timeout=120)

    def outdated(*words: str, cwd: Path = tmp_path) -> list[dict[str, Any]]:
        found = audit(docker.environment["DOCKER_HOST"], "audited-web-1", *words, cwd=cwd)
        return [one for one in found["findings"] if one["rule"] == "outdated-container"]

    call("up", "--detach")
    try:
        assert outdated() == []
        file.write_text(f"{text}    security_opt: [no-new-privileges]\n")
        [found] = outdated()
        assert found["message"].startswith("it holds SYS_ADMIN, which its Compose file no longer asks for")
        assert [(one["path"], one["line"]) for one in found["related"]] == [("compose.yaml", 8)]
        (tmp_path / "elsewhere").mkdir()
        assert outdated(cwd=tmp_path / "elsewhere") == []
        [again] = outdated("--compose-root", str(tmp_path), cwd=tmp_path / "elsewhere")
        assert again["message"] == found["message"]
        file.write_text(text.replace("web:", "db:"))
        [gone] = outdated()
        assert gone["message"].startswith("its Compose project has no such service any more")
    finally:
        call("down", "--remove-orphans", "--timeout=0")


def test_what_changes_is_printed_as_it_happens(docker: Engine, tmp_path: Path) -> None:
    program = [
        sys.executable,
        "-P",
        "-u",
        "-m",
        "dropcap",
        "audit",
        "--watch",
        "--socket",
        docker.environment["DOCKER_HOST"],
    ]
    out = tmp_path / "out"
    image, options = docker.images[None], docker.options
    # A job in the background has a shell that tells it to ignore this signal, and it would hand that on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with out.open("wb") as file:
            process = subprocess.Popen(program, cwd=tmp_path, stdout=file, stderr=file, stdin=subprocess.DEVNULL)
    finally:
        signal.signal(signal.SIGINT, before)

    def waits(text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in out.read_text():
            assert process.poll() is None, out.read_text()
            assert time.monotonic() < deadline, out.read_text()
            time.sleep(0.05)

    try:
        waits("watching Docker")
        docker.call(
            "run", "--detach", "--rm", "--name=watched", *options, "--cap-add=SYS_ADMIN", *image, "sleep", "1000"
        )
        waits("watched running: root: holds")
        waits("new: critical: SYS_ADMIN is added")
        docker.call("exec", "--detach", "--privileged", "watched", "sleep", "999")
        waits("new: high: a process (`sleep`")
        docker.call("stop", "--time=0", "watched")
        waits("watched is gone, with ")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert out.read_text().endswith("dropcap: ended\n")
    finally:
        process.kill()
        process.wait()


def test_the_benchmark_measures_what_it_made(docker: Engine) -> None:
    made = benchmark_audit.create(docker, 10)
    try:
        assert benchmark_audit.seconds(docker) > 0
        listed = docker.call("ps", "--all", "--quiet", "--no-trunc").split()
        assert set(made) <= set(listed)
    finally:
        docker.call("rm", *made)
