"""Docker: moby `daemon/pkg/oci/caps`, TweakCapabilities and NormalizeLegacyCapabilities; defaults.go there.

What its versions differ in is read at their tags: `oci/caps/utils.go` at v20.10.0, v20.10.27, v23.0.0 and v28.0.0.

Its client: docker/cli 28f7560 and docker/compose f729794 say which words lead to a command: `docker container run`
is `docker run`, `docker image build` and `docker builder build` are `docker buildx build`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.capabilities.strategy import Combined, Older, Strategy, read_entries, tweak
from dropcap.clients import Client, Command, basic_commands
from dropcap.model import Engine, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence


def combine(strategy: Strategy, adds: Sequence[str], drops: Sequence[str]) -> Combined:
    """Combine; a name that it does not know makes it refuse the container."""
    added, unknown_adds = read_entries(strategy, adds, dropped=False)
    dropped, unknown_drops = read_entries(strategy, drops, dropped=True)
    return Combined(tweak(strategy, added, dropped), (*unknown_adds, *unknown_drops))


STRATEGY = Strategy(
    title="Docker",
    program="docker",
    default=(
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "SETGID",
        "SETUID",
        "SETPCAP",
        "NET_BIND_SERVICE",
        "NET_RAW",
        "SYS_CHROOT",
        "MKNOD",
        "AUDIT_WRITE",
        "SETFCAP",
    ),
    combine=combine,
    attaches_to_host=True,
    oldest=(20, 10),
    # oci/caps/utils.go at v20.10.27: AUDIT_READ is the last that it knows, also of ALL and of privileged containers.
    older=(Older((23,), {"known": NAMES[: NAMES.index("AUDIT_READ") + 1]}),),
)
_BUILD = Command(Kind.BUILD, "docker build", "docker", "build", "build", Engine.DOCKER, 0)
_BAKE = Command(Kind.BUILD, "docker buildx bake", "docker", "bake", "build", Engine.DOCKER, 0)
CLIENT = Client(
    "docker",
    {"docker": "", "docker-compose": "compose", "docker.exe": ""},
    {
        **basic_commands("docker"),
        "service create": Command(
            Kind.CREATE, "docker service create", "docker", "service create", "service", Engine.SWARM
        ),
        "service update": Command(
            Kind.UPDATE, "docker service update", "docker", "service update", "service", Engine.SWARM
        ),
        "compose run": Command(Kind.RUN, "docker compose run", "docker", "compose run", "compose", Engine.DOCKER),
        "compose exec": Command(
            Kind.EXEC, "docker compose exec", "docker", "compose exec", "compose", Engine.DOCKER, 2
        ),
        **dict.fromkeys(("build", "image build", "builder build", "buildx build", "buildx b"), _BUILD),
        **dict.fromkeys(("bake", "buildx bake"), _BAKE),
    },
    {
        **dict.fromkeys(("container", "service", "image", "builder"), ""),
        "compose": "compose",
        "buildx": "buildx",
    },
)
