"""Which capabilities the processes of a container were asked for, as the kernel tells it: `capability:cap_capable`.

What is asked for is not what is needed: the kernel asks in passing, and what is refused is often done without. The
processes are those that descend from the container's first one, from its first program on; what the runtime does before
is not the container's.
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dropcap.capabilities.names import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Asked", "NotObservedError", "Recorder", "asked_for", "first_process"]

_PLACES = ("/sys/kernel/tracing", "/sys/kernel/debug/tracing")
_EVENTS = ("capability/cap_capable", "sched/sched_process_fork", "sched/sched_process_exec")
_LINE = re.compile(r"\s*(.*)-(\d+)\s+\[\d+\].*?: (cap_capable|sched_process_fork|sched_process_exec): (.*)")
_CAPABILITY = re.compile(r"cap (\d+), ret (-?\d+)")
_CHILD = re.compile(r"child_pid=(\d+)")
_PROGRAM = re.compile(r"filename=(\S+)")
_MOST_LINES = 1_000_000
_BUFFER = "4096"  # KiB for each processor


class NotObservedError(Exception):
    """The kernel's events cannot be read; says why, and what to do."""


class Asked(NamedTuple):
    """What a program was asked for.

    Attributes:
        capability: the bare name.
        program: the program's name.
        is_granted: whether it held it.

    """

    capability: str
    program: str
    is_granted: bool


class Recorder:
    """Records the kernel's events, in an instance of its own, which it removes."""

    def __init__(self) -> None:
        """Find the kernel's events.

        Raises:
            NotObservedError: they cannot be read.

        """
        folder = next((one for one in _PLACES if os.path.isdir(f"{one}/events")), None)
        if folder is None:
            advice = "mount them as root: `mount -t tracefs tracefs /sys/kernel/tracing`"
            raise NotObservedError(f"dropcap cannot find the kernel's events; {advice}")
        if not os.path.isdir(f"{folder}/events/{_EVENTS[0]}"):
            raise NotObservedError("this kernel has no event for capabilities: use Linux 6.14 or newer")
        self.lines: list[str] = []
        self._folder = f"{folder}/instances/dropcap-verify-{os.getpid()}"
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Recorder:  # noqa: PYI034  # `Self` is not in Python 3.10
        """Begin."""
        try:
            os.mkdir(self._folder)
            self._write("buffer_size_kb", _BUFFER)
            for event in _EVENTS:
                self._write(f"events/{event}/enable", "1")
        except OSError as error:
            self._remove()
            raise NotObservedError(
                f"dropcap cannot read the kernel's events: {error.strerror}; run it as root"
            ) from None
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, and remove the instance."""
        self._write("tracing_on", "0")
        for event in _EVENTS:
            self._write(f"events/{event}/enable", "0")
        self._thread.join(timeout=5)
        self._remove()

    def is_whole(self) -> bool:
        """Whether nothing was lost, neither by the kernel nor here."""
        lost = 0
        for name in sorted(os.listdir(f"{self._folder}/per_cpu")):
            with open(f"{self._folder}/per_cpu/{name}/stats", encoding="ascii") as file:
                lost += sum(int(found) for found in re.findall(r"(?:overrun|dropped events): (\d+)", file.read()))
        return not lost and len(self.lines) < _MOST_LINES

    def _read(self) -> None:
        # Without blocking: a reader that waits would never hear that all has ended.
        pipe = os.open(f"{self._folder}/trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        rest, pause = b"", threading.Event()
        try:
            while len(self.lines) < _MOST_LINES:
                try:
                    data = os.read(pipe, 65536)
                except BlockingIOError:
                    data = b""
                if not data:
                    if not self._is_on():
                        return
                    pause.wait(0.05)
                    continue
                *lines, rest = (rest + data).split(b"\n")
                self.lines += [line.decode("utf-8", "replace") for line in lines]
        finally:
            os.close(pipe)

    def _is_on(self) -> bool:
        with open(f"{self._folder}/tracing_on", encoding="ascii") as file:
            return file.read().strip() == "1"

    def _write(self, name: str, text: str) -> None:
        with open(f"{self._folder}/{name}", "w", encoding="ascii") as file:
            file.write(text)

    def _remove(self) -> None:
        if os.path.isdir(self._folder):
            os.rmdir(self._folder)


def first_process(container: str) -> int | None:
    """Return the number of a container's first process, as this machine knows it; None where it has ended.

    The engine may count processes in a namespace of its own; the control group of each names the container.
    """
    found = []
    for name in os.listdir("/proc"):
        if name.isdecimal() and container in _told(f"/proc/{name}/cgroup"):
            started = _told(f"/proc/{name}/stat").rpartition(")")[2].split()[19:20]
            found.append((int(started[0]) if started else 0, int(name)))
    return min(found)[1] if found else None


def _told(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:  # it has ended meanwhile
        return ""


def asked_for(lines: Iterable[str], first: int) -> Counter[Asked]:
    """Return what the processes that descend from one were asked for, and how often."""
    members: set[int] = set()
    programs: dict[int, str] = {}
    found: Counter[Asked] = Counter()
    for process, event, rest in _events(lines):
        if event == "sched_process_exec" and (process in members or process == first):
            members.add(process)
            program = _PROGRAM.search(rest)
            programs[process] = os.path.basename(program[1]) if program else ""
        elif event == "sched_process_fork" and process in members:
            child = _CHILD.search(rest)
            if child:
                members.add(int(child[1]))
                programs[int(child[1])] = programs.get(process, "")
        elif event == "cap_capable" and process in members:
            asked = _CAPABILITY.search(rest)
            if asked and int(asked[1]) < len(NAMES):
                found[Asked(NAMES[int(asked[1])], programs.get(process, ""), asked[2] == "0")] += 1
    return found


def _events(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    for line in lines:
        match = _LINE.match(line)
        if match:
            yield int(match[2]), match[3], match[4]
