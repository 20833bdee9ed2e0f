"""Real engines to compare with: Docker's daemon on a socket of its own, and Podman with a store of its own.

What is missing is installed with apt-get, as root on Debian or Ubuntu; everything else is kept in a new
directory under `~/.cache/dropcap-engine`, which is removed again, and no process outlives the tests. The
image is a static busybox.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dropcap.api import NAMES
from oracles import UNWANTED, may_install, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PACKAGES = {
    "dockerd": ("docker.io",),
    "podman": ("podman", "golang-github-containers-common"),
    "runc": ("runc",),
    "busybox": ("busybox-static",),
}
USERS = "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n"
GROUPS = "root:x:0:\napp:x:1000:\n"
# The machine may have lower limits than the engines set by default.
LIMITS = ("nofile=1024:1024", "nproc=1024:1024")
PATIENCE = 60


class MissingError(Exception):
    """There is no engine here and none can be had; says why."""


class RefusedError(Exception):
    """The engine did not start the container; its message is what the engine said."""


class Status(NamedTuple):
    """What the kernel says of a container's first process, in bare names and the kernel's order.

    Attributes:
        bounding: the bounding set.
        effective: the effective set.
        no_new_privileges: whether the flag is set.
        configured: the bounding set that the engine asked for, before what this machine lacks was taken out.

    """

    bounding: tuple[str, ...]
    effective: tuple[str, ...]
    no_new_privileges: bool
    configured: tuple[str, ...]


class Engine(NamedTuple):
    """An engine that runs.

    Attributes:
        version: its version, in numbers.
        program: the words that begin each of its command lines.
        options: options of `run` that every container here gets.
        images: the words that stand for an image, by the user that the image names.
        environment: what to run it in.
        home: its directory.

    """

    version: tuple[int, ...]
    program: tuple[str, ...]
    options: tuple[str, ...]
    images: Mapping[str | None, tuple[str, ...]]
    environment: Mapping[str, str]
    home: Path

    def __repr__(self) -> str:
        """Keep failures of tests short."""
        return f"<{self.program[0]} {'.'.join(map(str, self.version))}>"

    def call(self, *words: str) -> str:
        """Run a command of the engine; gives what it prints.

        Raises:
            RefusedError: it fails.

        """
        done = subprocess.run(
            [*self.program, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            raise RefusedError(done.stderr)
        return done.stdout

    def run(self, flags: Sequence[str], image_user: str | None = None) -> Status:
        """Start a container that reads its own status, and remove it.

        Raises:
            RefusedError: the engine does not start it.

        """
        image = self.images[image_user]
        return self.status("run", "--rm", *self.options, *flags, *image, "cat", "/proc/self/status")

    def status(self, *words: str) -> Status:
        """Run a command whose output is a `/proc/PID/status`.

        Raises:
            RefusedError: the engine does not start it.

        """
        recorded = self.home / "configured.json"
        recorded.unlink(missing_ok=True)
        lines = dict(line.partition(":")[::2] for line in self.call(*words).splitlines())
        configured = json.loads(recorded.read_text())
        sets = configured.get("process", configured).get("capabilities", {})
        names = {name.removeprefix("CAP_") for name in sets.get("bounding", ())}
        return Status(
            names_of(lines["CapBnd"]),
            names_of(lines["CapEff"]),
            lines["NoNewPrivs"].strip() == "1",
            tuple(name for name in NAMES if name in names),
        )


def names_of(mask: str) -> tuple[str, ...]:
    """Read a mask of the kernel's, in hexadecimal digits."""
    bits = int(mask, 16)
    return tuple(name for number, name in enumerate(NAMES) if bits >> number & 1)


def lacking() -> frozenset[str]:
    """Name the capabilities that this machine itself does not have."""
    status = Path("/proc/self/status").read_text()
    lines = dict(line.partition(":")[::2] for line in status.splitlines())
    return frozenset(NAMES) - frozenset(names_of(lines["CapBnd"]))


@contextmanager
def docker() -> Iterator[Engine]:
    """Start Docker's daemon and stop it again.

    Raises:
        MissingError: there is none here, and none can be installed or started.

    """
    install("dockerd", "runc", "busybox")
    with _home() as home:
        # Nothing of the user's own configuration: neither contexts nor proxies nor plugins.
        environment = {
            "PATH": _path(),
            "DOCKER_HOST": f"unix://{home}/socket",
            "DOCKER_CONFIG": f"{home}/config",
        }
        engine = Engine((), ("docker",), ("--network=none",), _IMAGES, environment, home)
        with _daemon(home, environment):
            engine = engine._replace(version=_started(engine))
            root = _root_files(home)
            for user, (name,) in _IMAGES.items():
                archive, change = home / "image.tar", ("-c", f"USER {user}") if user else ()
                subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True)
                engine.call("import", *change, str(archive), name)
            yield engine


_IMAGES: Mapping[str | None, tuple[str, ...]] = {None: ("dropcap:plain",), "app": ("dropcap:app",)}


