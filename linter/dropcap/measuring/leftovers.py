"""What a measurement leaves at the engine, found by its label, and removed; also what a killed one left behind."""

from __future__ import annotations

import json
import os
import platform
import time
from typing import TYPE_CHECKING

from dropcap.measuring.own_project import LABEL

if TYPE_CHECKING:
    from dropcap.measuring.client import Client

__all__ = ["LeftError", "own_label", "remove", "remove_dead"]

PATIENCE = 60.0
"""How many seconds an engine that restarts is waited for."""
_PAUSE = 0.5
_TIMES = 2  # an engine may still make what it was asked for before
_FILTER = f"--filter=label={LABEL}"
# What there is, how it is listed, how its labels are shown, how it is removed: in the order in which that works.
_KINDS = (
    ("container", ("ps", "--all", "--quiet"), "{{json .Config.Labels}}", ("rm", "--force", "--volumes")),
    ("network", ("network", "ls", "--quiet"), "{{json .Labels}}", ("network", "rm")),
    ("volume", ("volume", "ls", "--quiet"), "{{json .Labels}}", ("volume", "rm", "--force")),
)


class LeftError(Exception):
    """Something could not be removed; says what."""


def own_label() -> str:
    """Return what says that something was made by this process: the machine, its number, and when it started."""
    return f"{platform.node()} {os.getpid()} {_started(os.getpid())}"


def _started(process: int) -> str:
    """Return when a process started, where the system tells it: numbers are used again."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _is_dead(label: str) -> bool:
    """Whether the process that a label names is gone; of another machine's nothing is known."""
    node, number, started = [*label.rsplit(" ", 2), "", ""][:3]
    if node != platform.node() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return bool(started) and _started(int(number)) != started


def remove(client: Client, label: str) -> None:
    """Remove all that has a label, and wait for an engine that does not answer.

    Raises:
        LeftError: something could not be removed.

    """
    deadline = time.monotonic() + PATIENCE
    done = 0
    while done < _TIMES:
        why = _remove_once(client, [label])
        done = 0 if why else done + 1
        if why and time.monotonic() > deadline:
            raise LeftError(why)
        time.sleep(_PAUSE if done < _TIMES else 0)


def remove_dead(client: Client) -> int:
    """Remove what was left behind by processes that are no longer there; return how many things that are.

    Raises:
        LeftError: something could not be removed.

    """
    found = {label for kind, *_ in _KINDS for label in _labels(client, kind).values() if _is_dead(label)}
    count = sum(label in found for kind, *_ in _KINDS for label in _labels(client, kind).values())
    if found and (why := _remove_once(client, sorted(found))):
        raise LeftError(why)
    return count


def _remove_once(client: Client, labels: list[str]) -> str:
    """Remove what has one of the labels; return what could not be, empty where all was."""
    for kind, _, _, removes in _KINDS:
        try:
            found = [one for one, label in _labels(client, kind).items() if label in labels]
        except LeftError as error:
            return str(error)
        if found:
            done = client.engine(*removes, *found, ends=False)
            if done.code:
                return f"dropcap cannot remove a {kind}: {done.reason}"
    return ""


def _labels(client: Client, kind: str) -> dict[str, str]:
    """Return what there is of a kind that was made by any measurement: its number or name, and its label.

    Raises:
        LeftError: the engine does not answer.

    """
    lists, form = next((words, form) for name, words, form, _ in _KINDS if name == kind)
    listed = client.engine(*lists, _FILTER, ends=False)
    if listed.code:
        raise LeftError(f"dropcap cannot list what is left: {listed.reason}")
    found = {}
    for one in listed.out.split():
        shown = client.engine(kind, "inspect", f"--format={form}", one, ends=False)
        if not shown.code:  # else it has gone meanwhile
            found[one] = str((json.loads(shown.out) or {}).get(LABEL, ""))
    return found
