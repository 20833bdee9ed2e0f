"""The files below `/proc` of a process that a script names: those of another user's take more than root's rights."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.needs.model import Certainty, Demand, DemandKind

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LOOKS_INTO", "is_of_process", "of_kernel_file", "of_other_process"]

LOOKS_INTO = "looks into a process"

_OF_PROCESS = re.compile(
    r"/proc/(?!self/|thread-self/|1/|\$\$/|\$\{?BASHPID\}?/)(?P<which>[^/]*[$`*\d?][^/]*)/(?:task/[^/]+/)?(?P<file>\w+)"
)
_OWN = frozenset({"auxv", "environ", "fd", "fdinfo", "io", "map_files", "mem", "pagemap", "stack", "syscall"})
"""What only the process's user may open: modes 0400 and 0500."""
_TRACED = _OWN | {"cwd", "exe", "maps", "numa_maps", "ns", "root", "smaps"}


def is_of_process(text: str) -> bool:
    """Return whether a word names a file of a process that is not known: which it is decides nothing more."""
    return re.fullmatch(r"/proc/\$(?:!|\w+|\{\w+\})/\w+", text) is not None


def of_kernel_file(text: str) -> Iterator[Demand]:
    """Give what it takes to write a file of the kernel's that a word names: `/proc/self/oom_score_adj`.

    Source: fs/proc/base.c __set_oom_adj(): CAP_SYS_RESOURCE below the smallest so far.
    """
    if re.fullmatch(r"/proc/[^/]+/oom_(?:score_)?adj", text):
        yield Demand(
            DemandKind.KERNEL,
            "makes a process less likely to be killed where memory is short",
            capabilities=("SYS_RESOURCE",),
            certainty=Certainty.POSSIBLE,
            condition="what it writes is less than zero",
            source="fs/proc/base.c __set_oom_adj()",
        )


def of_other_process(text: str) -> Iterator[Demand]:
    """Give what it takes to look into a process, or into the kernel's log, where a word names such a file.

    Source: fs/proc/base.c, tgid_base_stuff[], proc_pid_readlink() and mm_access(); kernel/ptrace.c ptrace_may_access().
    """
    if text == "/proc/kmsg":
        source = "fs/proc/kmsg.c kmsg_open(), kernel/printk/printk.c check_syslog_permissions()"
        yield Demand(DemandKind.KERNEL, "reads the kernel's messages", capabilities=("SYSLOG",), source=source)
    found = _OF_PROCESS.search(text)
    if found is None or found["file"] not in _TRACED:
        return
    why, source = f"{LOOKS_INTO}: {text}", "fs/proc/base.c, kernel/ptrace.c ptrace_may_access()"
    trace = Demand(
        DemandKind.KERNEL,
        why,
        capabilities=("SYS_PTRACE",),
        certainty=Certainty.POSSIBLE,
        condition="the process is another user's",
        source=source,
    )
    yield trace
    if found["file"] in _OWN:
        yield trace._replace(capabilities=("DAC_OVERRIDE", "DAC_READ_SEARCH"), is_any=True)
