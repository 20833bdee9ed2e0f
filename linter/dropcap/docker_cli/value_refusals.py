"""What Docker's client or its engine refuses of single values that say nothing of capabilities.

Each function takes a value as it is written and returns why no container comes of it, or None. Facts: docker/cli
28f7560 cli/command/container/opts.go and run.go, opts/*.go, vendor/github.com/docker/go-units/ulimit.go and
vendor/github.com/containerd/platforms; moby b985e23 daemon/container.go (validateContainerConfig),
daemon/daemon_unix.go, daemon/names/names.go, daemon/volume/mounts/linux_parser.go (ParseVolumesFrom) and
api/types/container/hostconfig.go (ValidateRestartPolicy). Where versions differ, only what all refuse is refused.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dropcap.capabilities.strategy import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

_INTEGER = r"(?a)[+-]?[0-9]{1,18}"
_POLICIES = frozenset(("no", "always", "unless-stopped", "on-failure"))
LIMITS = frozenset(
    (
        *("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice"),
        *("nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"),
    )
)
_MOST_VALUES = 2
_GATEWAY = "host-gateway"
_LAST_PORT = 65535
_DOMAIN = r"(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.|$))+\s*|\."
_OWN_MODES = frozenset(("ro", "rw", "z", "Z", "consistent", "cached", "delegated"))
# Of six, eight or twenty bytes.
_BYTE = "[0-9a-fA-F]{2}"
_PAIR = "[0-9a-fA-F]{4}"
_MAC = rf"{_BYTE}([:-]){_BYTE}(?:\1{_BYTE}){{4}}(?:(?:\1{_BYTE}){{2}}|(?:\1{_BYTE}){{14}})?"
_DOTTED_MAC = rf"{_PAIR}(?:\.{_PAIR}){{2}}(?:\.{_PAIR}|(?:\.{_PAIR}){{7}})?"
_STREAMS = frozenset(("stdin", "stdout", "stderr"))
_PULLS = frozenset(("always", "missing", "never", ""))
_GPU_KEYS = frozenset(("driver", "count", "device", "capabilities", "options"))
_NAME = r"(?a)/?[a-zA-Z0-9][a-zA-Z0-9_.-]+"
_PLATFORM_PART = r"[A-Za-z0-9_.-]+"
_MOST_PLATFORM_PARTS = 3
_SYSTEMS = frozenset(
    (
        *("aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios"),
        *("js", "linux", "macos", "nacl", "netbsd", "openbsd", "plan9", "solaris"),
        *("windows", "wasip1", "zos"),
    )
)
_PROCESSORS = frozenset(
    (
        *("386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64"),
        *("ppc64le", "loong64", "mips", "mipsle", "mips64", "mips64le", "mips64p32", "mips64p32le"),
        *("ppc", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm"),
        *("i386", "x86_64", "x86-64", "aarch64", "armhf", "armel"),
    )
)
_LEAST_WEIGHT, _GREATEST_WEIGHT = 10, 1000
_CPUS = r"(?a)\+?[0-9]{1,18}(?:-[0-9]{1,18})?(?:,\+?[0-9]{1,18}(?:-[0-9]{1,18})?)*"
_ADDRESS_KEYS = frozenset(("ip", "ip6", "link-local-ip"))
_NETWORK_KEYS = _ADDRESS_KEYS | {"name", "alias", "mac-address", "driver-opt", "gw-priority"}
_LONG_NETWORK = r"(?a)\w=\w"


def value_refusal(name: str, value: str) -> str | None:
    """Judge the value of an option by the option's long name; None too where nothing is known of the option."""
    judge = _JUDGES.get(name)
    return None if judge is None else judge(value)


def restart(value: str) -> str | None:
    """Judge a restart policy."""
    policy, colon, written = value.partition(":")
    if not value:
        return None
    if colon and not policy:
        return "invalid restart policy format: no policy provided before colon"
    if written and not re.fullmatch(_INTEGER, written):
        return "invalid restart policy format: maximum retry count must be an integer"
    return policy_refusal(policy, int(written or 0))


def policy_refusal(policy: str, count: int) -> str | None:
    """Judge a restart policy by its name and how often it tries."""
    if policy not in _POLICIES:
        return f"invalid restart policy: unknown policy '{policy}'"
    if count < 0:
        return "invalid restart policy: maximum retry count cannot be negative"
    if count and policy != "on-failure":
        return "invalid restart policy: maximum retry count can only be used with 'on-failure'"
    return None


