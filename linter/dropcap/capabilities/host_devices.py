"""What devices of the host give to a container, by their paths and by their numbers: host_devices.toml."""

from __future__ import annotations

import posixpath
from functools import cache
from typing import TYPE_CHECKING

from dropcap.capabilities.facts import tables
from dropcap.model import Severity
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class HostDevice(NamedTuple):
    """What a device, or some devices, give as far as they can be opened.

    Attributes:
        severity: how grave that is.
        gives: what a process can do by it, after "it can".
        needs: a capability without which it cannot be opened; empty where there is none.

    """

    severity: Severity
    gives: str
    needs: str


def host_device(text: str) -> HostDevice | None:
    """Return what an entry of `devices` gives: `/dev/sda`, `/dev/sda:/dev/xvda:r`; None where that is harmless."""
    path, modes = _parts(text)
    if not path.startswith("/dev"):
        return None
    from fnmatch import fnmatchcase  # few containers have a device

    plain = posixpath.normpath(path)
    for name, table in tables("host_devices.toml").items():
        if any(fnmatchcase(plain, pattern) for pattern in table["patterns"]):
            return _given(name, modes)
    return None


def opened_devices(rule: str) -> HostDevice | None:
    """Return what a rule of the device control group opens, by the gravest of that: `b 8:* rwm`.

    None where it is harmless, or no such rule. To make a node alone (`m`) opens nothing.
    """
    kind, _, rest = rule.partition(" ")
    place, _, modes = rest.partition(" ")
    major, _, minor = place.partition(":")
    if kind not in {"a", "b", "c"} or not major or not minor:
        return None
    if kind == "a":
        return _given("all", "rwm")  # runc takes it for all that there is, whatever the numbers and modes
    if kind == "b" and major == "*":
        return _given("all", modes)
    found = [
        _given(name, modes) for name, known in _numbers() if any(_meets((kind, major, minor), one) for one in known)
    ]
    known = [one for one in found if one is not None]
    # Of those that are equally grave the one counts that nothing else stands before.
    return max(known, key=lambda one: (one.severity, not one.needs), default=None)


def _parts(text: str) -> tuple[str, str]:
    """Part an entry into the path outside and the modes: docker/cli cli/command/container/opts.go, parseLinuxDevice."""
    path, *more = text.split(":")
    if len(more) == 1 and more[0] and set(more[0]) <= set("rwm"):
        return path, more[0]
    return path, more[1] if len(more) > 1 else "rwm"


def _given(name: str, modes: str) -> HostDevice | None:
    table: Mapping[str, str | tuple[str, ...]] = tables("host_devices.toml")[name]
    needs = str(table["needs"])
    if "w" in modes:
        return HostDevice(Severity[str(table["severity"]).upper()], str(table["gives"]), needs)
    if "r" not in modes or "readable" not in table:
        return None
    return HostDevice(Severity[str(table["readable"]).upper()], f"read {table['reads']}", needs)


@cache
def _numbers() -> tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]:
    """Give the devices' numbers, parted."""
    return tuple(
        (name, tuple((one[0], *one[2:].split(":")) for one in table["numbers"]))  # type: ignore[misc]  # two by form
        for name, table in tables("host_devices.toml").items()
    )


def _meets(rule: tuple[str, str, str], device: tuple[str, str, str]) -> bool:
    """Whether a rule opens a device of these numbers, or one of them."""
    pairs = zip(rule[1:], device[1:], strict=True)
    return rule[0] == device[0] and all("*" in {one, other} or one == other for one, other in pairs)
