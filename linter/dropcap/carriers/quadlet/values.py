"""Values of a unit that Quadlet hands on as they are, and that `podman run` refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.docker_cli.podman_refusals import podman_refusal
from dropcap.lang.unitfile import to_word
from dropcap.model import Failure, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.quadlet.keys import Keys
    from dropcap.lang.words import Word

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
_SPLIT = {"AddDevice": "device", "Sysctl": "sysctl"}
# Podman reads these where there is a command alone.
_OF_HEALTH = {
    "HealthInterval": "health-interval",
    "HealthRetries": "health-retries",
    "HealthStartPeriod": "health-start-period",
    "HealthTimeout": "health-timeout",
}


def refused_values(keys: Keys) -> Iterator[Failure]:
    """Say which values Podman would refuse, each at its place; what systemd fills in may be anything."""
    for option, word in _values(keys):
        is_known = word.unknown is None and "%" not in word.value
        wrong = podman_refusal(option, word.value) if is_known and word.value else None
        if wrong is not None:
            message = f"podman refuses what this makes: {wrong}"
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