def ulimit(value: str) -> str | None:
    """Judge a limit of a resource, `nofile=1024:2048`."""
    name, equals, written = value.partition("=")
    if not equals:
        return f"invalid ulimit argument: {value}"
    if name not in LIMITS:
        return f"invalid ulimit type: {name}"
    parts = written.split(":")
    if len(parts) > _MOST_VALUES:
        return f"too many limit value arguments - {written}, can only have up to two, `soft[:hard]`"
    wrong = next((part for part in parts if not _is_int64(part)), None)
    if wrong is not None:
        return f'strconv.ParseInt: parsing "{wrong}": invalid syntax, or out of range'
    soft, hard = int(parts[0]), int(parts[-1])
    if hard != -1 and (soft == -1 or soft > hard):
        return f"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}"
    return None


def _is_int64(text: str) -> bool:
    return re.fullmatch(r"(?a)[+-]?[0-9]{1,30}", text) is not None and -(2**63) <= int(text) < 2**63


def extra_host(value: str) -> str | None:
    """Judge a name of a host and its address."""
    name, separator, address = value.partition("=" if "=" in value else ":")
    if not separator or not name or ":" in name:
        return f"bad format for add-host: {quoted(value)}"
    bare = address[1:-1] if re.fullmatch(r"\[.+\]", address) else address
    return None if address == _GATEWAY or is_ip(bare) else f"invalid IP address in add-host: {quoted(address)}"


def is_ip(text: str) -> bool:
    """Return whether a text is an address, as Go's net.ParseIP reads it; blanks around it do not count."""
    from ipaddress import ip_address  # only where an option names one

    try:
        ip_address(text.strip())
    except ValueError:
        return False
    return "%" not in text


def _address(value: str) -> str | None:
    return None if is_ip(value) else f"IP address is not correctly formatted: {value}"


def _own_address(value: str) -> str | None:
    return _address(value) if value else None


def exposed(value: str) -> str | None:
    """Judge a port or a range of ports that is exposed."""
    start, dash, end = value.partition("/")[0].partition("-")
    numbers = [int(one) if re.fullmatch(r"(?a)[0-9]{1,18}", one) else -1 for one in (start, end if dash else start)]
    first, last = numbers
    is_range = 0 <= first <= last <= _LAST_PORT
    return None if is_range else f"invalid range format for --expose: {value}"


def _domain(value: str) -> str | None:
    stripped = value.strip(" ")
    is_domain = stripped == "." or (re.search("[a-zA-Z]", stripped) and re.fullmatch(_DOMAIN, stripped))
    return None if is_domain else f"{value} is not a valid domain"


def _volumes_from(value: str) -> str | None:
    if not value:
        return "volumes-from specification cannot be an empty string"
    mode = value.partition(":")[2]
    words = mode.split(",") if mode else []
    return None if _OWN_MODES.issuperset(words) else f"invalid mode: {mode}"


def _label(value: str) -> str | None:
    key = value.partition("=")[0].lstrip(" \t")
    if not key:
        return f"invalid label '{value}': empty name"
    return None if {" ", "\t"}.isdisjoint(key) else f"label '{key}' contains whitespaces"


def _variable(value: str) -> str | None:
    return None if value.partition("=")[0] else "invalid environment variable: it has no name"


def _link(value: str) -> str | None:
    if not value:
        return "empty string specified for links"
    return f"bad format for links: {value}" if value.count(":") > 1 else None


def _attached(value: str) -> str | None:
    return None if value.lower() in _STREAMS else "valid streams are STDIN, STDOUT and STDERR"


def _mac(value: str) -> str | None:
    is_mac = not value or re.fullmatch(f"{_MAC}|{_DOTTED_MAC}", value.strip())
    return None if is_mac else f"{value} is not a valid mac address"


def _gpus(value: str) -> str | None:
    if '"' in value:
        return None
    seen: set[str] = set()
    for field in value.split(","):
        key, equals, rest = field.partition("=")
        if key in seen:
            return f"gpu request key '{key}' can be specified only once"
        seen.add(key)
        if not equals:
            seen.add("count")
        elif key not in _GPU_KEYS:
            return f"unexpected key '{key}' in '{field}'"
        count = rest if equals else key
        if (not equals or key == "count") and count != "all" and not re.fullmatch(_INTEGER, count):
            return f'invalid count ({count}): value must be either "all" or an integer'
    return None


def stop_signal(value: str) -> str | None:
    """Judge a signal by name or number."""
    from dropcap.lang.dockerfile.values import is_signal  # few options need it

    return None if not value or is_signal(value) else f"invalid signal: {value}"


def _platform(value: str) -> str | None:
    parts = value.split("/")
    if not value or "(" in value:
        return None
    if len(parts) > _MOST_PLATFORM_PARTS or not all(re.fullmatch(_PLATFORM_PART, part) for part in parts):
        return f"error parsing specified platform: {quoted(value)}: cannot parse platform specifier"
    if len(parts) == 1 and value.lower() not in _SYSTEMS | _PROCESSORS:
        return f"error parsing specified platform: {quoted(value)}: unknown operating system or architecture"
    return None


