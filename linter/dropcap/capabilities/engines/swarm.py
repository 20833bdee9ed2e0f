"""Docker Swarm: Docker's ways, after its command line has tidied the lists: docker/cli `opts/capabilities.go`.

What it does not look at in a stack file: docker/cli cli/compose/types/types.go, UnsupportedProperties. A service that
is made on the command line has no option for these, but one for the host's network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.engines import docker
from dropcap.capabilities.names import ALL
from dropcap.capabilities.strategy import Combined, Strategy, read_entries, tweak

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_RESET = "RESET"


def combine(strategy: Strategy, adds: Sequence[str], drops: Sequence[str]) -> Combined:
    """Combine what is left of the lists once they are tidied."""
    sent_adds, sent_drops = swarm_lists(adds, drops)
    added, unknown_adds = read_entries(strategy, adds, dropped=False, sent=sent_adds)
    dropped, unknown_drops = read_entries(strategy, drops, dropped=True, sent=sent_drops)
    return Combined(tweak(strategy, added, dropped), (*unknown_adds, *unknown_drops))


def swarm_lists(adds: Iterable[str], drops: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tidy two lists as Swarm's command line does before it sends them: normalised and sorted.

    ALL takes the place of all others in its list; what is added is not dropped; RESET has no effect.
    """
    added = {STRATEGY.normalise(word) for word in adds}
    dropped = {STRATEGY.normalise(word) for word in drops}
    added = {ALL} if ALL in added else added
    dropped = ({ALL} if ALL in dropped else dropped) - added
    return tuple(sorted(added - {_RESET})), tuple(sorted(dropped - {_RESET}))


STRATEGY = docker.STRATEGY._replace(
    title="Swarm",
    combine=combine,
    trims=True,
    unprefixed=(_RESET,),
    ignored=frozenset(
        {"privileged", "security_opt", "pid", "ipc", "uts", "userns", "cgroup", "devices", "device_rules"}
    ),
    ignored_in_files=frozenset({"network_mode"}),
)
