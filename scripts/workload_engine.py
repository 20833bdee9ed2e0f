"""A Docker engine for workloads: one of its own, whose images outlive it so that they are built once.

Its images are kept in `~/.cache/dropcap-workloads`. The daemon runs in namespaces of its own for processes and mounts,
which take everything along when it ends, and in the machine's network: builds install packages. There is no bridge;
a workload has no network or the machine's.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from dropcap.measuring.client import Client
from oracles import compose
from oracles.engine import ALONE, LIMITS, PACKAGES, MissingError, install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Engine", "FailedError", "MissingError", "engine", "mirror"]

PACKAGES["debootstrap"] = ("debootstrap",)
BASE = "debian:bookworm"
SUITE = "bookworm"
# Seconds.
START = 60
BUILD = 900
CALL = 60
DAEMON = tuple(word for word in ALONE if word != "--net")
CACHE = Path.home() / ".cache" / "dropcap-workloads"


class FailedError(Exception):
    """A command of the engine failed; its message is what the engine said."""


class Engine(NamedTuple):
    """An engine that runs.

    Attributes:
        environment: what its client is run in.
        compose: the words that begin a command line of Docker Compose.
        versions: engine, runtime, kernel and the like, by name.
        restart: kills the engine with all that runs in it, and starts it again.

    """

    environment: Mapping[str, str]
    compose: tuple[str, ...]
    versions: Mapping[str, str]
    restart: Callable[[], None] = lambda: None

    @property
    def client(self) -> Client:
        """How what measures speaks to it."""
        return Client(self.compose, ("docker",), self.environment)

    def run(self, *words: str, seconds: float = CALL) -> subprocess.CompletedProcess[str]:
        """Run a command of the client; return what became of it, 124 where it takes too long."""
        command = self.compose + words[1:] if words[0] == "compose" else ("docker", *words)
        try:
            return subprocess.run(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, "", f"takes more than {seconds:.0f} s")

    def call(self, *words: str, seconds: float = CALL) -> str:
        """Run a command of the client; return what it prints.

        Raises:
            FailedError: it fails.

        """
        done = self.run(*words, seconds=seconds)
        if done.returncode:
            raise FailedError(f"docker {' '.join(words[:3])}: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done.stdout

    @staticmethod
    def image(folder: Path, name: str) -> str:
        """Return the name of the image of a folder as it is now."""
        return f"dropcap-workload/{name}:{_digest(folder)}"

    def build(self, folder: Path, name: str) -> str:
        """Build the Dockerfile of a folder, unless that was done with these files before; return the image.

        Raises:
            FailedError: it cannot be built.

        """
        image = self.image(folder, name)
        if self.run("image", "inspect", image).returncode:
            self.call("build", "--network=host", "--tag", image, str(folder), seconds=BUILD)
        return image


@contextmanager
def engine() -> Iterator[Engine]:
    """Start the engine, with the base image in it, and stop it again.

    Raises:
        MissingError: there is none here, and none can be installed or started.

    """
    if os.geteuid() != 0:
        raise MissingError("only root can start containers")
    install("dockerd", "runc", "debootstrap")
    CACHE.mkdir(parents=True, exist_ok=True)
    # Nothing of the user's own configuration: neither contexts nor proxies nor plugins.
    environment = {
        "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
        "HOME": str(CACHE),
        "DOCKER_HOST": f"unix://{CACHE}/socket",
        "DOCKER_CONFIG": f"{CACHE}/config",
        "DOCKER_BUILDKIT": "0",
    }
    started = Engine(environment, (str(compose.installed()),), {})
    with (CACHE / "lock").open("wb") as lock, ExitStack() as stack:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one engine at a time has these images
        again = stack.enter_context(_daemon(environment))
        _wait(started)
        _remove_leftovers(started)
        if started.run("image", "inspect", BASE).returncode:
            _import_base(started)

        def restart() -> None:
            again()
            _wait(started)

        yield started._replace(versions=_versions(started), restart=restart)


@contextmanager
def _daemon(environment: Mapping[str, str]) -> Iterator[Callable[[], None]]:
    """Keep dockerd running; give what kills it and starts it again."""
    process = _started_daemon(environment)

    def restart() -> None:
        nonlocal process
        process.kill()
        process.wait()
        process = _started_daemon(environment)

    try:
        yield restart
    finally:
        process.kill()
        process.wait()


def _started_daemon(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    limits = [f"--default-ulimit={limit}" for limit in LIMITS]
    network = ["--bridge=none", "--iptables=false", "--ip6tables=false"]
    places = [f"--data-root={CACHE}/data", f"--exec-root={CACHE}/exec", f"--pidfile={CACHE}/pid"]
    (CACHE / "pid").unlink(missing_ok=True)  # of a daemon that was killed
    shutil.rmtree(CACHE / "exec", ignore_errors=True)
    with (CACHE / "log").open("wb") as log:
        return subprocess.Popen(
            [*DAEMON, "dockerd", *limits, *network, *places, f"--host={environment['DOCKER_HOST']}"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait(started: Engine) -> None:
    deadline = time.monotonic() + START
    while started.run("version").returncode:
        if time.monotonic() > deadline:
            raise MissingError(f"dockerd does not start: {(CACHE / 'log').read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)


def _remove_leftovers(started: Engine) -> None:
    """Remove what a process that was killed has left behind."""
    if containers := started.call("ps", "--all", "--quiet").split():
        started.call("rm", "--force", "--volumes", *containers)
    if volumes := started.call("volume", "ls", "--quiet").split():
        started.call("volume", "rm", "--force", *volumes)


def _import_base(started: Engine) -> None:
    """Make a minimal Debian from the mirror that this machine installs its packages from."""
    root, archive = CACHE / "base", CACHE / "base.tar"
    shutil.rmtree(root, ignore_errors=True)
    try:
        steps = (
            ["debootstrap", "--variant=minbase", SUITE, str(root), *mirror()],
            ["tar", "-C", str(root), "-cf", str(archive), "."],
        )
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, timeout=BUILD, check=False)
            if done.returncode:
                raise MissingError(f"{step[0]} fails: {(done.stderr + done.stdout)[-1000:]}")
        started.call("import", "--change", 'CMD ["bash"]', str(archive), BASE, seconds=BUILD)
    finally:
        shutil.rmtree(root, ignore_errors=True)
        archive.unlink(missing_ok=True)


def mirror() -> tuple[str, ...]:
    """Find the mirror in the sources of this machine; none leaves it to debootstrap."""
    for path in (*Path("/etc/apt").glob("sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*.s*"))):
        found = re.search(r"^(?:URIs:|deb) *(\S+/debian/?)(?: |$)", path.read_text(), re.MULTILINE)
        if found:
            return (found[1],)
    return ()


def _versions(started: Engine) -> dict[str, str]:
    listed = started.call("version", "--format={{range .Server.Components}}{{.Name}} {{.Version}};{{end}}")
    components = dict(part.split(" ", 1) for part in listed.strip().rstrip(";").split(";"))
    return {
        "engine": f"Docker {components['Engine']}",
        "runtime": f"runc {components['runc']}",
        "kernel": ".".join(os.uname().release.split(".")[:2]),
        "compose": compose.VERSION,
    }


def _digest(folder: Path) -> str:
    """Return a short digest of what an image is built from."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.name not in {"compose.yaml", "expected.toml", "probe"}:
            digest.update(f"{path.relative_to(folder)}\0{path.stat().st_mode & 0o111:o}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
