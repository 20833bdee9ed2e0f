"""What the kernel says of the processes of containers: `/proc/PID/status`, as far as it can be read here.

A process is a container's if its control group names the container by its whole id, which no other container shares.
The engine may count processes in a namespace of its own, so that its numbers are of no use.

A process may be in a user namespace that it made itself, and hold everything in there, as the sandbox of a browser
does. That of the container is the one that owns the namespace of processes which its first process is in: a process
cannot leave that one.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dropcap.masking import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

__all__ = ["KernelView", "look"]

_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_MASKS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
_FLAGS = ("NoNewPrivs", "Seccomp")
_MASK = re.compile(r"[0-9a-f]{16}")
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100  # in a second
_MOST_BYTES = 64 * 1024
_MOST_PIDS = 20
_MOST_KINDS = 500
_STARTED = 19  # of the fields of /proc/PID/stat behind the program's name
_GET_USER_NAMESPACE = 0xB701  # NS_GET_USERNS: include/uapi/linux/nsfs.h
_RUNTIME = "runc:["  # what becomes the container's first process, or a command in it, once all is set
_BEGINS = 5  # seconds in which it does; a process that keeps this name for longer has given it to itself
_BEGINNING = "a process was just being started in it and is left out; look again"
_NOTHING = "no process of it can be seen from here; run dropcap on the engine's machine, outside of containers"


class KernelView(NamedTuple):
    """What is known of the processes of a container.

    Attributes:
        entries: what the kernel says of them, as :mod:`dropcap.carriers.inspect.live` reads it.
        not_read: why that is nothing, or not all; empty where it is all.

    """

    entries: tuple[dict[str, Any], ...] = ()
    not_read: str = ""


class _Process(NamedTuple):
    pid: int
    started: int
    name: str
    fields: tuple[str, ...]
    namespace: str | None


def look(
    containers: Collection[str], folder: str = "/proc", owner: Callable[[str], str | None] | None = None
) -> Mapping[str, KernelView]:
    """Return what the kernel says of the processes of running containers, by their ids; each is looked at once.

    Args:
        containers: the ids.
        folder: where the kernel shows processes.
        owner: says which user namespace owns the namespace at a path, as its link would read.

    """
    wanted = frozenset(containers)
    if not wanted:
        return {}
    try:
        names = os.listdir(folder)
    except OSError as error:
        why = f"{folder} cannot be read here: {error.strerror}"
        return dict.fromkeys(wanted, KernelView(not_read=why))
    found: dict[str, list[_Process]] = {}
    beginning = set()
    now = _ticks(_told(f"{folder}/uptime"))
    for name in names:
        container = _container_of(f"{folder}/{name}", wanted) if name.isdecimal() else None
        process = _process(f"{folder}/{name}", int(name)) if container is not None else None
        if container is None or process is None:
            continue
        if process.name.startswith(_RUNTIME) and now is not None and now - process.started < _BEGINS * _TICKS:
            beginning.add(container)
            continue
        found.setdefault(container, []).append(process)
    views = {one: _view(found.get(one, []), folder, owner or owner_of) for one in wanted}
    for one in beginning:
        views[one] = views[one]._replace(not_read=_BEGINNING)
    return views


def _ticks(uptime: str) -> int | None:
    """Return how long the system has been up, in the unit of `/proc/PID/stat`."""
    seconds = uptime.partition(" ")[0]
    return int(float(seconds) * _TICKS) if re.fullmatch(r"\d+(?:\.\d+)?", seconds) else None


def owner_of(path: str) -> str | None:
    """Return the user namespace that owns another namespace, as its link reads; None where that cannot be known."""
    import fcntl  # where there are such namespaces

    try:
        with open(path, "rb") as file:
            number = fcntl.ioctl(file.fileno(), _GET_USER_NAMESPACE)
        try:
            return f"user:[{os.fstat(number).st_ino}]"
        finally:
            os.close(number)
    except OSError:  # only root is told, and nobody of what is outside of his own
        return None


def _container_of(folder: str, wanted: frozenset[str]) -> str | None:
    """Return the container of a process; of several, one in another, the innermost."""
    ids = [one for one in _ID.findall(_told(f"{folder}/cgroup")) if one in wanted]
    return ids[-1] if ids else None


def _process(folder: str, pid: int) -> _Process | None:
    lines = dict(line.partition(":")[::2] for line in _told(f"{folder}/status").splitlines())
    masks = [lines.get(name, "").strip() for name in _MASKS]
    flags = [lines.get(name, "").strip() for name in _FLAGS]
    name = lines.get("Name", "").strip()
    if not all(map(_MASK.fullmatch, masks)):
        return None  # it has ended meanwhile
    after = _told(f"{folder}/stat").rpartition(")")[2].split()[_STARTED : _STARTED + 1]
    try:
        namespace = os.readlink(f"{folder}/ns/user")
    except OSError:  # of another user's process only root is told
        namespace = None
    started = int(after[0]) if after and after[0].isdecimal() else 0
    return _Process(pid, started, name, (*masks, *flags), namespace)


def _told(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_MOST_BYTES)
    except OSError:  # it has ended meanwhile
        return ""


def _view(processes: list[_Process], folder: str, owner: Callable[[str], str | None]) -> KernelView:
    if not processes:
        return KernelView(not_read=_NOTHING)
    first = owner(f"{folder}/{min(processes, key=lambda one: (one.started, one.pid)).pid}/ns/pid")
    kinds: dict[object, list[_Process]] = {}
    for one in sorted(processes, key=lambda one: (one.started, one.pid)):
        place = "" if None in {one.namespace, first} else "container" if one.namespace == first else "own"
        kinds.setdefault((one.name, one.fields, place), []).append(one)
    listed = list(kinds.items())
    entries = tuple(_entries(listed[:_MOST_KINDS]))
    why = f"it has processes of more than {_MOST_KINDS} kinds" if len(listed) > _MOST_KINDS else ""
    return KernelView(entries, why)


def _entries(kinds: list[tuple[Any, list[_Process]]]) -> Iterator[dict[str, Any]]:
    for (name, fields, place), alike in kinds:
        entry: dict[str, Any] = {"Name": without_secrets(name)}
        entry["Pids"] = [one.pid for one in alike[:_MOST_PIDS]]
        entry["Count"] = len(alike)
        entry.update(zip(_MASKS, fields, strict=False))
        flags = zip(_FLAGS, fields[len(_MASKS) :], strict=True)
        entry.update({flag: int(value) for flag, value in flags if value.isdecimal()})
        if place:
            entry["UserNamespace"] = place
        yield entry
