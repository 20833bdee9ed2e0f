"""nerdctl: `pkg/cmd/container/run_security_linux.go`, generateCapOpts; containerd's pkg/oci/spec.go has Docker's 14."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.engines import docker
from dropcap.capabilities.names import ALL, NAMES
from dropcap.capabilities.strategy import Combined, Strategy, read_entries
from dropcap.clients import Client, Command, basic_commands
from dropcap.model import Engine, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence


def combine(strategy: Strategy, adds: Sequence[str], drops: Sequence[str]) -> Combined:
    """Clear for a drop of ALL, add, then drop by name; names that it does not know are not there."""
    added, _ = read_entries(strategy, adds, dropped=False)
    dropped, _ = read_entries(strategy, drops, dropped=True)
    if ALL in added:
        granted: dict[str, int | None] = dict.fromkeys(NAMES, added[ALL])
    else:
        granted = {} if ALL in dropped else dict.fromkeys(strategy.default)
        for name, index in added.items():
            granted.setdefault(name, index)
    if ALL not in dropped:
        granted = {name: index for name, index in granted.items() if name not in dropped}
    return Combined(granted, ())


STRATEGY = Strategy(
    title="nerdctl",
    program="nerdctl",
    default=docker.STRATEGY.default,
    combine=combine,
    refuses_unknown=False,
    unprefixed=("",),
    separators="=",
    gains_if_privileged=True,  # privilegedOpts in run_security_linux.go
)
_BUILD = Command(Kind.BUILD, "nerdctl build", "nerdctl", "build", "build", Engine.NERDCTL, 0)
CLIENT = Client(
    "nerdctl",
    {"nerdctl": "", "nerdctl.lima": ""},
    {
        **basic_commands("nerdctl"),
        "compose run": Command(Kind.RUN, "nerdctl compose run", "nerdctl", "compose run", "compose", Engine.NERDCTL),
        "compose exec": Command(
            Kind.EXEC, "nerdctl compose exec", "nerdctl", "compose exec", "compose", Engine.NERDCTL, 2
        ),
        **dict.fromkeys(("build", "builder build", "image build"), _BUILD),
    },
    {**dict.fromkeys(("container", "image", "builder"), ""), "compose": "compose"},
)
