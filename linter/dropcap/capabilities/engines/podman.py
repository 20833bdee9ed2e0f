"""Podman: containers/common `pkg/capabilities`, MergeCapabilities; the default set from `pkg/config/default.go`.

What becomes ambient: podman pkg/specgen/generate/security_linux.go. `podman compose` hands its words on to
`podman-compose` or to Docker Compose: podman cmd/podman/compose.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.engines import docker
from dropcap.capabilities.names import ALL, NAMES
from dropcap.capabilities.strategy import Combined, Older, Refused, Strategy, read_entries, tweak
from dropcap.clients import Client, Command, basic_commands
from dropcap.model import Engine, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def combine(strategy: Strategy, adds: Sequence[str], drops: Sequence[str]) -> Combined:
    """Combine as Docker does, once it has refused what it refuses."""
    added, unknown_adds = read_entries(strategy, adds, dropped=False)
    dropped, unknown_drops = read_entries(strategy, drops, dropped=True)
    conflicts = tuple(_conflicts(added, dropped))
    refused_adds = {refusal.at for refusal in conflicts}
    added = {name: index for name, index in added.items() if index not in refused_adds}
    return Combined(tweak(strategy, added, dropped), (*unknown_drops, *unknown_adds, *conflicts))


def _combine_of_3_1(strategy: Strategy, adds: Sequence[str], drops: Sequence[str]) -> Combined:
    """Combine as before 3.2: a drop of ALL leaves what is added by name, an addition of ALL knows no drops."""
    added, unknown_adds = read_entries(strategy, adds, dropped=False)
    dropped, unknown_drops = read_entries(strategy, drops, dropped=True)
    unknown = (*unknown_drops, *unknown_adds)
    if ALL in dropped:
        return Combined({name: index for name, index in added.items() if name != ALL}, unknown)
    if ALL in added:
        return Combined(dict.fromkeys(strategy.known, added[ALL]), unknown)
    return combine(strategy, adds, drops)


def _combine_of_3_0(strategy: Strategy, adds: Sequence[str], drops: Sequence[str]) -> Combined:
    """Combine as 3.1 does, but for ALL beside a drop of ALL: that word gets to the runtime, which knows it not."""
    combined = _combine_of_3_1(strategy, adds, drops)
    added, _ = read_entries(strategy, adds, dropped=False)
    dropped, _ = read_entries(strategy, drops, dropped=True)
    if ALL not in added or ALL not in dropped:
        return combined
    refusal = Refused("the runtime knows no capability ALL", dropped=False, at=added[ALL])
    return combined._replace(refused=(*combined.refused, refusal))


def _conflicts(added: Mapping[str, int], dropped: Mapping[str, int]) -> Iterator[Refused]:
    """Find what it does not accept: the addition is refused, and the drop counts."""
    if ALL in dropped:
        if ALL in added:
            yield Refused("adding all caps and removing all caps not allowed", dropped=False, at=added[ALL])
        return
    if ALL in added:
        return
    for name in sorted(added.keys() & dropped.keys()):
        message = f'capability "CAP_{name}" cannot be dropped and added'
        yield Refused(message, dropped=False, at=added[name])


# Three fewer than Docker: by the containers.conf that is shipped with versions before 4.4, since then by itself.
_DEFAULT = tuple(name for name in docker.STRATEGY.default if name not in {"NET_RAW", "MKNOD", "AUDIT_WRITE"})
STRATEGY = Strategy(
    title="Podman",
    program="podman",
    default=_DEFAULT,
    combine=combine,
    unknown="{name}: unknown capability",
    makes_ambient=True,
    heeds_label=True,
    maps_user=True,
    limits_processes=True,  # 2048: containers/common pkg/config/default.go, DefaultPidsLimit
    oldest=(3,),
    # Tags of containers/podman, each with the containers/common that it has: pkg/specgen/generate/security.go,
    # pkg/capabilities/capabilities.go, pkg/config/default.go and containers.conf.
    older=(
        Older((4, 7), {"empties_by_label": False}),
        Older((4, 4, 3), {"default": tuple(name for name in _DEFAULT if name != "SYS_CHROOT")}),
        Older((4, 4), {"default": _DEFAULT}),
        Older((3, 2), {"combine": _combine_of_3_1}),
        Older((3, 1), {"combine": _combine_of_3_0, "known": NAMES[: NAMES.index("AUDIT_READ") + 1]}),
    ),
)


def _buildah(table: str) -> Command:
    """Return a command of Buildah, whose steps run in a container as those of `podman build` do."""
    return Command(Kind.BUILD, f"buildah {table}", "podman", f"buildah {table}", "podman build", Engine.PODMAN, 0)


# The words that lead to each command, and its table.
_BUILDAH = {"bud": "build", "build": "build", "build-using-dockerfile": "build", "from": "from", "run": "run"}
_BUILD = Command(Kind.BUILD, "podman build", "podman", "build", "podman build", Engine.PODMAN, 0)
CLIENT = Client(
    "podman",
    {"podman": "", "podman-remote": "", "podman-compose": "compose", "buildah": "buildah"},
    {
        **basic_commands("podman", least_of_exec=0),  # `exec --latest` needs no word behind it
        **dict.fromkeys(("build", "image build", "buildx build"), _BUILD),
        **{f"buildah {verb}": _buildah(table) for verb, table in _BUILDAH.items()},
        "compose run": Command(Kind.RUN, "podman compose run", "podman", "compose run", "compose", Engine.PODMAN),
        "compose exec": Command(Kind.EXEC, "podman compose exec", "podman", "compose exec", "compose", Engine.PODMAN),
        "pod create": Command(Kind.POD, "podman pod create", "podman", "pod create", "podman", Engine.PODMAN, 0),
    },
    {**dict.fromkeys(("container", "pod", "image", "buildx"), ""), "compose": "compose"},
)
