"""What Podman refuses of the values of `podman run`, in its own words.

Each function takes a value as it is written and returns why no container comes of it, or None. Where Podman 4.3.1 and
5.8 (containers/podman c6580b4) differ, only what both refuse is refused: pkg/specgenutil/specgen.go, ports.go and
util.go, pkg/util/mount_opts.go, pkg/specgen/volumes.go, vendor/go.podman.io/common pkg/sysctl and pkg/config.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import BOOLEANS
from dropcap.capabilities.strategy import quoted
from dropcap.docker_cli.quantities import size_in_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

# Of each of these groups a mount has one word at most.
_ONE_OF = (
    frozenset(("ro", "rw")),
    frozenset(("exec", "noexec")),
    frozenset(("suid", "nosuid")),
    frozenset(("dev", "nodev")),
    frozenset(("z", "Z")),
    frozenset(("private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable")),
)
_OPTIONS_OF_TMPFS = frozenset.union(*_ONE_OF) - {"z", "Z"} | frozenset(
    (
        *("O", "U", "consistency", "copy", "idmap", "mode", "no-dereference", "noatime", "nocopy", "nocreate"),
        *("noswap", "notmpcopyup", "size", "tmpcopyup", "volume-opt"),
    )
)
_OPTIONS_OF_VOLUME = frozenset.union(*_ONE_OF) | frozenset(
    (
        *("O", "U", "bind", "cached", "consistency", "copy", "delegated", "idmap", "no-dereference", "noatime"),
        *("nocopy", "nocreate", "rbind", "subpath", "upperdir", "volume-opt", "workdir"),
    )
)
_MOST_PARTS = 3  # a source, a path and options
_NAME = r"(?a)[a-zA-Z0-9][a-zA-Z0-9_.-]*"
_UNITS_OF_VOLUMES = (".volume", ".artifact", ".image")
_LAST_PORT = 65535
_PROTOCOLS = frozenset(("tcp", "udp", "sctp"))
_WORDS = {
    "cgroups": ("disabled", "enabled", "no-conmon", "split"),
    "health-on-failure": ("none", "kill", "restart", "stop"),
    "log-driver": ("journald", "json-file", "k8s-file", "none", "passthrough", "passthrough-tty"),
    "pull": ("always", "ifmissing", "ifnewer", "ifnotpresent", "missing", "never", "newer"),
}
_USER_NAMESPACES = r"(?s)host|private|nomap|auto(?::.*)?|keep-id(?::.*)?|(?:container|ns):.+"
_BARE_OPTION = "no-new-privileges"
_SECURITY_OPTIONS = frozenset(
    ("apparmor", "label", "mask", _BARE_OPTION, "proc-opts", "seccomp", "systempaths", "unmask")
)
_WHOLE = r"(?a)[+-]?(?:[0-9][0-9_]*|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)"
_LAST_SIGNAL = 64
_LAST_ID = 4294967295
_ID_MAP = r"(?a)[+ug]*([0-9]{1,10}):@?([0-9]{1,10})(?::([0-9]{1,10}))?"


def podman_refusal(name: str, value: str) -> str | None:
    """Judge the value of an option by the option's long name; None too where nothing is known of the option."""
    judge = _JUDGES.get(name)
    if judge is not None:
        return judge(value)
    words = _WORDS.get(name, ())
    if words and value.lower() not in words:
        return f'invalid --{name} "{value}": it must be one of {", ".join(words)}'
    return None


def _limit(value: str) -> str | None:
    from dropcap.docker_cli.value_refusals import ulimit

    return None if value == "host" else ulimit(value)


def _size(value: str) -> str | None:
    return f"invalid size: '{value}'" if size_in_bytes(value) is None else None


def _tmpfs(value: str) -> str | None:
    path, colon, options = value.partition(":")
    if not path.startswith("/"):
        return f'invalid container path "{path}", must be an absolute path'
    return _options(options.partition(":")[0], _OPTIONS_OF_TMPFS, "mount option") if colon else None


