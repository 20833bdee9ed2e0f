"""Numbers, sizes and spans of time, written as Docker Compose writes them.

Sources: Go's `strconv` and `time`, docker/go-units `size.go`, xhit/go-str2duration `str2duration.go`.
"""

from __future__ import annotations

import re
import struct

_SIZE = r"([0-9.eE+]*[0-9.]) ?([^0-9. ]{0,3})"
_FACTORS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}
_LARGEST = (1 << 63) - 1

_PART = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h|d|w)"
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
_WHOLE_NUMBER = r"[+-]?[0-9]{1,19}"
_LONGEST = 64  # characters of a quantity that means something


def size_in_bytes(text: str) -> int | None:
    """Read `64m` or `1.5 GiB`; None where Compose refuses it."""
    match = re.fullmatch(_SIZE, text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    suffix = match[2].lower()
    factor = _FACTORS.get(suffix[:1])
    if factor is None or (suffix[1:] and (suffix[0] == "b" or suffix[1:] not in ("b", "ib"))):
        return None
    try:
        size = float(match[1]) * factor
    except ValueError:
        return None
    return int(size) if size <= _LARGEST else None


def signed_size_in_bytes(text: str) -> int | None:
    """Read a size as version 5 does, which takes `-1` too."""
    return int(text) if re.fullmatch(_WHOLE_NUMBER, text) else size_in_bytes(text)


def nanoseconds(text: str) -> int | None:
    """Read `1m30s`, or `2d` with the units that Go does not have; None where Compose refuses it."""
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    if unsigned == "0":
        return 0
    parts: list[tuple[str, str]] = re.findall(_PART, unsigned) if len(text) <= _LONGEST else []
    if not parts or "".join(map("".join, parts)) != unsigned:
        return None
    total = 0
    for number, unit in parts:
        whole, _, fraction = number.partition(".")
        total += int(whole or "0") * _UNITS[unit]
        if fraction:
            total += int(fraction) * _UNITS[unit] // 10 ** len(fraction)
    if total > _LARGEST:
        return None
    return -total if text.startswith("-") else total


def duration(count: int) -> str:
    """Write nanoseconds as Go does: `1m30s`, `1.5s`, `100ms`."""
    if not count:
        return "0s"
    sign, count = ("-", -count) if count < 0 else ("", count)
    for unit, one in (("ns", 1), ("µs", 1_000), ("ms", 1_000_000)):
        if count < one * 1_000:
            return f"{sign}{_fraction(count, one)}{unit}"
    minutes, rest = divmod(count, _UNITS["m"])
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_fraction(rest, _UNITS['s'])}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}"
    return f"{sign}{minutes}m{seconds}" if minutes else sign + seconds


def _fraction(count: int, one: int) -> str:
    whole, rest = divmod(count, one)
    if not rest:
        return str(whole)
    return f"{whole}.{rest:0{len(str(one)) - 1}d}".rstrip("0")


def single(value: float) -> float:
    """Round to single precision, and give the shortest decimal that stands for that number."""
    try:
        (rounded,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return value
    for digits in range(1, 10):
        short = float(f"{rounded:.{digits}g}")
        if struct.pack("f", short) == struct.pack("f", rounded):
            return short
    return value