def _isolation(value: str) -> str | None:
    is_known = value.lower() in {"", "default", "process", "hyperv"}  # the last two are Windows'
    return None if is_known else f"invalid isolation '{value}'"


def working_folder(value: str) -> str | None:
    """Judge the path in which a container's command starts; one of Windows is not judged."""
    if not value or value.startswith(("/", "\\")) or re.match("[A-Za-z]:", value):
        return None
    return f"the working directory '{value}' is invalid, it needs to be an absolute path"


def _pull(value: str) -> str | None:
    return None if value in _PULLS else f"invalid pull option: '{value}': must be one of always, missing or never"


def _weight(value: str) -> str | None:
    is_number = re.fullmatch(r"(?a)[0-9]{1,18}", value) and int(value) <= _LAST_PORT
    return None if is_number else f'invalid argument "{value}" for "--blkio-weight" flag: it is not a number of 16 bits'


def _device_weight(value: str) -> str | None:
    path, _, written = value.partition(":")
    if not path.startswith("/dev/"):
        return f"bad format for device path: {value}"
    is_weight = re.fullmatch(r"(?a)[0-9]{1,5}", written) and (
        int(written) == 0 or _LEAST_WEIGHT <= int(written) <= _GREATEST_WEIGHT
    )
    return None if is_weight else f"invalid weight for device: {value}"


def _device_rate(value: str, *, has_unit: bool) -> str | None:
    path, _, written = value.partition(":")
    if not path.startswith("/dev/"):
        return f"bad format for device path: {value}"
    unit = r"[ ]?(?i:(?:[kmgtp](?:i?b)?|b)?)" if has_unit else ""
    number = r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+" if has_unit else r"[0-9]{1,20}"
    is_rate = re.fullmatch(rf"(?a)(?:{number}){unit}", written)
    return None if is_rate else f"invalid rate for device: {value}"


def _storage(value: str) -> str | None:
    return None if "=" in value else "invalid storage option"


def _processors(kind: str, value: str) -> str | None:
    is_list = not value or (re.fullmatch(_CPUS, value) and all(map(_rises, value.split(","))))
    return None if is_list else f"Invalid value {value} for cpuset {kind}: invalid format: {value}"


def _rises(numbers: str) -> bool:
    first, dash, last = numbers.partition("-")
    return not dash or int(first) <= int(last)


def _name(value: str) -> str | None:
    # `[name]` stands in texts for a name that the reader is to choose.
    is_name = not value or "[" in value or re.fullmatch(_NAME, value)
    return None if is_name else f"Invalid container name ({value}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"


def _network(value: str) -> str | None:
    """Judge a network, by its name or in the long form, `name=a,alias=b`."""
    if not value.strip():
        return "no name set for network"
    if value in {"container", "container:"}:
        return "invalid network mode: invalid container format container:<name|id>"
    if '"' in value or not re.search(_LONG_NETWORK, value):
        return None
    return _wrong_fields(value.lower())


def _wrong_fields(text: str) -> str | None:
    named = ""
    for field in text.split(","):
        key, equals, rest = (text.strip() for text in field.partition("="))
        if not equals or not key:
            return f"invalid field {field}"
        if key not in _NETWORK_KEYS:
            return f"invalid field key {key}"
        if key in _ADDRESS_KEYS and not is_ip(rest):
            return f"invalid IP address: {rest}"
        named = rest if key == "name" else named
    return None if named else "network name/id is not specified"


_JUDGES: dict[str, Callable[[str], str | None]] = {
    "add-host": extra_host,
    "attach": _attached,
    "blkio-weight": _weight,
    "blkio-weight-device": _device_weight,
    "cpuset-cpus": partial(_processors, "cpus"),
    "cpuset-mems": partial(_processors, "mems"),
    **dict.fromkeys(("device-read-bps", "device-write-bps"), partial(_device_rate, has_unit=True)),
    **dict.fromkeys(("device-read-iops", "device-write-iops"), partial(_device_rate, has_unit=False)),
    "dns": _address,
    "dns-search": _domain,
    "env": _variable,
    "expose": exposed,
    "gpus": _gpus,
    "ip": _own_address,
    "ip6": _own_address,
    "isolation": _isolation,
    "label": _label,
    "link": _link,
    "mac-address": _mac,
    "name": _name,
    "network": _network,
    "platform": _platform,
    "pull": _pull,
    "restart": restart,
    "stop-signal": stop_signal,
    "storage-opt": _storage,
    "ulimit": ulimit,
    "volumes-from": _volumes_from,
    "workdir": working_folder,
}
