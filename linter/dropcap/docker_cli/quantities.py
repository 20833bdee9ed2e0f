"""Sizes, numbers and durations of a container's limits, as Docker's client and engine refuse them.

docker/cli 28f7560 cli/command/container/opts.go and opts/opts.go, docker/go-units size.go (parseSize), and moby
b985e23 daemon/daemon_unix.go (verifyPlatformContainerResources).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN_FLOAT = r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+"
_SUFFIX_LETTERS = r"(?:[kmgtpKMGTP](?:[iI]?[bB])?|[bB])?"
_SUFFIX = r"(?i)(?:[kmgtp](?:i?b)?|b)?"
_INTEGER = r"(?a)[+-]?[0-9]+"
_NUMBER = r"(?a)[+-]?[0-9][0-9a-zA-Z_]{0,39}"
_FLOAT = r"(?a)[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_RATIONAL = rf"{_FLOAT}|[+-]?[0-9]+/[0-9]+"
_SHORTEST = 1e6  # a millisecond, in nanoseconds
LEAST_MEMORY = 6 * 1024 * 1024
_WHAT_SWAP_IS = "it is the sum of memory and swap"
_POWERS = {"k": 10, "m": 20, "g": 30, "t": 40, "p": 50}

_SIZES = frozenset(("memory", "memory-reservation", "memory-swap", "shm-size"))
_DURATIONS = frozenset(("health-interval", "health-start-interval", "health-start-period", "health-timeout"))
# The least and the greatest value, and what is said of any other; zero is the same as none.
_RANGES: dict[str, tuple[float, float, str]] = {
    "cpu-period": (
        1000,
        1000000,
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
    ),
    "health-retries": (0, float("inf"), "--health-retries cannot be negative"),
    "memory-swappiness": (-1, 100, "invalid value: {}. Valid memory swappiness range is 0-100"),
    "oom-score-adj": (-1000, 1000, "Invalid value {}, range for oom score adj is [-1000, 1000]"),
    **dict.fromkeys(("cpu-quota", "cpu-shares", "pids-limit", "stop-timeout"), (float("-inf"), float("inf"), "")),
}

NAMES = _SIZES | _DURATIONS | _RANGES.keys() | {"cpus"}
"""The options that are judged here."""


def quantity(name: str, value: str) -> str | None:
    """Judge the value of an option; what the client does not even read is said as it says that of the option."""
    if name in _SIZES:
        return _size(name, value)
    if name in _DURATIONS:
        return _duration(name, value)
    if name == "cpus":
        return _cpus(value)
    return _whole_number(name, value)


def _whole_number(name: str, value: str) -> str | None:
    number = _integer(value)
    if number is None:
        return _unread(name, value, f'strconv.ParseInt: parsing "{value}": invalid syntax')
    if not -(2**63) <= number < 2**63:
        return _unread(name, value, f'strconv.ParseInt: parsing "{value}": value out of range')
    least, greatest, message = _RANGES[name]
    if name == "cpu-quota" and 0 < number < _RANGES["cpu-period"][0]:
        return "CPU cfs quota can not be less than 1ms (i.e. 1000)"
    return None if number == 0 or least <= number <= greatest else message.format(number)


def _integer(value: str) -> int | None:
    """Read a number as Go does: `0x10`, `0b1`, and with a leading zero to the base of eight."""
    if not re.fullmatch(_NUMBER, value):
        return None
    is_octal = re.fullmatch(r"[+-]?0[0-7_]+", value)
    try:
        return int(value, 8 if is_octal else 0)
    except ValueError:
        return None


def _size(name: str, value: str) -> str | None:
    if name == "memory-swap" and value == "-1":
        return None
    number, _, suffix = value.partition(" ")
    if " " not in value:
        end = max(map(value.rfind, "0123456789."))
        number, suffix = value[: end + 1], value[end + 1 :]
    if not number:
        return _unread(name, value, f"invalid size: '{value}'")
    if not re.fullmatch(_FLOAT, number):
        # A part of the value is not shown: where that is a secret, only the whole of it is known and hidden.
        return _unread(name, value, "strconv.ParseFloat: invalid syntax")
    if number.startswith("-"):
        return _unread(name, value, f"invalid size: '{value}'")
    if not re.fullmatch(_SUFFIX, suffix):
        return _unread(name, value, f"invalid suffix: '{suffix.lower()}'")
    size = _bytes(number, suffix)
    title = {"memory": "limit", "memory-reservation": "reservation"}.get(name)
    return f"Minimum memory {title} allowed is 6MB" if title and 0 < size < LEAST_MEMORY else None


def size_in_bytes(value: str) -> float | None:
    """Read a size that the client takes; None for any other text, and for `-1`."""
    match = re.fullmatch(rf"({_PLAIN_FLOAT})[ ]?({_SUFFIX_LETTERS})", value)
    return None if match is None else _bytes(match[1], match[2])


def memory_refusals(limit: float, swap: float, reservation: float) -> Iterator[tuple[str, str, str]]:
    """Yield which limits of memory the engine does not take together: the option, why, and what to do; zero is none."""
    if swap > 0 and limit == 0:
        message = "You should always set the Memory limit when using Memoryswap limit"
        yield "memory-swap", message, "set a limit of memory as well"
    elif 0 < swap < limit:
        yield "memory-swap", "Minimum memoryswap limit should be larger than memory limit", _WHAT_SWAP_IS
    if 0 < limit < reservation:
        message = "Minimum memory limit can not be less than memory reservation limit"
        yield "memory-reservation", message, "reserve less"


def _bytes(number: str, suffix: str) -> float:
    return float(number[:20]) * (1 << _POWERS.get(suffix[:1].lower(), 0))


def _duration(name: str, value: str) -> str | None:
    if re.fullmatch(_INTEGER, value) and value.strip("+-0"):
        return _unread(name, value, f'time: missing unit in duration "{value}"')
    from dropcap.lang.dockerfile.values import nanoseconds  # few lines have such

    length = nanoseconds(value) if value else None
    if length is None:
        return None if re.fullmatch("[+-]?0+", value) else _unread(name, value, f'time: invalid duration "{value}"')
    if length < 0:
        return f"--{name} cannot be negative"
    return f"--{name} cannot be less than 1ms" if 0 < length < _SHORTEST else None


def _cpus(value: str) -> str | None:
    if not re.fullmatch(_RATIONAL, value):
        return _unread("cpus", value, f"failed to parse {value} as a rational number")
    is_negative = value.startswith("-") and re.search(r"[1-9]", value)
    return "range of CPUs is from 0.01 to as many as the machine has" if is_negative else None


def _unread(name: str, value: str, reason: str) -> str:
    flag = "-m, --memory" if name == "memory" else f"--{name}"
    return f'invalid argument "{value}" for "{flag}" flag: {reason}'
