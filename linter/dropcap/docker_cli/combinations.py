"""Options of one command line that Docker's client or its engine refuses together, though it takes each.

docker/cli 28f7560 cli/command/container/opts.go (parse, parseNetworkOpts, parseLoggingOpts); moby b985e23
daemon/internal/runconfig/hostconfig.go and hostconfig_unix.go, daemon/daemon_unix.go
(verifyPlatformContainerResources), daemon/logger/jsonfilelog/jsonfilelog.go and daemon/logger/local/local.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.docker_cli import flag_values
from dropcap.docker_cli.engine_refusals import MESSAGES_OF_CONTAINER_NETWORK
from dropcap.docker_cli.flags import RefusedError
from dropcap.docker_cli.quantities import memory_refusals, size_in_bytes
from dropcap.docker_cli.start_refusals import OF_ALL_DRIVERS, OF_DRIVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.docker_cli.flags import Part
    from dropcap.docker_cli.run_options import Reading

_CONTAINER = "container:"
_OWN_NETWORKS = frozenset(("default", "bridge", "host", "none"))
_HEALTH = ("cmd", "interval", "timeout", "start-period", "retries", "start-interval")
_TAKE_OUT = "take out one of the two"


def check_combinations(reading: Reading) -> None:
    """Note the first options that cannot be given together, where all that decides it is known."""
    if reading.reader != "docker" or reading.is_shifted:
        return
    for find in (_restart, _health, _networks, _joined, _host_names, _memory, _processors, _logging):
        found = next(find(reading), None)
        if found is not None:
            reading.refused.append(found)
            return


def _known(reading: Reading, name: str) -> Part | None:
    """Return the value of an option; None where it is not given, empty, or not known."""
    option = reading.options.get(name)
    value = None if option is None else option.value
    return value if value is not None and value.is_known and value.text else None


def _text(reading: Reading, name: str) -> str:
    value = _known(reading, name)
    return "" if value is None else value.text


def _restart(reading: Reading) -> Iterator[RefusedError]:
    policy = _known(reading, "restart")
    if policy is not None and policy.text.partition(":")[0] != "no" and reading.is_true("rm"):
        message = "conflicting options: cannot specify both --restart and --rm"
        yield RefusedError(policy.word, message, _TAKE_OUT)


def _health(reading: Reading) -> Iterator[RefusedError]:
    for name in _HEALTH if reading.is_true("no-healthcheck") else ():
        value = _known(reading, f"health-{name}")
        if value is not None and value.text.strip("+-0smhnuµ."):
            yield RefusedError(value.word, "--no-healthcheck conflicts with --health-* options", _TAKE_OUT)


def _networks(reading: Reading) -> Iterator[RefusedError]:
    parts = [flag_values.network(one) for one in reading.values.get("network", ())]
    if not all(one.is_known for one in parts):
        return
    names = [one.text for one in parts]
    for number, (part, name) in enumerate(zip(parts, names, strict=True)):
        if name in names[:number]:
            yield RefusedError(part.word, f'network "{name}" is specified multiple times', "name it once")
        elif _is_own(name) != _is_own(names[0]):
            message = "conflicting options: cannot attach both user-defined and non-user-defined network-modes"
            yield RefusedError(part.word, message, _TAKE_OUT)


def _is_own(name: str) -> bool:
    """Whether a network is one that the engine has by itself."""
    return name in _OWN_NETWORKS or name.startswith(_CONTAINER)


def _joined(reading: Reading) -> Iterator[RefusedError]:
    """Give what a container cannot have that joins the network of another one, or of the host."""
    network = next(iter(reading.values.get("network", ())), None)
    mode = "" if network is None else flag_values.network(network).text[: max(0, network.known_length)]
    if mode == "host" and network is not None and network.is_known and (link := _known(reading, "link")):
        message = "conflicting options: host type networking can't be used with links"
        yield RefusedError(link.word, message, _TAKE_OUT)
    if not mode.startswith(_CONTAINER):
        return
    for name, message in MESSAGES_OF_CONTAINER_NETWORK.items():
        value = _known(reading, name)
        if value is not None:
            yield RefusedError(value.word, message, _TAKE_OUT)
    if reading.is_true("publish-all"):
        message = MESSAGES_OF_CONTAINER_NETWORK["publish"]
        yield RefusedError(reading.options["publish-all"].word, message, _TAKE_OUT)


def _host_names(reading: Reading) -> Iterator[RefusedError]:
    name = _known(reading, "hostname")
    if name is not None and _text(reading, "uts") == "host":
        yield RefusedError(name.word, "conflicting options: hostname and the UTS mode", _TAKE_OUT)


def _memory(reading: Reading) -> Iterator[RefusedError]:
    memory = size_in_bytes(_text(reading, "memory"))
    if memory is None and "memory" in reading.options:
        return
    more, less = (size_in_bytes(_text(reading, name)) or 0 for name in ("memory-swap", "memory-reservation"))
    for name, message, hint in memory_refusals(memory or 0, more, less):
        yield RefusedError(reading.options[name].word, message, hint)


def _processors(reading: Reading) -> Iterator[RefusedError]:
    if not _is_more_than_none(_text(reading, "cpus")):
        return
    for name, title in (("cpu-period", "CPU Period"), ("cpu-quota", "CPU Quota")):
        value = _known(reading, name)
        if value is not None and _is_more_than_none(value.text):
            message = f"Conflicting options: Nano CPUs and {title} cannot both be set"
            yield RefusedError(value.word, message, _TAKE_OUT)


def _is_more_than_none(text: str) -> bool:
    """Whether a number that the client takes is more than zero, as its digits say."""
    return not text.startswith("-") and not {*"123456789"}.isdisjoint(text.partition("e")[0])


def _logging(reading: Reading) -> Iterator[RefusedError]:
    driver = _text(reading, "log-driver")
    for part in reading.values.get("log-opt", ()):
        if driver == "none" and part.is_known:
            yield RefusedError(part.word, "invalid logging opts for driver none", _TAKE_OUT)
        key, equals, _ = part.text[: part.known_length].partition("=")
        is_known = bool(equals) or part.is_known
        names = OF_DRIVER.get(driver)
        if names is None or not is_known or key in names | OF_ALL_DRIVERS or key.startswith("cache-"):
            continue
        message = f"unknown log opt '{key}' for {driver} log driver"
        yield RefusedError(part.word, message, f"it knows {', '.join(sorted(names))}")
