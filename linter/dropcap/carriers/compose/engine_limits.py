"""What Docker's engine refuses of the limits of a service: memory, processors, resources, spans of time.

Sources: docker/compose f729794 `pkg/compose/create.go` (getDeployResources); moby b985e23 `daemon/daemon_unix.go`
(verifyPlatformContainerResources) and `daemon/container.go` (validateHealthCheck). What depends on the machine, as how
many processors there are, is not looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import child, entries, known_scalar
from dropcap.carriers.compose.quantities import nanoseconds, signed_size_in_bytes, size_in_bytes
from dropcap.carriers.compose.service_values import texts, value_of
from dropcap.docker_cli import quantities
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dropcap.carriers.compose.service_values import Check, Service, Wrong
    from dropcap.lang.yaml import Value

_SPANS = ("interval", "timeout", "start_period", "start_interval")
_LEAST_SPAN = 1_000_000  # a millisecond


class _Amount(NamedTuple):
    """An amount of a service: where it stands and which it is; zero where it has none, None where nobody knows."""

    value: Value | None
    path: str
    number: float | None


def _amount(found: Service, key: str, group: str, name: str, read: Callable[[str], float | None]) -> _Amount:
    """Return what a service sets by itself or, which is stronger, under `deploy.resources`."""
    resources = child(value_of(found, "deploy"), "resources")
    other = child(child(resources, group), name) if group else None
    for value, path in ((other, f"deploy.resources.{group}.{name}"), (value_of(found, key), key)):
        if value is None:
            continue
        text = known_scalar(value)
        number = None if text is None else read(text)
        if number is None or number:
            return _Amount(value, path, number)
    return _Amount(None, key, 0)


def _size(text: str) -> float | None:
    number = size_in_bytes(text)
    return signed_size_in_bytes(text) if number is None else number


def _decimal(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _memory(found: Service) -> Iterator[Wrong]:
    limit = _amount(found, "mem_limit", "limits", "memory", _size)
    reserved = _amount(found, "mem_reservation", "reservations", "memory", _size)
    swap = _amount(found, "memswap_limit", "", "", _size)
    for amount, what in ((limit, "limit"), (reserved, "reservation")):
        is_less = amount.number is not None and amount.number < quantities.LEAST_MEMORY and amount.number != 0
        if amount.value is not None and is_less and (what == "limit" or (amount.number or 0) > 0):
            yield amount.value, amount.path, f"Minimum memory {what} allowed is 6MB"
            return
    if limit.number is None:
        return
    amounts = {"memory-swap": swap, "memory-reservation": reserved}
    for name, message, hint in quantities.memory_refusals(limit.number, swap.number or 0, reserved.number or 0):
        where = amounts[name]
        if where.value is not None:
            yield where.value, where.path, f"{message}; {hint}"


def _shared_memory(found: Service) -> Iterator[Wrong]:
    size = _amount(found, "shm_size", "", "", _size)
    if size.value is not None and (size.number or 0) < 0:
        yield size.value, size.path, "SHM size can not be less than 0"


def _processors(found: Service) -> Iterator[Wrong]:
    cpus = _amount(found, "cpus", "limits", "cpus", _decimal)
    period, quota, shares = (_amount(found, key, "", "", _decimal) for key in ("cpu_period", "cpu_quota", "cpu_shares"))
    if cpus.value is not None and (cpus.number or 0) < 0:
        yield cpus.value, cpus.path, "range of CPUs is from 0.01 to as many as the machine has"
    for amount, title in ((period, "CPU Period"), (quota, "CPU Quota")):
        if amount.value is not None and (cpus.number or 0) > 0 and (amount.number or 0) > 0:
            yield amount.value, amount.path, f"Conflicting options: Nano CPUs and {title} cannot both be set"
            return
    for amount, name in ((period, "cpu-period"), (quota, "cpu-quota")):
        wrong = quantities.quantity(name, f"{amount.number:.0f}") if amount.number else None
        if amount.value is not None and wrong is not None:
            yield amount.value, amount.path, wrong
    runtime, whole = (_amount(found, f"cpu_rt_{name}", "", "", _decimal) for name in ("runtime", "period"))
    if runtime.value is not None and (runtime.number or 0) > (whole.number or 0) > 0:
        yield runtime.value, runtime.path, "cpu real-time runtime cannot be higher than cpu real-time period"
    if shares.value is not None and (shares.number or 0) < 0:
        yield shares.value, shares.path, f"invalid CPU shares ({shares.number:.0f}): it must be positive"


def _processor_sets(found: Service) -> Iterator[Wrong]:
    if "cpuset" not in found:
        return
    from dropcap.docker_cli.value_refusals import value_refusal  # few services have one

    for value, text in texts(found, "cpuset"):
        if wrong := value_refusal("cpuset-cpus", text):
            yield value, "cpuset", wrong


def _health(found: Service) -> Iterator[Wrong]:
    health = entries(value_of(found, "healthcheck"))
    for key in _SPANS:
        text = known_scalar(value_of(health, key))
        span = None if text is None else nanoseconds(text)
        if span and span < _LEAST_SPAN:
            title = "".join(word.capitalize() for word in key.split("_"))
            yield health[key].value, f"healthcheck.{key}", f"{title} in Healthcheck cannot be less than 1ms"


def _limits(found: Service) -> Iterator[Wrong]:
    for name, entry in entries(value_of(found, "ulimits")).items():
        soft, hard = (known_scalar(child(entry.value, key)) for key in ("soft", "hard"))
        if soft is None or hard is None or not re.fullmatch("-?[0-9]{1,18} -?[0-9]{1,18}", f"{soft} {hard}"):
            continue
        # Less than none is more than all: the kernel's numbers have no sign.
        least, most = (int(one) % (1 << 64) for one in (soft, hard))
        if least > most:
            message = f"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}"
            yield entry.value, f"ulimits.{name}", message


LIMITS: tuple[Check, ...] = (
    (frozenset({"deploy", "mem_limit", "mem_reservation", "memswap_limit"}), _memory),
    (frozenset({"shm_size"}), _shared_memory),
    (frozenset({"cpu_period", "cpu_quota", "cpu_rt_runtime", "cpu_shares", "cpus", "deploy"}), _processors),
    (frozenset({"cpuset"}), _processor_sets),
    (frozenset({"healthcheck"}), _health),
    (frozenset({"ulimits"}), _limits),
)
