"""What of the isolation that an engine gives a container is switched off: namespaces and profiles.

Each function gives the place where that is written, or None where it is not, where the engine does not look at it, or
where something that cannot be seen may decide. A namespace that comes by joining another container stands in the
field already: see `dropcap.carriers.namespaces`.

Sources: moby b985e23 daemon/daemon_unix.go (parseSecurityOpt) and vendor/github.com/opencontainers/selinux
(InitLabels); docker/cli 28f7560 cli/command/container/opts.go (parseSystemPaths), as docker/compose
pkg/compose/create.go; containers/podman c6580b4 pkg/specgenutil/specgen.go, pkg/specgen/namespaces.go and
pkg/specgen/generate/config_linux.go; nerdctl 8da5040 pkg/cmd/container/run_security_linux.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.effective import BOOLEANS, security_values
from dropcap.capabilities.engines import strategy_of
from dropcap.model import Engine, Kind
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Container, Located

_HOST = "host"
# Podman takes a namespace by its file as well, and process 1 is the host's.
_HOSTS = frozenset((_HOST, *(f"ns:/proc/1/ns/{kind}" for kind in ("cgroup", "ipc", "net", "pid", "user", "uts"))))
_UNCONFINED = "unconfined"
_ALL_OPEN = "systempaths=unconfined"
# A command in a running container has what that has; a stage starts nothing, an update has no such option, and what the
# steps of a build may do is a matter of its own.
_WITHOUT_OPTIONS = frozenset({Kind.BUILD, Kind.EXEC, Kind.STAGE, Kind.UPDATE})

MOST_PATTERNS = 200
"""How many paths of one option are looked at: there are fewer that engines hide or keep from being written."""
_WRITABLE = ("/proc/sys", "/proc/sysrq-trigger")
"""What lets root change the host where it can be written."""
_READ_ONLY = ("/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq")
_MASKED = (
    *("/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug"),
    *("/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware"),
    "/sys/fs/selinux",
)


def ignores(container: Container, field: str) -> bool:
    """Return whether a container's engine does not look at one of its fields."""
    ways = strategy_of(container)
    return field in ways.ignored or (container.kind is Kind.SERVICE and field in ways.ignored_in_files)


def names_host(value: str) -> bool:
    """Return whether the value of a field of namespaces stands for the host's."""
    return value in _HOSTS


def host_namespace(container: Container, field: str) -> Located[str] | None:
    """Find what gives a container the host's own namespace; the field is the one that says which."""
    if field == "network_mode" and container.networks and strategy_of(container).attaches_to_host:
        attached = next((one for one in container.networks if one.value == _HOST), None)
        if attached is not None:
            return attached
    value: Located[str] | None = getattr(container, field)
    if value is None or not names_host(value.value) or container.kind in _WITHOUT_OPTIONS:
        return None
    return None if container.may_be_set(field) or ignores(container, field) else value


def last_option(container: Container, key: str) -> tuple[str | None, Located[str]] | None:
    """Return the value of the last security option with a key, with its option; the value is None for the bare key."""
    options = list(security_values(container, key, container.engine or Engine.DOCKER))
    return options[-1] if options else None


def allowed_gains(container: Container) -> Located[str] | None:
    """Find the option that lets processes gain privileges where it is the last one: `no-new-privileges:false`."""
    found = None
    for value, option in security_values(container, "no-new-privileges", container.engine or Engine.DOCKER):
        forbids = BOOLEANS.get(value) if value is not None else True  # engines refuse any other value
        if forbids is not None:
            found = None if forbids else option
    return found


def unconfined(container: Container, key: str) -> Located[str] | None:
    """Find what takes away a container's profile; the key is `seccomp` or `apparmor`, whose last option counts."""
    last = last_option(container, key) if _heeds_options(container) else None
    return last[1] if last is not None and last[0] == _UNCONFINED else None


def without_label(container: Container) -> Located[str] | None:
    """Find what switches off the separation by SELinux: one such option among others is enough."""
    if container.engine is Engine.NERDCTL or not _heeds_options(container):
        return None  # nerdctl warns of a label and goes on
    for value, option in security_values(container, "label", container.engine or Engine.DOCKER):
        if value == "disable":
            return option
    return None


class Unmasked(NamedTuple):
    """What opens files of the kernel that are hidden or cannot be written.

    Attributes:
        where: the option.
        option: its name, and what it opens, as this program writes it: `unmask=/proc/sys`.
        is_grave: whether root can change the host by these files; by others it sees more of it.

    """

    where: Located[str]
    option: str
    is_grave: bool


def unmasked(container: Container) -> Unmasked | None:
    """Find what opens files of the kernel, the gravest of several.

    Podman opens single ones as well (`unmask=/proc/acpi`); of the others only all at once can be opened.
    """
    if not _heeds_options(container):
        return None
    is_podman = container.engine is Engine.PODMAN
    for option in container.security_opt:
        # Docker's clients take no other spelling.
        if option.value == _ALL_OPEN or (is_podman and option.value == _ALL_OPEN.replace("=", ":")):
            return Unmasked(option, _ALL_OPEN, is_grave=True)
    found = list(_unmasked_by_podman(container)) if is_podman else []
    return next((one for one in found if one.is_grave), found[0] if found else None)


def _unmasked_by_podman(container: Container) -> Iterator[Unmasked]:
    for value, option in security_values(container, "unmask", Engine.PODMAN):
        patterns = (value or "").split(":", MOST_PATTERNS)[:MOST_PATTERNS]
        if any(pattern.lower() == "all" for pattern in patterns):
            yield Unmasked(option, "unmask=ALL", is_grave=True)
        for path in (*_WRITABLE, *_READ_ONLY, *_MASKED):
            if any(_fits(pattern, path) for pattern in patterns):
                yield Unmasked(option, f"unmask={path}", is_grave=path in _WRITABLE)
                break


def _fits(pattern: str, path: str) -> bool:
    """Return whether a pattern means a path: Go's `filepath.Match`, whose star crosses no slash."""
    from fnmatch import fnmatchcase  # few containers open any

    parts, names = pattern.replace("[^", "[!").split("/"), path.split("/")
    return len(parts) == len(names) and all(map(fnmatchcase, names, parts))


def _heeds_options(container: Container) -> bool:
    """Return whether the security options of a container are in force, and all of them are known."""
    if not container.security_opt or container.kind in _WITHOUT_OPTIONS or container.may_be_set("security_opt"):
        return False
    return not ignores(container, "security_opt")
