"""What Podman and nerdctl refuse of the security options, ports, devices and mounts of a command line.

Podman's words are those of :mod:`dropcap.docker_cli.podman_refusals`. nerdctl warns of a security option that it does
not know, and goes on: 8da5040 pkg/cmd/container/run_security_linux.go, pkg/maputil, pkg/portutil.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import BOOLEANS
from dropcap.capabilities.strategy import quoted
from dropcap.docker_cli import engine_refusals, podman_refusals

if TYPE_CHECKING:
    from collections.abc import Callable

_DRIVE = r"(?:^|[:=])[A-Za-z]:[\\/]"
# What an editor or systemd fills in.
_FILLED_IN = r"\$\{|%"
_OF_PODMAN = frozenset({"device", "mount", "publish", "security-opt", "tmpfs", "volume"})


def client_refusal(program: str, name: str, value: str) -> str | None:
    """Say how a client other than Docker's refuses the value of an option by its long name, or None."""
    if not value or re.search(_FILLED_IN, value):
        return None
    if program == "nerdctl":
        judge = _OF_NERDCTL.get(name)
        return None if judge is None else judge(value)
    if program != "podman" or name not in _OF_PODMAN or re.search(_DRIVE, value):
        return None
    # The shell has made a path whole that begins with a tilde.
    return podman_refusals.podman_refusal(name, f"/{value}" if name == "volume" and value.startswith("~") else value)


def _option_of_nerdctl(value: str) -> str | None:
    key, _, written = value.partition("=")
    if key != "no-new-privileges" or not written or written in BOOLEANS:
        return None
    return f"strconv.ParseBool: parsing {quoted(written)}: invalid syntax"


_OF_NERDCTL: dict[str, Callable[[str], str | None]] = {
    "publish": engine_refusals.port,
    "security-opt": _option_of_nerdctl,
}
