"""Which resource limits of a container are so high that nothing below them needs a capability.

Sources: Linux `mm/mlock.c` (`can_do_mlock`, `do_mlock`: RLIMIT_MEMLOCK or CAP_IPC_LOCK), `kernel/sys.c`
(`can_nice`: RLIMIT_NICE or CAP_SYS_NICE; `do_prlimit`: up to the hard limit without CAP_SYS_RESOURCE) and
`kernel/sched/syscalls.c` (`user_check_sched_setscheduler`: RLIMIT_RTPRIO or CAP_SYS_NICE).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropcap.model import Container

__all__ = ["LIMITS", "full_limits"]

LIMITS = {"memlock": -1, "nice": 40, "rtprio": 99}
"""The limits that are known here, and the value at which each permits everything; any may be -1, which is no limit."""
_OPTION = "ulimit"
_LONGEST = 20


def full_limits(container: Container) -> frozenset[str]:
    """Return the names of the limits that permit a container everything, by `--ulimit` or `ulimits`.

    Of a limit that is written twice the last one counts. The soft one decides; a single number is both.
    """
    if not container.limits or container.may_be_set("limits"):
        return frozenset()
    values: dict[str, str] = {}
    for entry in container.limits:
        option, _, text = entry.value.partition("=")
        if option == _OPTION:
            if not text:
                return frozenset()  # it may be any of them
            name, _, value = text.partition("=")
            values[name] = value.partition(":")[0]
    return frozenset(name for name, value in values.items() if name in LIMITS and _is_full(value, LIMITS[name]))


def _is_full(value: str, full: int) -> bool:
    if value == "-1":
        return True
    return full > 0 and value.isdecimal() and len(value) <= _LONGEST and int(value) >= full