def _options(text: str, known: frozenset[str], what: str) -> str | None:
    words = [one.partition("=")[0] for one in text.split(",")]
    for word in words:
        if word not in known:
            return f'unknown {what} "{word}"'
    for group in _ONE_OF:
        if len(found := [word for word in words if word in group]) > 1:
            return f"only one of {', '.join(found)} can be used"
    return None


def _device(value: str) -> str | None:
    parts = value.split(":")
    mode = parts[2] if len(parts) == _MOST_PARTS else "r"
    if len(parts) == _MOST_PARTS - 1 and not parts[1].startswith("/"):
        mode = parts[1]
    is_mode = bool(mode) and set(mode) <= set("rwm") and len(set(mode)) == len(mode)
    return None if is_mode else f"invalid device mode: {mode}"


def _publish(value: str) -> str | None:
    rest, slash, protocol = value.partition("/")
    if slash and protocol.lower() not in _PROTOCOLS:
        return f'unrecognized protocol "{protocol}" in port mapping'
    *before, inside = re.sub(r"\[[^\]]*\]", "6", rest).split(":")
    if len(before) > _MOST_PARTS - 1:
        return "invalid port format - format is [[hostIP:]hostPort:]containerPort"
    # What Quadlet's own units write, `::80`, is left to it.
    if len(before) == _MOST_PARTS - 1 and before[0] not in {"6", ""} and not _is_ip(before[0]):
        return f'cannot parse "{before[0]}" as an IP address'
    inner, outer = _ports(inside), _ports(before[-1]) if before and before[-1] else None
    if inner is None:
        return f"parsing container port: {inside or 'it is empty'}"
    if before and before[-1] and outer is None:
        return f"parsing host port: {before[-1]}"
    return None if outer in {None, inner} else "host and container port ranges have different lengths"


def _ports(text: str) -> int | None:
    """Return how many ports a text stands for; None where they are none."""
    match = re.fullmatch(r"(?a)\+?([0-9]{1,9})(?:-\+?([0-9]{1,9}))?", text)
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    is_range = 1 <= first <= last <= _LAST_PORT and (match[2] is None or first < last)
    return last - first + 1 if is_range else None


def _is_ip(text: str) -> bool:
    from dropcap.docker_cli.value_refusals import is_ip

    return is_ip(text)


def _address(value: str) -> str | None:
    return None if _is_ip(value) else f'"{value}" is not an ip address'


def _server(value: str) -> str | None:
    return None if value in {"none", ""} else _address(value)


def _host(value: str) -> str | None:
    name, colon, address = value.partition(":")
    if not colon or not name:
        return f'bad format for add-host: "{value}"'
    bare = address[1:-1] if re.fullmatch(r"\[.+\]", address) else address
    is_address = bare == "host-gateway" or _is_ip(bare)
    return None if is_address else f'invalid IP address in add-host: "{address}"'


def _span(value: str, *, least: int, may_be_off: bool = False) -> str | None:
    from dropcap.lang.dockerfile.values import nanoseconds

    if may_be_off and value == "disable":
        return None
    length = 0 if re.fullmatch("[+-]?0", value) else nanoseconds(value) if value else None
    if length is None:
        return f'time: invalid duration "{value}"'
    return None if length >= least else f"the span of time is too short: {value}"


def _positive(value: str) -> str | None:
    number = re.fullmatch(r"(?a)\+?[0-9]{1,19}", value)
    return None if number and int(value) else f"{value} must be a number greater than 0"


def _whole(value: str) -> str | None:
    return None if re.fullmatch(_WHOLE, value) else f'invalid syntax: "{value}"'


