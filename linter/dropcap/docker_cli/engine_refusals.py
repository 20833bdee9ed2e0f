"""What Docker's engine refuses of the values that it is sent, in its own words.

Each function takes a value as it is written and returns why no container comes of it, or None. They know nothing of
command lines, so that every way to Docker's API may ask them: moby b985e23 daemon/daemon_unix.go (parseSecurityOpt),
daemon/volume/mounts/linux_parser.go, daemon/volume/local/local.go, daemon/volumes.go, daemon/container.go; docker/cli
28f7560 vendor/github.com/docker/go-connections/nat (ParsePortSpec), which Docker Compose asks too. Engines for Windows
have rules of their own: a value with a drive's letter is not judged.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from dropcap.capabilities.strategy import quoted

MESSAGES_OF_CONTAINER_NETWORK = {
    "hostname": "conflicting options: hostname and the network mode",
    "link": "conflicting options: container type network can't be used with links",
    "dns": "conflicting options: dns and the network mode",
    "add-host": "conflicting options: custom host-to-IP mapping and the network mode",
    "publish": "conflicting options: port publishing and the container type network mode",
    "expose": "conflicting options: port exposing and the container type network mode",
}
"""What a container cannot have that joins another one's network, by the client's option, and what is said of it."""

_BOOLEANS = frozenset(("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"))
_BARE_OPTIONS = frozenset(("no-new-privileges", "writable-cgroups", "disable"))
_OPTIONS = frozenset(("label", "apparmor", "seccomp", "no-new-privileges", "writable-cgroups"))
_OPTIONS_OF_BOOLEANS = frozenset(("no-new-privileges", "writable-cgroups"))
_UNMASKED = "systempaths=unconfined"  # the clients take it out

_DRIVE = r"(?:^|:)[A-Za-z]:[\\/]"
_PROPAGATIONS = frozenset(("private", "rprivate", "slave", "rslave", "shared", "rshared"))
# Of each of these groups a mode has one word at most.
_MODES = (
    frozenset(("ro", "rw")),
    frozenset(("z", "Z")),
    _PROPAGATIONS,
    frozenset(("nocopy",)),
    frozenset(("consistent", "cached", "delegated")),
)
_KINDS = frozenset(("bind", "volume", "tmpfs", "image", "cluster"))
_NAME_CHARACTERS = "[a-zA-Z0-9][a-zA-Z0-9_.-]"
_SECTIONS = 3  # a source, a target and a mode

_PROTOCOLS = frozenset(("tcp", "udp", "sctp"))
_NUMBER = r"[+-]?[0-9]{1,18}"
_LAST_PORT = 65535


def security_option(value: str) -> str | None:
    """Judge an entry of `security_opt`."""
    if value in _BARE_OPTIONS or value == _UNMASKED:
        return None
    separator = next((one for one in "=:" if one in value), "")
    if not separator:
        return f"invalid --security-opt 1: {quoted(value)}"
    key, _, rest = value.partition(separator)
    if key not in _OPTIONS or (key in _OPTIONS_OF_BOOLEANS and rest not in _BOOLEANS):
        return f"invalid --security-opt 2: {quoted(value)}"
    return None


def volume(value: str, driver: str = "") -> str | None:
    """Judge a volume in its short form, as `source:target:mode`; a path of the host is to be whole already.

    Args:
        value: the volume.
        driver: who keeps it; the names of volumes are Docker's own driver's affair.

    """
    if re.search(_DRIVE, value):
        return None
    parts = value.split(":")
    if not parts[0] or len(parts) > _SECTIONS or (len(parts) == _SECTIONS - 1 and _is_mode(parts[1])):
        return f"invalid volume specification: '{value}'"
    mode = parts[2] if len(parts) == _SECTIONS else ""
    if not _is_mode(mode):
        return f"invalid mode: {mode}"
    source, target = parts[:2] if len(parts) > 1 else ("", parts[0])
    is_bind = source.startswith("/")
    if wrong := _wrong_mount(is_bind=is_bind, target=target, mode=mode):
        kind = "bind" if is_bind else "volume"
        return f"invalid volume specification: '{value}': invalid mount config for type \"{kind}\": {wrong}"
    return None if is_bind or not source or driver not in {"", "local"} else volume_name(source)


def _is_mode(mode: str) -> bool:
    words = mode.split(",") if mode else []
    groups = [next((group for group in _MODES if word in group), None) for word in words]
    return None not in groups and len(set(groups)) == len(groups)


def _wrong_mount(*, is_bind: bool, target: str, mode: str) -> str | None:
    words = mode.split(",")
    if not is_bind and not _PROPAGATIONS.isdisjoint(words):
        return "field BindOptions must not be specified"
    if is_bind and "nocopy" in words:
        return "field VolumeOptions must not be specified"
    return mount_target(target)


def mount(kind: str, source: str, target: str) -> str | None:
    """Judge a mount in its long form; the clients make the source of a bind whole."""
    if kind == "npipe" or re.match(_DRIVE, source) or re.match(_DRIVE, target):
        return None
    wrong = mount_target(target)
    if kind not in _KINDS:
        wrong = wrong or "mount type unknown"
    elif kind in {"bind", "image"} and not source:
        wrong = wrong or "field Source must not be empty"
    elif kind == "bind" and not source.startswith(("/", ".", "~", "\\")):
        wrong = wrong or f"invalid mount path: '{source}' mount path must be absolute"
    elif kind == "tmpfs" and source:
        wrong = wrong or "field Source must not be specified"
    if wrong:
        return f'invalid mount config for type "{kind}": {wrong}'
    return volume_name(source) if kind == "volume" and source else None


@lru_cache(maxsize=4096)  # as the ports below
def mount_target(target: str) -> str | None:
    """Judge the path at which something is mounted in a container."""
    if not target:
        return "field Target must not be empty"
    path = mount_point(target)
    if path == "/":
        return "invalid specification: destination can't be '/'"
    return None if path.startswith("/") else f"invalid mount path: '{target}' mount path must be absolute"


def volume_name(name: str) -> str | None:
    """Judge the name of a volume that Docker keeps itself."""
    if len(name) == 1:
        return "volume name is too short, names should be at least two alphanumeric characters"
    if re.fullmatch(f"{_NAME_CHARACTERS}+", name):
        return None
    return (
        f"{quoted(name)} includes invalid characters for a local volume name, only {quoted(_NAME_CHARACTERS)} are "
        "allowed. If you intended to pass a host directory, use absolute path"
    )


def mount_point(target: str) -> str:
    """Return the path that a target comes to: the engine refuses two volumes or mounts at one path."""
    return _clean(target.replace("\\", "/"))


def _clean(path: str) -> str:
    """Return the shortest path that means the same; two slashes at its start are one."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