@contextmanager
def podman() -> Iterator[Engine]:
    """Give Podman a store of its own, and take it away.

    Raises:
        MissingError: there is none here, and none can be installed.

    """
    install("podman", "runc", "busybox")
    with _home() as home:
        environment = {
            "PATH": _path(),
            "HOME": str(home),
            "CONTAINERS_CONF": "/usr/share/containers/containers.conf",
        }
        places = (f"--root={home}/store", f"--runroot={home}/run", f"--tmpdir={home}/state")
        ways = ("--storage-driver=vfs", "--events-backend=none", "--cgroup-manager=cgroupfs")
        limits = tuple(f"--ulimit={limit}" for limit in LIMITS)
        options = ("--network=none", "--log-driver=none", *limits)
        program = ("podman", f"--runtime={home}/runtime", *places, *ways)
        images: Mapping[str | None, tuple[str, ...]] = {None: ("--rootfs", str(_root_files(home)))}
        engine = Engine((), program, options, images, environment, home)
        yield engine._replace(version=_numbers(engine.call("version", "--format={{.Client.Version}}")))


def install(*programs: str) -> None:
    """Install what is missing.

    Raises:
        MissingError: that is not possible here.

    """
    if not may_install():
        raise MissingError(UNWANTED)
    with one_at_a_time():
        _install_missing(programs)


def _install_missing(programs: Sequence[str]) -> None:
    missing = [program for program in programs if not shutil.which(program, path=_path())]
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise MissingError(f"no {' and no '.join(missing)} here, and only root can install it, with apt-get")
    packages = [package for program in missing for package in PACKAGES[program]]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for attempt in (command, ["apt-get", "update", "-qq"], command):
        done = subprocess.run(attempt, env=environment, capture_output=True, text=True, check=False)
        if attempt is command and done.returncode == 0:
            return
    raise MissingError(f"apt-get cannot install {' '.join(packages)}: {done.stderr[-500:]}")


def _path() -> str:
    """Give a search path with the directories of administrators, where daemons are."""
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"


@contextmanager
def _home() -> Iterator[Path]:
    if os.geteuid() != 0:
        raise MissingError("only root can start containers with capabilities to compare")
    cache = Path.home() / ".cache" / "dropcap-engine"
    cache.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(dir=cache))
    try:
        runtime = home / "runtime"
        shutil.copy(Path(__file__).with_name("oci_runtime.sh"), runtime)
        runtime.chmod(0o755)
        program = "".join(f's/"CAP_{name}",?//g\n' for name in sorted(lacking()))
        (home / "lacking.sed").write_text(program + "s/,]/]/g\n")
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _root_files(home: Path) -> Path:
    """Make the files of an image that has a shell, `cat` and two users."""
    root = home / "root"
    for name in ("bin", "dev", "etc", "proc", "sys", "tmp"):
        (root / name).mkdir(parents=True)
    busybox = shutil.which("busybox", path=_path())
    shutil.copy(str(busybox), root / "bin" / "busybox")
    for name in ("cat", "sh", "sleep"):
        (root / "bin" / name).symlink_to("busybox")
    (root / "etc" / "passwd").write_text(USERS)
    (root / "etc" / "group").write_text(GROUPS)
    return root


# Namespaces of its own take everything along when the daemon ends: shims, mounts and the bridge of a swarm.
# Should this process die before, the kernel ends it too.
ALONE = ("setpriv", "--pdeathsig=KILL", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--net")
WITH_LOOPBACK = 'busybox ip link set lo up && exec dockerd "$@"'


@contextmanager
def _daemon(home: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Keep dockerd running."""
    limits = [f"--default-ulimit={limit}" for limit in LIMITS]
    network = ["--bridge=none", "--iptables=false", "--ip6tables=false"]
    places = [f"--data-root={home}/data", f"--exec-root={home}/exec", f"--pidfile={home}/pid"]
    runtime = [f"--add-runtime=recording={home}/runtime", "--default-runtime=recording"]
    host = f"--host={environment['DOCKER_HOST']}"
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [*ALONE, "sh", "-c", WITH_LOOPBACK, "dockerd", *limits, *network, *places, *runtime, host],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


def _started(engine: Engine) -> tuple[int, ...]:
    """Wait for the daemon; gives its version."""
    deadline = time.monotonic() + PATIENCE
    while (version := _version(engine)) is None:
        if time.monotonic() > deadline:
            log = (engine.home / "log").read_text(errors="replace")
            raise MissingError(f"dockerd does not start: {log[-2000:]}")
        time.sleep(0.1)
    return version


def _version(engine: Engine) -> tuple[int, ...] | None:
    try:
        return _numbers(engine.call("version", "--format={{.Server.Version}}"))
    except RefusedError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """Read the leading numbers of a version: `20.10.24+dfsg1`."""
    numbers = version.strip().partition("+")[0].partition("-")[0].split(".")
    return tuple(int(number) for number in numbers if number.isdigit())
