"""Where in a line the command of a container client stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.clients import programs
from dropcap.docker_cli.flags import Option, RefusedError, is_option, read_word, table
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.clients import Command
    from dropcap.lang.words import Word

_OPTION_LIKE = re.compile("ARG|FLAG|OPT|PARAM", re.IGNORECASE)


class Found(NamedTuple):
    """A command, and the index of the word that ends its name."""

    command: Command
    at: int


_STARTS = frozenset({"run", "create"})
# What the options of a service are called for a container; an empty name says nothing of it.
_OF_SERVICE = {
    "container-label": "label",
    "container-label-add": "label",
    "label": "",
    "group": "group-add",
    "limit-cpu": "cpus",
    "limit-memory": "memory",
    "limit-pids": "pids-limit",
    "mount-add": "mount",
    "network-add": "network",
    "publish-add": "publish",
    "sysctl-add": "sysctl",
}
_OF_BUILD = frozenset({"allow", "network", "help"})
# Podman's builds have what its runs have of the container in which a step runs.
_OF_PODMAN_BUILD = frozenset(
    {"cap-add", "cap-drop", "device", "help", "ipc", "network", "pid", "security-opt", "userns", "uts", "volume"}
)


def find_command(words: Sequence[Word]) -> Found | None:
    """Find the command in a line that begins with its program; None where it is none that is read here.

    Raises:
        RefusedError: the client refuses an option before the command's name, and would have started something.

    """
    if not words or words[0].unknown is not None:
        return None
    program = words[0].value.rpartition("/")[2]
    client = programs().get(program)
    if client is None:
        return None
    group = client.programs[program]
    index = _behind_options(words, 1, client.name, group or "global")
    if index is None:
        return None
    word = _known(words, index)
    if not group and word in client.groups:
        group = word
        index = _behind_options(words, index + 1, client.name, client.groups[group])
        if index is None:
            return None
        word = _known(words, index)
    command = client.commands.get(f"{group} {word}".strip())
    return None if command is None else Found(command, index)


def meaning(reader: str, name: str) -> str:
    """Give the name that an option of another command has for `run`; an empty one where it has none."""
    if reader == "service":
        return _OF_SERVICE.get(name, name)
    known = {"build": _OF_BUILD, "podman build": _OF_PODMAN_BUILD}.get(reader)
    return name if known is None or name in known else ""


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