@lru_cache(maxsize=4096)  # most services publish the same few
def port(value: str) -> str | None:
    """Judge a port that is published in the short form, `127.0.0.1:8080:80/tcp`."""
    *before, written = value.split(":")
    inside, _, protocol = written.partition("/")
    if not inside:
        return f"no port specified: {value}<empty>"
    if protocol and protocol.lower() not in _PROTOCOLS:
        return f"invalid proto: {protocol.lower()}"
    address = ":".join(before[:-1])
    if address and not _is_address(address.removeprefix("[").removesuffix("]")):
        return f"invalid IP address: {address}"
    return _wrong_ports(inside, before[-1] if before else "")


def _wrong_ports(inside: str, outside: str) -> str | None:
    inner = _port_range(inside)
    if inner is None:
        return f"invalid containerPort: {inside}"
    outer = _port_range(outside) if outside else inner
    if outer is None:
        return f"invalid hostPort: {outside}"
    if inner[0] != inner[1] and inner[1] - inner[0] != outer[1] - outer[0]:
        return f"invalid ranges specified for container and host Ports: {inside} and {outside}"
    return None


def _is_address(text: str) -> bool:
    from ipaddress import ip_address  # only where a port names one

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _port_range(text: str) -> tuple[int, int] | None:
    start, dash, end = text.partition("-")
    first = _port_number(start)
    last = _port_number(end) if dash else first
    return (first, last) if 0 <= first <= last <= _LAST_PORT else None


def _port_number(text: str) -> int:
    """Return a port's number; -1 where it is none."""
    return int(text) if re.fullmatch(_NUMBER, text) else -1
