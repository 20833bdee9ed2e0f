"""Values of a unit that Quadlet hands on as they are, and that `podman run` refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.docker_cli.flags import Option, RefusedError, is_option, read_word, table
from dropcap.docker_cli.podman_refusals import podman_refusal
from dropcap.lang.unitfile import to_word
from dropcap.lang.words import Word
from dropcap.model import Failure, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.carriers.quadlet.keys import Keys

# Of these the last counts, of those all count, each whole or each word by itself.
_SINGLE = {
    "CgroupsMode": "cgroups",
    "ContainerName": "name",
    "HealthOnFailure": "health-on-failure",
    "IP": "ip",
    "IP6": "ip6",
    "LogDriver": "log-driver",
    "Memory": "memory",
    "PidsLimit": "pids-limit",
    "Pull": "pull",
    "ShmSize": "shm-size",
    "StopSignal": "stop-signal",
    "StopTimeout": "stop-timeout",
    "UserNS": "userns",
}
_WHOLE = {
    "AddHost": "add-host",
    "DNS": "dns",
    "PublishPort": "publish",
    "Tmpfs": "tmpfs",
    "Ulimit": "ulimit",
    "Volume": "volume",
}
_SPLIT = {"AddDevice": "device", "GIDMap": "gidmap", "LogOpt": "log-opt", "Sysctl": "sysctl", "UIDMap": "uidmap"}
# Of these a comma parts several values, which are not judged.
_HAS_COMMAS = frozenset({"log-opt", "mount", "tmpfs", "volume"})
# Podman reads these where there is a command alone.
_OF_HEALTH = {
    "HealthInterval": "health-interval",
    "HealthRetries": "health-retries",
    "HealthStartPeriod": "health-start-period",
    "HealthTimeout": "health-timeout",
}


def refused_values(keys: Keys, mounts: Sequence[Word]) -> Iterator[Failure]:
    """Say which values Podman would refuse, each at its place; what systemd fills in may be anything.

    Args:
        keys: the keys of the container.
        mounts: the values of `Mount` that Quadlet itself does not refuse.

    """
    for option, word in (*_values(keys), *(("mount", mount) for mount in mounts)):
        is_known = word.unknown is None and "%" not in word.value
        wrong = podman_refusal(option, word.value) if is_known and word.value else None
        if wrong is not None:
            message = f"podman refuses this value: {wrong}"
            yield Failure(word.source.path, message, Level.ERROR, word.source, word.span)
    yield from _of_the_host(keys)


def _of_the_host(keys: Keys) -> Iterator[Failure]:
    """Say which kernel parameters the host's network keeps a container from setting."""
    networks = [word.value for word in keys.texts("Network")]
    if networks != ["host"] or keys.last("Pod") is not None or keys.all("PodmanArgs"):
        return
    for word in keys.words("Sysctl"):
        if word.unknown is None and word.value.startswith("net."):
            name = word.value.partition("=")[0]
            message = f"podman refuses this value: sysctl {name} can't be set since Network Namespace set to host"
            yield Failure(word.source.path, message, Level.ERROR, word.source, word.span)


def _values(keys: Keys) -> Iterator[tuple[str, Word]]:
    command = keys.last("HealthCmd")
    of_health = _OF_HEALTH if command is not None and command.value not in {"", "none"} else {}
    for key, option in {**_SINGLE, **of_health}.items():
        found = keys.last(key)
        if found is not None:
            yield option, to_word(found.value, found.source, found.span)
    for key, option in _WHOLE.items():
        for word in keys.texts(key):
            yield option, word
    for key, option in _SPLIT.items():
        for word in keys.words(key):
            yield option, word._replace(value=word.value.removeprefix("-")) if key == "AddDevice" else word
    yield from _of_arguments(keys.words("PodmanArgs", is_command=True))


def _of_arguments(words: list[Word]) -> Iterator[tuple[str, Word]]:
    """Return the values of the options that are handed on to Podman as they are."""
    known, index = table("podman", "run"), 0
    while index < len(words) and is_option(words[index]) and words[index].value != "--":
        try:
            options, index = read_word(words, index, known)
        except RefusedError:
            return  # told where the whole is read
        for option in options:
            if not isinstance(option, Option):
                return
            if option.value is None or not option.value.is_known:
                continue
            name, text = option.flag.name, option.value.text
            if not name.startswith("health-") and ("," not in text or name in _HAS_COMMAS):
                yield name, Word(text, option.value.word.source, option.value.span)
