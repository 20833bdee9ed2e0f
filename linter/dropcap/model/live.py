"""What the kernel says of the processes of a container that runs."""

from __future__ import annotations

from dropcap.namedtuple import NamedTuple


class Process(NamedTuple):
    """Processes of one name that hold the same, as the kernel says in `/proc/PID/status`.

    Attributes:
        name: the name that the kernel has for them: that of the program, unless they gave themselves another.
        pids: the numbers of some of them, as this machine counts.
        number: how many there are.
        bounding: the most that they can ever hold; bare names in the kernel's order, as the others.
        effective: what they hold now.
        permitted: what they may take.
        inheritable: what passes to a program with file capabilities of its own.
        ambient: what passes to any program.
        no_new_privileges: whether they cannot gain privileges by executing a file; None where the kernel does not say.
        seccomp: whether a filter restricts their system calls; None where the kernel does not say.
        namespace: whether they are in the user namespace of their container; else what they hold counts in one of
            their own alone. None where that cannot be read.

    """

    name: str
    pids: tuple[int, ...]
    number: int
    bounding: tuple[str, ...]
    effective: tuple[str, ...]
    permitted: tuple[str, ...]
    inheritable: tuple[str, ...]
    ambient: tuple[str, ...]
    no_new_privileges: bool | None = None
    seccomp: bool | None = None
    namespace: bool | None = None