def _signal(value: str) -> str | None:
    from dropcap.lang.dockerfile.values import is_signal

    name = value.removeprefix("-")
    is_number = re.fullmatch(r"(?a)[0-9]{1,9}", name)
    is_one = 1 <= int(name) <= _LAST_SIGNAL if is_number else is_signal(name)
    return None if is_one else f"invalid signal: {value}"


def _sysctl(value: str) -> str | None:
    from dropcap.docker_cli.flag_values import docker_refusal

    if "=" not in value:
        return f"{value} is invalid, sysctl values must be in the form of KEY=VALUE"
    return docker_refusal("sysctl", value) and f"sysctl '{value.partition('=')[0]}' is not allowed"


def _volume(value: str) -> str | None:
    parts = value.split(":")
    if len(parts) > _MOST_PARTS:
        return f"{value}: incorrect volume format, should be [host-dir:]ctr-dir[:option]"
    source, path = (parts[0], parts[1]) if len(parts) > 1 else ("/", parts[0])
    if not source:
        return "host directory cannot be empty"
    if not path.startswith("/") and not path.endswith(_UNITS_OF_VOLUMES):
        return f'invalid container path "{path}", must be an absolute path'
    if not source.startswith(("/", ".")) and not source.endswith(_UNITS_OF_VOLUMES) and not re.fullmatch(_NAME, source):
        return f'creating named volume "{source}": names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*'
    return _options(parts[2], _OPTIONS_OF_VOLUME, "option type") if len(parts) == _MOST_PARTS else None


def _user_namespace(value: str) -> str | None:
    return None if re.fullmatch(_USER_NAMESPACES, value) else f"unrecognized namespace mode {value} passed"


def _name(value: str) -> str | None:
    # What a quotation mark inside becomes is Quadlet's affair.
    return (
        None
        if '"' in value or re.fullmatch(_NAME, value)
        else f"names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*, not {value}"
    )


def _mount(value: str) -> str | None:
    from dropcap.docker_cli.podman_mounts import mount_refusal  # few lines have any

    return mount_refusal(value)


def _log_option(value: str) -> str | None:
    key, equals, text = value.partition("=")
    if not equals:
        return f'invalid log option "{value}"'
    return _size(text) if key.lower() == "max-size" else None


def _security_option(value: str) -> str | None:
    key, separator, text = value.partition("=" if "=" in value else ":")
    if not separator:
        return None if key == _BARE_OPTION else f"invalid --security-opt 1: {quoted(value)}"
    if key not in _SECURITY_OPTIONS or (key == _BARE_OPTION and text not in BOOLEANS):
        return f"invalid --security-opt 2: {quoted(value)}"
    if key == "systempaths" and text != "unconfined":
        return f"invalid systempaths option {quoted(text)}, only `unconfined` is supported"
    return None


def _id_map(value: str) -> str | None:
    """Judge a mapping of users or groups; several in one value are left alone."""
    found = re.fullmatch(_ID_MAP, value)
    is_one = found is not None and all(int(one) <= _LAST_ID for one in found.groups() if one)
    return None if is_one or value.count(":") > _MOST_PARTS else f"setting is malformed: {value}"


_JUDGES: dict[str, Callable[[str], str | None]] = {
    "add-host": _host,
    "device": _device,
    "dns": _server,
    "gidmap": _id_map,
    "health-interval": partial(_span, least=-(2**63), may_be_off=True),
    "health-retries": _positive,
    "health-start-period": partial(_span, least=0),
    "health-timeout": partial(_span, least=1),
    "ip": _address,
    "ip6": _address,
    "log-opt": _log_option,
    "memory": _size,
    "mount": _mount,
    "name": _name,
    "pids-limit": _whole,
    "publish": _publish,
    "security-opt": _security_option,
    "shm-size": _size,
    "stop-signal": _signal,
    "stop-timeout": _whole,
    "sysctl": _sysctl,
    "tmpfs": _tmpfs,
    "uidmap": _id_map,
    "ulimit": _limit,
    "userns": _user_namespace,
    "volume": _volume,
}
