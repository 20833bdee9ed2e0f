"""What Docker's engine takes when it creates a container, and refuses, or its runtime does, whenever that starts.

Each function takes a value as it is written and returns why no container runs with it, or None. They know nothing of
command lines: moby b985e23 vendor/github.com/moby/sys/mount/flags_unix.go (MergeTmpfsOptions), daemon/logger/factory.go
(ValidateLogOpts), daemon/logger/jsonfilelog/jsonfilelog.go, daemon/logger/local/config.go, ValidateLogOpt of the
loggers syslog, journald, gelf and fluentd, daemon/pkg/oci/oci.go; runc libcontainer/configs/validate/validator.go
(sysctl); Linux mm/shmem.c (shmem_parse_one) for values of tmpfs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_ALL_DRIVERS = frozenset(("mode", "max-buffer-size", "cache-disabled"))
# The options of the drivers that are part of the engine and know few; those that begin with `cache-` are of any driver.
_TOLD_BESIDE = frozenset(("env", "env-regex", "labels", "labels-regex", "tag"))
OF_DRIVER = {
    "fluentd": _TOLD_BESIDE
    | frozenset(
        f"fluentd-{name}"
        for name in (
            *("address", "async", "async-connect", "async-reconnect-interval", "buffer-limit", "max-retries"),
            *("read-timeout", "request-ack", "retry-wait", "sub-second-precision", "write-timeout"),
        )
    ),
    "gelf": _TOLD_BESIDE
    | frozenset(
        f"gelf-{name}"
        for name in ("address", "compression-level", "compression-type", "tcp-max-reconnect", "tcp-reconnect-delay")
    ),
    "journald": _TOLD_BESIDE,
    "json-file": _TOLD_BESIDE | frozenset(("max-file", "max-size", "compress")),
    "local": frozenset(("max-file", "max-size", "compress")),
    "syslog": _TOLD_BESIDE
    | frozenset(
        f"syslog-{name}"
        for name in ("address", "facility", "format", "tls-ca-cert", "tls-cert", "tls-key", "tls-skip-verify")
    ),
}
DEVICE_RULE = r"(?a)[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}"

_FLAGS_OF_TMPFS = frozenset(
    (
        *("async", "atime", "defaults", "dev", "diratime", "dirsync", "exec", "mand", "noatime", "nodev"),
        *("nodiratime", "noexec", "nomand", "norelatime", "nostrictatime", "nosuid", "private", "relatime"),
        *("ro", "rprivate", "rshared", "rslave", "runbindable", "rw", "shared", "slave", "strictatime"),
        *("suid", "sync", "unbindable"),
    )
)
# The engine takes these, and the kernel mounts no such tmpfs.
_NEVER_MOUNTED = frozenset(("bind", "rbind", "remount"))
_SIZE = r"(?a)(?:0[xX][0-9a-fA-F]+|[0-9]+)[kKmMgGtTpPeE%]?"
_VALUES_OF_TMPFS = {
    "size": _SIZE,
    "nr_blocks": _SIZE,
    "nr_inodes": _SIZE,
    "mode": "[0-7]+",
    **dict.fromkeys(("uid", "gid"), r"(?a)0[xX][0-9a-fA-F]+|[0-9]+"),
    "mpol": r"(?s).*",
}
_LOG_SIZE = r"(?a)(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ ]?(?i:(?:[kmgtp](?:i?b)?|b)?)"
_BOOLEANS = frozenset(("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"))
_FACILITIES = (
    r"(?a)|kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7]|[+]?0*(?:[0-9]|1[0-9]|2[0-3])"
)
# What the values of some options look like, and what the engine says of others.
_LOG_VALUES = {
    "fluentd-async": ("(?a)|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False", "strconv.ParseBool: invalid syntax"),
    "gelf-address": (r"(?a)(?:udp|tcp)://.*:[0-9]+(?:/.*)?", "gelf-address should be in form proto://host:port"),
    "gelf-compression-level": ("(?a)-1|[+]?0*[0-9]", "unknown value for log opt gelf-compression-level"),
    "gelf-compression-type": ("gzip|zlib|none", "unknown value for log opt gelf-compression-type"),
    "syslog-address": ("(?:(?:udp|tcp|tcp[+]tls|unix|unixgram)://.*)?", "syslog-address: unsupported scheme"),
    "syslog-facility": (_FACILITIES, "invalid syslog facility"),
    "syslog-format": ("|rfc3164|rfc5424|rfc5424micro", "Invalid syslog format"),
}
_LOG_MODES = frozenset(("", "blocking", "non-blocking"))
_OF_IPC = r"kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..*"
_LARGEST_ID = 2147483647


def tmpfs_options(text: str) -> str | None:
    """Judge the options of a tmpfs, `size=1m,noexec`; an empty text has none."""
    for option in text.split(",") if text else ():
        key, equals, value = option.partition("=")
        if not equals:
            if option in _NEVER_MOUNTED:
                return f"no tmpfs is mounted with the option {option}"
            if option not in _FLAGS_OF_TMPFS:
                return f'invalid tmpfs option "{option}"'
        elif key not in _VALUES_OF_TMPFS:
            return f'invalid tmpfs option "{key}"'
        elif not re.fullmatch(_VALUES_OF_TMPFS[key], value):
            return f"tmpfs: bad value for '{key}': {value}"
    return None


def log_options(driver: str, options: Mapping[str, str]) -> tuple[str, str] | None:
    """Judge the options of a driver of logs: the first that is refused, `""` for one that is missing, and why."""
    if driver == "none":
        return None
    if options.get("mode", "") not in _LOG_MODES:
        return "mode", f"logger: logging mode not supported: {options['mode']}"
    if "max-buffer-size" in options and options.get("mode") != "non-blocking":
        return "max-buffer-size", "logger: max-buffer-size option is only supported with 'mode=non-blocking'"
    return _of_known_driver(driver, options) if driver in OF_DRIVER else None


def _of_known_driver(driver: str, options: Mapping[str, str]) -> tuple[str, str] | None:
    for key, value in options.items():
        if key not in OF_DRIVER[driver] | OF_ALL_DRIVERS and not key.startswith("cache-"):
            return key, f"unknown log opt '{key}' for {driver} log driver"
        if wrong := _log_value(key, value):
            return key, wrong
    if driver == "gelf" and not options.get("gelf-address"):
        return "", "gelf-address is a required parameter"
    return _compression(driver, options) if driver in {"json-file", "local"} else None


def _log_value(key: str, value: str) -> str | None:
    if key in {"max-size", "max-buffer-size"} and not re.fullmatch(_LOG_SIZE, value):
        return f"invalid size: '{value}'"
    if key == "max-size" and not value.strip("0.kmgtpibKMGTPIB "):
        return "max-size must be a positive number"
    if key == "max-file" and not re.fullmatch(r"(?a)[+]?[0-9]{1,18}", value):
        return f"max-file must be a whole number that is not negative, not {value}"
    pattern, message = _LOG_VALUES.get(key, ("(?s).*", ""))
    if not re.fullmatch(pattern, value):
        return f"{message}: {value}"
    if key in {"compress", "cache-disabled"} and value not in _BOOLEANS:
        return f'strconv.ParseBool: parsing "{value}": invalid syntax'
    return None


def _compression(driver: str, options: Mapping[str, str]) -> tuple[str, str] | None:
    count = int(options.get("max-file", "1"))
    is_on = options.get("compress", "") in {"1", "t", "T", "TRUE", "true", "True"}
    if driver == "json-file":
        if count < 1:
            return "max-file", "max-file cannot be less than 1"
        if is_on and (count == 1 or "max-size" not in options):
            return "compress", "compress cannot be true when max-file is less than 2 or max-size is not set"
    elif "max-file" in options and count <= 1 and (is_on or "compress" not in options):
        return "max-file", "compression cannot be enabled when max file count is 1"
    return None


def device_rule(value: str) -> str | None:
    """Judge a rule for devices, `c 1:3 rwm`."""
    return None if re.fullmatch(DEVICE_RULE, value) else f"invalid device cgroup rule format: '{value}'"


def sysctl(name: str, *, host_network: bool = False, host_ipc: bool = False, host_uts: bool = False) -> str | None:
    """Judge a kernel parameter by the namespaces that a container shares with its host, as runc does.

    Args:
        name: the parameter; slashes stand for dots.
        host_network: whether the container has the host's network.
        host_ipc: whether it has the host's IPC namespace.
        host_uts: whether it has the host's names.

    """
    dotted = name.replace("/", ".")
    if dotted.startswith("net."):
        return f'sysctl "{name}" not allowed in host network namespace' if host_network else None
    if re.fullmatch(_OF_IPC, dotted):
        return f'sysctl "{name}" is not allowed in the hosts ipc namespace' if host_ipc else None
    if dotted == "kernel.hostname":
        return f'sysctl "{name}" is not allowed as it conflicts with the OCI "hostname" field'
    if dotted == "kernel.domainname" and not host_uts:
        return None
    return f'sysctl "{name}" is not in a separate kernel namespace'


def identifier(value: str) -> str | None:
    """Judge a user or a group by number; a name is somebody's of the image."""
    if not re.fullmatch(r"(?a)[+-]?[0-9]{1,18}", value):
        return None
    return None if 0 <= int(value) <= _LARGEST_ID else f"uids and gids must be in range 0-{_LARGEST_ID}"


def port_range(value: str) -> str | None:
    """Judge the host's port, or range of ports, that a container's port is bound to."""
    start, dash, end = value.partition("-")
    last = end if dash else start
    are_ports = all(re.fullmatch(r"(?a)[0-9]{1,5}", one) for one in (start, last))
    if are_ports and int(start) <= int(last) <= 65535:  # noqa: PLR2004  # the last port there is
        return None
    return f'invalid port specification: "{value}"'
