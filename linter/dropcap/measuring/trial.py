"""One trial of a service: started with a set of capabilities, probed, stopped, started again with its data, probed."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from dropcap.measuring.leftovers import PATIENCE, LeftError
from dropcap.measuring.own_project import OwnProject, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.measuring.client import Client, Result

__all__ = ["CLEAN_STOP", "EngineGoneError", "Outcome", "Probe", "ProbeKind", "Trial", "run_once", "up"]

CLEAN_STOP = "a clean stop"
_PAUSE = 0.25
_KILLED = "137"
_UP = 300.0  # what it depends on is waited for
_MORE = 10.0  # a probe may take a little longer than it is tried
_PHASES = {"first": "first start", "restart": "restart"}


class EngineGoneError(Exception):
    """The engine does not answer any more; says what it was asked."""


class ProbeKind(Enum):
    """What says that a service works; the value is how it is told."""

    HEALTH = "health check"
    INSIDE = "command in the container"
    OUTSIDE = "command outside the container"
    STAYS = "stays up"


class Probe(NamedTuple):
    """What says that a service works.

    Attributes:
        kind: what it is.
        line: the line for a shell. It passes where it exits with 0, and may print lines `lost: …` for what works no
            longer although it serves; its first argument is `first` or `restart`.
        user: whom a command in the container runs as; empty for the container's own user.
        check: the words of the health check, `CMD` or `CMD-SHELL` first, which has to pass as well; none where the
            engine asks it, or there is none.

    """

    kind: ProbeKind
    line: str = ""
    user: str = ""
    check: tuple[str, ...] = ()


class Trial(NamedTuple):
    """What is tried.

    Attributes:
        project: the project, whose images are there.
        name: what the names of projects and containers begin with.
        folder: the folder of the person's project, from which paths count.
        probe: what says that it works.
        seconds: how long that is waited for.
        stop_seconds: how long it is given to stop.

    """

    project: OwnProject
    name: str
    folder: str
    probe: Probe
    seconds: float
    stop_seconds: int = 10


class Outcome(NamedTuple):
    """What became of one run.

    Attributes:
        failed: the phase that it failed in; empty where it passed.
        said: the last line that the container or the probe said before it failed.
        lost: what works no longer although the probe passes.
        doubt: what it failed in when it was tried before, and passed now.

    """

    failed: str = ""
    said: str = ""
    lost: tuple[str, ...] = ()
    doubt: str = ""


@contextmanager
def up(client: Client, trial: Trial, capabilities: Sequence[str]) -> Iterator[tuple[str, Result]]:
    """Start with everything dropped and a set added; leave nothing behind.

    Gives the container's name, and what became of the start.

    Raises:
        LeftError: what was started cannot be removed.
        KeyboardInterrupt: somebody asked to end.

    """
    name = f"{trial.name}-{time.monotonic_ns():x}"
    text = text_of(trial.project, name, capabilities)
    compose = ("-p", name, "--project-directory", trial.folder, "-f", "-")
    words = ("up", "--detach", "--no-build", "--pull=never", trial.project.service)
    try:
        yield name, client.compose(*compose, *words, text=text, seconds=_UP, folder=trial.folder)
    finally:
        _down(client, compose, text, trial.folder)


def run_once(client: Client, trial: Trial, capabilities: Sequence[str]) -> Outcome:
    """Start, probe, restart, probe, stop; leave nothing behind.

    Raises:
        EngineGoneError: the engine does not answer any more.
        LeftError: what was started cannot be removed.
        KeyboardInterrupt: somebody asked to end.

    """
    with up(client, trial, capabilities) as (name, started):
        outcome = Outcome("first start", _last_line(started.err)) if started.code else _probe_twice(client, trial, name)
        if outcome.failed:
            _check_engine(client)
        return outcome


def _check_engine(client: Client) -> None:
    """Check that it was not the engine that failed.

    Raises:
        EngineGoneError: it was.

    """
    answer = client.engine("version")
    if answer.code:
        raise EngineGoneError(f"the engine no longer answers: {answer.reason}")


def _down(client: Client, compose: Sequence[str], text: str, folder: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        words = ("down", "--volumes", "--timeout=0", "--remove-orphans")
        done = client.compose(*compose, *words, text=text, ends=False, folder=folder)
        if not done.code:
            return
        if time.monotonic() > deadline:
            raise LeftError(f"the project {compose[1]} cannot be removed: {done.reason}")
        time.sleep(1)


def _probe_twice(client: Client, trial: Trial, name: str) -> Outcome:
    first = _probe(client, trial, name, "first")
    if first.failed:
        return first
    stopped = client.engine("stop", f"--time={trial.stop_seconds}", name)
    is_unclean = stopped.code or _state(client, name, "{{.State.ExitCode}}") == _KILLED
    started = client.engine("start", name)
    if started.code:
        return Outcome("restart", _last_line(started.err))
    second = _probe(client, trial, name, "restart")
    if second.failed:
        return second
    return Outcome(lost=tuple(dict.fromkeys((*first.lost, *second.lost, *([CLEAN_STOP] if is_unclean else [])))))


def _probe(client: Client, trial: Trial, name: str, phase: str) -> Outcome:
    """Try the probe until it passes, the container has ended, or its time is over."""
    deadline = time.monotonic() + trial.seconds
    while True:
        is_over = time.monotonic() > deadline
        passes, done = _asked(client, trial, name, phase, is_over=is_over)
        if passes:
            return Outcome(lost=tuple(re.findall(r"^lost: (.*)$", done.out, re.MULTILINE)))
        runs = _state(client, name, "{{.State.Running}}") == "true"
        if not runs or is_over:
            logs = client.engine("logs", "--tail=30", name)
            texts = (logs.err, logs.out, done.err if runs else "")
            return Outcome(_PHASES[phase], next((line for text in texts if (line := _last_line(text))), ""))
        client.pause(_PAUSE)


def _asked(client: Client, trial: Trial, name: str, phase: str, *, is_over: bool) -> tuple[bool, Result]:
    """Ask the probe once; return whether it passes, and what it said."""
    probe, seconds = trial.probe, trial.seconds + _MORE
    if probe.kind is ProbeKind.INSIDE:
        user = (f"--user={probe.user}",) if probe.user else ()
        done = client.engine("exec", *user, name, "sh", "-c", probe.line, "probe", phase, seconds=seconds)
        return not done.code and _is_healthy(client, trial, name), done
    if probe.kind is ProbeKind.OUTSIDE:
        done = client.outside(probe.line, {"DROPCAP_CONTAINER": name, "DROPCAP_PHASE": phase}, seconds)
        return not done.code and _is_healthy(client, trial, name), done
    if probe.kind is ProbeKind.HEALTH:
        done = client.engine("inspect", "--format={{.State.Health.Status}}", name)
        return done.out.strip() == "healthy", done._replace(out="", err="")
    done = client.engine("inspect", "--format={{.State.Running}} {{.RestartCount}}", name)
    return is_over and done.out.split() == ["true", "0"], done._replace(out="", err="")


def _is_healthy(client: Client, trial: Trial, name: str) -> bool:
    """Whether the health check passes, asked as the engine asks it, without waiting for its turn."""
    words = trial.probe.check
    if not words:
        return True
    command = ("/bin/sh", "-c", *words[1:]) if words[0] == "CMD-SHELL" else words[1:]
    return not client.engine("exec", name, *command, seconds=trial.seconds + _MORE).code


def _state(client: Client, name: str, form: str) -> str:
    return client.engine("inspect", f"--format={form}", name).out.strip()


def _last_line(text: str) -> str:
    """Return the last line that says something, the same for each run: without addresses, numbers and control bytes."""
    lines = [line for line in text.splitlines() if re.search(r"[A-Za-z]{3}", line)]
    if not lines:
        return ""
    said = re.sub(r"(?<!\w)\w{1,40}://\S+", "URL", re.sub(r"dropcap-[0-9a-z-]{12,}", "NAME", lines[-1]))
    said = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|[^\x20-\x7e]", "", said)
    return re.sub(r"\d{2,}", "N", said).strip()[:160]
