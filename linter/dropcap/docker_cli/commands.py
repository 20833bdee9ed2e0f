"""Which commands of the container clients are read, and where in a line each one stands.

docker/cli 28f7560 and docker/compose f729794 say which words lead to a command: `docker container run` is
`docker run`, `docker image build` and `docker builder build` are `docker buildx build`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.docker_cli.flags import Option, RefusedError, is_option, read_word, table
from dropcap.model import Engine, Kind
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.words import Word

VERBS = ("run", "create", "exec", "update", "build", "b", "bake")
"""The words that end a command which is read here; a text without any of them has no such line."""

_OPTION_LIKE = re.compile("ARG|FLAG|OPT|PARAM", re.IGNORECASE)


class Command(NamedTuple):
    """A command of a client.

    Attributes:
        kind: what it makes.
        title: how its client names it: `docker compose run`.
        client: whose tables know its options: `docker`, `podman` or `nerdctl`.
        table: the name of its table.
        reader: how the values of its options are to be understood: as its client's `run` understands them, or
            as `service` and `compose` do.
        engine: who combines the capabilities.
        least: how many words have to follow the options.

    """

    kind: Kind
    title: str
    client: str
    table: str
    reader: str
    engine: Engine
    least: int = 1


class Found(NamedTuple):
    """A command, and the index of the word that ends its name."""

    command: Command
    at: int


_ENGINES = {"docker": Engine.DOCKER, "podman": Engine.PODMAN, "nerdctl": Engine.NERDCTL}
PROGRAMS = {
    **{client: client for client in _ENGINES},
    "docker-compose": "docker",
    "docker.exe": "docker",
    "nerdctl.lima": "nerdctl",
    "podman-remote": "podman",
}
"""The clients' programs, each with the client whose commands it knows."""

_KINDS = {"run": Kind.RUN, "create": Kind.CREATE, "exec": Kind.EXEC}


def _plain(client: str) -> dict[str, Command]:
    """Give the commands that all clients have; Podman's `exec --latest` needs no word behind it."""
    found = {}
    for verb, kind in _KINDS.items():
        least = 0 if (client, verb) == ("podman", "exec") else 1
        command = Command(kind, f"{client} {verb}", client, verb, client, _ENGINES[client], least)
        found[verb] = found[f"container {verb}"] = command
    return found


_COMMANDS = {client: _plain(client) for client in _ENGINES}
_COMMANDS["docker"].update(
    {
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
        **dict.fromkeys(
            ("build", "image build", "builder build", "buildx build", "buildx b"),
            Command(Kind.BUILD, "docker build", "docker", "build", "build", Engine.DOCKER, 0),
        ),
        **dict.fromkeys(
            ("bake", "buildx bake"),
            Command(Kind.BUILD, "docker buildx bake", "docker", "bake", "build", Engine.DOCKER, 0),
        ),
    }
)
_COMMANDS["nerdctl"].update(
    {
        "compose exec": Command(
            Kind.EXEC, "nerdctl compose exec", "nerdctl", "compose exec", "compose", Engine.NERDCTL, 2
        ),
        **dict.fromkeys(
            ("build", "builder build", "image build"),
            Command(Kind.BUILD, "nerdctl build", "nerdctl", "build", "build", Engine.NERDCTL, 0),
        ),
    }
)
_COMMANDS["podman"]["pod create"] = Command(
    Kind.POD, "podman pod create", "podman", "pod create", "podman", Engine.PODMAN, 0
)
# The words that stand before another one, and the table of the options between the two.
_GROUPS = {
    "docker": {
        **dict.fromkeys(("container", "service", "image", "builder"), ""),
        "compose": "compose",
        "buildx": "buildx",
    },
    "podman": {"container": "", "pod": ""},
    "nerdctl": {**dict.fromkeys(("container", "image", "builder"), ""), "compose": "compose"},
}
_STARTS = frozenset({"run", "create"})
# What the options of a service are called for a container; an empty name says nothing of it.
_OF_SERVICE = {
    "container-label": "label",
    "container-label-add": "label",
    "label": "",
    "group": "group-add",
    "mount-add": "mount",
    "network-add": "network",
    "publish-add": "publish",
    "sysctl-add": "sysctl",
}
_OF_BUILD = frozenset({"allow", "network", "help"})


def find_command(words: Sequence[Word]) -> Found | None:
    """Find the command in a line that begins with its program; None where it is none that is read here.

    Raises:
        RefusedError: the client refuses an option before the command's name, and would have started something.

    """
    if not words or words[0].unknown is not None:
        return None
    program = words[0].value.rpartition("/")[2]
    client = PROGRAMS.get(program)
    if client is None:
        return None
    group = "compose" if program == "docker-compose" else ""
    index = _behind_options(words, 1, client, group or "global")
    if index is None:
        return None
    word = _known(words, index)
    if not group and word in _GROUPS[client]:
        group = word
        index = _behind_options(words, index + 1, client, _GROUPS[client][group])
        if index is None:
            return None
        word = _known(words, index)
    command = _COMMANDS[client].get(f"{group} {word}".strip())
    return None if command is None else Found(command, index)


def meaning(reader: str, name: str) -> str:
    """Give the name that an option of another command has for `run`; an empty one where it has none."""
    if reader == "service":
        return _OF_SERVICE.get(name, name)
    return name if reader != "build" or name in _OF_BUILD else ""


def _known(words: Sequence[Word], index: int) -> str:
    return words[index].value if index < len(words) and words[index].unknown is None else ""


def _behind_options(words: Sequence[Word], start: int, client: str, name: str) -> int | None:
    """Give the index of the first word that is no option; None where the line only asks for help."""
    index = start
    while name and index < len(words):
        word = words[index]
        if word.value == word.unknown and word.splits and _OPTION_LIKE.search(word.unknown):
            index += 1  # `docker $DOCKER_OPTS run`
            continue
        if not is_option(word):
            break
        if word.value == "--":
            return index + 1
        try:
            found, index = read_word(words, index, table(client, name))
        except RefusedError:
            # What it refuses concerns containers only if it would have started one.
            if any(later.unknown is None and later.value in _STARTS for later in words[index:]):
                raise
            return None
        if any(isinstance(one, Option) and one.flag.name in {"help", "version"} and one.is_true for one in found):
            return None
    return index
